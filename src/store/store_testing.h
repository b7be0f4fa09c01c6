// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "store/bento_store.h"
#include "store/model_store.h"

namespace ekiben::store {

// For tests: an empty store of one test's own, and models and bentos in it.
class StoreTest : public testing::Test {
 protected:
  StoreTest() : store_(FreshHome()), bentos_(store_.home()) {}
  ~StoreTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(store_.home().parent_path(), ignored);
  }

  static std::filesystem::path FreshHome() {
    const auto* const test = testing::UnitTest::GetInstance()->current_test_info();
    const auto path = std::filesystem::path(testing::TempDir()) /
                      ("ekiben_store" + std::to_string(getpid())) /
                      (std::string(test->test_suite_name()) + "." + test->name());
    std::filesystem::remove_all(path);
    return path;
  }

  static ModelInfo Info(const std::string& tag, int age_in_hours = 0) {
    ModelInfo info{.tag = Tag::Parse(tag).value(), .module = "bentoml.onnx"};
    info.creation_time =
        ParseCreationTime("2026-11-22T14:03:08+00:00").value() - std::chrono::hours(age_in_hours);
    return info;
  }

  // Saves a model of one small file.
  Result<ModelInfo> Save(const ModelInfo& info) const {
    StagingFolder staging = StagingFolder::Make(store_.home()).value();
    std::ofstream(staging.path() / "saved_model.onnx") << "weights";
    return store_.Publish(std::move(staging), info);
  }
  Result<ModelInfo> Save(const std::string& tag, int age_in_hours = 0) const {
    return Save(Info(tag, age_in_hours));
  }

  // The text of a bento.yaml, with the lines of `more`.
  static std::string BentoText(const std::string& tag, int age_in_hours = 0,
                               const std::string& more = "") {
    const ModelInfo info = Info(tag, age_in_hours);
    return "service: service:svc\nname: " + info.tag.name + "\nversion: " + info.tag.version +
           "\ncreation_time: '" + ToIso(info.creation_time) + "'\n" + more;
  }

  // Builds a bento of a bento.yaml and one small file.
  Result<BentoInfo> Build(const std::string& tag, int age_in_hours = 0,
                          const std::string& more = "") const {
    StagingFolder staging = StagingFolder::Make(store_.home()).value();
    std::filesystem::create_directories(staging.path() / "src");
    std::ofstream(staging.path() / "src" / "service.py") << "svc = 1\n";
    std::ofstream(staging.path() / "bento.yaml") << BentoText(tag, age_in_hours, more);
    return bentos_.Publish(std::move(staging), Tag::Parse(tag).value());
  }

  std::filesystem::path PathOf(const std::string& name) const {
    return store_.home() / "models" / name;
  }
  std::string Latest(const std::string& name) const {
    std::string text;
    std::getline(std::ifstream(PathOf(name) / "latest"), text);
    return text;
  }

  const ModelStore store_;
  const BentoStore bentos_;
};

}  // namespace ekiben::store
