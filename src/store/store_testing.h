// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "store/model_store.h"

namespace ekiben::store {

// For tests: an empty store of one test's own, and models in it.
class StoreTest : public testing::Test {
 protected:
  StoreTest() : store_(FreshHome()) {}

  static std::filesystem::path FreshHome() {
    const auto* const test = testing::UnitTest::GetInstance()->current_test_info();
    const auto path = std::filesystem::path(testing::TempDir()) / "ekiben_store" /
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

  std::filesystem::path PathOf(const std::string& name) const {
    return store_.home() / "models" / name;
  }
  std::string Latest(const std::string& name) const {
    std::string text;
    std::getline(std::ifstream(PathOf(name) / "latest"), text);
    return text;
  }

  const ModelStore store_;
};

}  // namespace ekiben::store
