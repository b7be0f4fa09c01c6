// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <gmock/gmock.h>

#include "base/status_matchers.h"
#include "image/image_plan.h"
#include "image/image_testing.h"
#include "image/library_search.h"

namespace ekiben::image {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

// Plans of a bento upon an image that is there as values; the program is that of this test.
class PythonPlanTest : public testing::Test {
 protected:
  PythonPlanTest() {
    folder_.Write("bento/bento.yaml", "name: a\n");
    folder_.Write("bento/models/a/v1/model.yaml", "name: a\n");
    folder_.Write("packages/usr/lib/ekiben/python/lib/a.py", "");
    folder_.Write("program/usr/lib/ekiben/python/lib/ekiben.py", "");
    bento_ = {.folder = folder_.path() / "bento", .name = "a", .version = "v1", .is_python = true};
    python_ = {.version = "3.11.7",
               .packages = folder_.path() / "packages",
               .program = folder_.path() / "program",
               .environment = "/usr/lib/ekiben/python",
               .distributions = {{.name = "numpy", .version = "2.0"}}};
    base_.name = {"localhost:5000/base", "1"};
    AddLibraries();
  }

  // All that the program needs.
  void AddLibraries() {
    const auto engine = FindEngineFiles({});
    ASSERT_THAT(engine, IsOk());
    libraries_ = {engine->system.begin(), engine->system.end()};
    for (const fs::path& library : libraries_) {
      base_.files.Add("usr/lib/elsewhere/" + library.filename().string(), false);
    }
  }

  void AddPython(const std::string& path) { base_.files.Add(path, false); }

  Result<ImagePlan> Plan() {
    base_.files.EndLayer();
    return PlanPythonImageOn(base_, bento_, python_, missing_);
  }

  static std::string Variable(const ImagePlan& plan, const std::string& name) {
    const auto& all = plan.config.environment;
    const auto found = std::ranges::find_if(
        all, [&](const std::string& one) { return one.starts_with(name + "="); });
    return found == all.end() ? "(unset)" : found->substr(name.size() + 1);
  }

  const TestFolder folder_;
  BentoSource bento_;
  PythonFiles python_;
  BaseImage base_;
  std::vector<fs::path> libraries_;
  std::vector<std::string> missing_;
};

TEST_F(PythonPlanTest, LibrariesOfTheProgramAreAskedForByName) {
  base_.files = {};
  AddPython("usr/bin/python3.11");
  const auto plan = Plan();
  EXPECT_THAT(plan, HasCode(Code::kFailedPrecondition));
  EXPECT_THAT(plan, HasMessage(AllOf(HasSubstr("localhost:5000/base:1"),
                                     HasSubstr(libraries_.front().filename().string()))));
}

TEST_F(PythonPlanTest, AnotherMinorVersionIsNoPythonForTheBento) {
  AddPython("usr/bin/python3");
  AddPython("usr/bin/python3.12");
  AddPython("usr/bin/python3.1");
  const auto plan = Plan();
  EXPECT_THAT(plan, HasMessage(HasSubstr("has no python3.11 in its PATH")));
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().hint(), HasSubstr("python:3.11-slim"));
}

TEST_F(PythonPlanTest, ThePythonIsLookedForInThePathOfTheImage) {
  AddPython("opt/python/bin/python3.11");
  EXPECT_THAT(Plan(), HasCode(Code::kFailedPrecondition));
  base_.config.environment = {"PATH=/usr/bin:/opt/python/bin"};
  const auto plan = Plan();
  ASSERT_THAT(plan, IsOk());
  EXPECT_EQ(Variable(*plan, "PATH"), "/usr/lib/ekiben/python/bin:/usr/bin:/opt/python/bin");
}

TEST_F(PythonPlanTest, WhatTheImageBelowSaysStaysWhereTheBentoSaysNothing) {
  AddPython("usr/bin/python3.11");
  base_.config.environment = {"LANG=de", "EXTRA=1", "A=base", "SSL_CERT_FILE=/theirs"};
  base_.config.labels = {{"theirs", "1"}, {"both", "base"}};
  bento_.docker.environment = {{"A", "bento=2"}, {"PATH", "/only"}};
  bento_.labels = {{"both", "bento"}};
  const auto plan = Plan();
  ASSERT_THAT(plan, IsOk());
  EXPECT_EQ(Variable(*plan, "EXTRA"), "1");
  EXPECT_EQ(Variable(*plan, "A"), "bento=2");
  EXPECT_EQ(Variable(*plan, "PATH"), "/only");
  EXPECT_EQ(Variable(*plan, "SSL_CERT_FILE"), "/theirs");  // It has no file where ours would be.
  EXPECT_EQ(plan->config.labels.at("theirs"), "1");
  EXPECT_EQ(plan->config.labels.at("both"), "bento");
  std::vector<std::string> names;
  for (const std::string& one : plan->config.environment)
    names.push_back(one.substr(0, one.find('=')));
  std::ranges::sort(names);
  EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
}

TEST_F(PythonPlanTest, TheLayersGoFromWhatChangesSeldomToWhatChangesOften) {
  AddPython("usr/bin/python3.11");
  const auto plan = Plan();
  ASSERT_THAT(plan, IsOk());
  std::vector<std::string> names;
  for (const PlannedLayer& layer : plan->layers) names.push_back(layer.name);
  EXPECT_THAT(names, ElementsAre("packages", "engine", StartsWith("model a:v1"), "bento"));
  // Neither the C library nor an interpreter of this machine lies over those of the image.
  for (const PlannedLayer& layer : plan->layers) {
    for (const auto& [path, entry] : layer.tree.entries()) {
      EXPECT_THAT(path, Not(HasSubstr("libc.so"))) << layer.name;
    }
  }
  EXPECT_THAT(plan->files.system, IsEmpty());
  EXPECT_TRUE(plan->interpreter.empty());
  EXPECT_THAT(missing_, IsEmpty());
}

TEST_F(PythonPlanTest, ALibraryThatAPackageNeedsAndTheImageHasNotIsTold) {
  AddPython("usr/bin/python3.11");
  const fs::path program = fs::canonical("/bin/ls");  // It needs some that ekiben does not.
  fs::copy_file(program, folder_.path() / "packages/usr/lib/ekiben/python/lib/part.so");
  LibrarySearch search;
  ASSERT_THAT(search.Add(program), IsOk());
  ASSERT_THAT(Plan(), IsOk());
  std::vector<testing::Matcher<std::string>> expected;
  for (const fs::path& library : search.found()) {
    const std::string name = library.filename().string();
    if (base_.files.HasName(name)) continue;
    expected.push_back(HasSubstr("the base image has no " + name + ","));
  }
  EXPECT_THAT(missing_, testing::UnorderedElementsAreArray(expected));
}

}  // namespace
}  // namespace ekiben::image
