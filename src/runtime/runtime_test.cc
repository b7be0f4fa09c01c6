// SPDX-License-Identifier: Apache-2.0
#include "runtime/runtime.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "base/status_matchers.h"

namespace ekiben::runtime {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::filesystem::path kPlugins = EKIBEN_RUNTIMES_DIR;

// An artefact of the echo plugin, which passes tensors of one dtype through.
std::filesystem::path EchoArtefact(const std::string& dtype) {
  const auto path =
      std::filesystem::path(testing::TempDir()) / ("echo_" + dtype + std::to_string(getpid()));
  std::ofstream(path) << dtype << '\n';
  return path;
}

std::unique_ptr<Session> EchoSession(const std::string& dtype) {
  const Runtime echo = Runtime::Open(kPlugins / "echo.so").value();
  return echo.Load(EchoArtefact(dtype)).value();
}

TEST(RuntimeTest, EchoGivesBackWhatItGot) {
  const auto session = EchoSession("float64");
  const double rows[] = {1, 2, 3, 4};
  const Tensor input = Tensor::Of<double>(DataType::kFloat64, {2, 2}, rows);
  const auto outputs = session->Run(std::span(&input, 1));
  ASSERT_THAT(outputs, IsOk());
  EXPECT_EQ(outputs->at(0).shape(), Shape({2, 2}));
  EXPECT_THAT(outputs->at(0).As<double>(), ElementsAre(1, 2, 3, 4));
}

TEST(RuntimeTest, EchoPassesStringsAndEmptyBatches) {
  const auto session = EchoSession("string");
  const std::string_view words[] = {"ekiben", ""};
  const Tensor input = Tensor::OfStrings({2, 1}, words);
  EXPECT_EQ(session->Run(std::span(&input, 1))->at(0).StringAt(0), "ekiben");

  const Tensor none = Tensor::OfStrings({0, 1}, {});
  EXPECT_EQ(session->Run(std::span(&none, 1))->at(0).elements(), 0);
}

TEST(RuntimeTest, ASessionTellsItsInputsAndOutputs) {
  const auto session = EchoSession("int64");
  EXPECT_EQ(session->inputs().at(0).name, "input");
  EXPECT_EQ(session->outputs().at(0).type, DataType::kInt64);
  EXPECT_EQ(session->outputs().at(0).shape, Shape({-1, -1}));
}

TEST(RuntimeTest, AWrongDtypeIsRefusedBeforeThePluginSeesIt) {
  const auto session = EchoSession("float32");
  const Tensor wrong(DataType::kFloat64, {1, 1});
  const auto outputs = session->Run(std::span(&wrong, 1));
  EXPECT_THAT(outputs, HasCode(Code::kInvalidArgument));
  EXPECT_THAT(outputs, HasMessage(HasSubstr("'input': expected float32, got float64")));
}

TEST(RuntimeTest, AnArtefactThatDoesNotLoadSaysWhy) {
  const Runtime echo = Runtime::Open(kPlugins / "echo.so").value();
  const auto session = echo.Load(EchoArtefact("complex64"));
  EXPECT_THAT(session, HasCode(Code::kFailedPrecondition));
  EXPECT_THAT(session, HasMessage(HasSubstr("does not hold the name of a dtype")));
}

TEST(RuntimeTest, WhatIsNoPluginIsRefused) {
  EXPECT_THAT(Runtime::Open("/proc/self/maps"), HasCode(Code::kFailedPrecondition));
}

TEST(RuntimeTest, APluginIsFoundWhereTheEnvironmentSays) {
  setenv("EKIBEN_RUNTIMES", EKIBEN_RUNTIMES_DIR, 1);
  EXPECT_EQ(FindRuntime("echo").value(), kPlugins / "echo.so");
  EXPECT_THAT(FindRuntime("abacus"), HasCode(Code::kNotFound));
  unsetenv("EKIBEN_RUNTIMES");
}

}  // namespace
}  // namespace ekiben::runtime
