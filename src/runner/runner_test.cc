// SPDX-License-Identifier: Apache-2.0
#include "runner/runner.h"

#include "base/status_matchers.h"

namespace ekiben::runner {
namespace {

using testing::HasSubstr;

// A session without a plugin: doubles its numbers, or does what a test asks of it.
class DoublingSession final : public runtime::Session {
 public:
  explicit DoublingSession(bool concurrent) : concurrent_(concurrent) {}

  const std::vector<TensorSpec>& inputs() const override { return specs_; }
  const std::vector<TensorSpec>& outputs() const override { return specs_; }
  bool concurrent() const override { return concurrent_; }
  Result<std::vector<Tensor>> Run(std::span<const Tensor> inputs) override {
    std::vector<Tensor> outputs;
    outputs.push_back(inputs.front().Clone());
    for (double& number : outputs.front().As<double>()) number *= 2;
    if (drop_row) outputs.front() = SliceRows(outputs.front(), 0, 0);
    return outputs;
  }

  bool drop_row = false;

 private:
  const bool concurrent_;
  const std::vector<TensorSpec> specs_ = {
      {.name = "x", .type = DataType::kFloat64, .shape = {-1, 2}}};
};

TEST(RunnerTest, ASharedSessionIsLoadedOnce) {
  int loaded = 0;
  const auto load = [&]() -> Result<std::unique_ptr<runtime::Session>> {
    ++loaded;
    return std::make_unique<DoublingSession>(true);
  };
  ASSERT_THAT(Runner::Create({.name = "m", .instances = 3}, load), IsOk());
  EXPECT_EQ(loaded, 1);
}

TEST(RunnerTest, ASessionForOneCallerIsLoadedForEachInstance) {
  int loaded = 0;
  const auto load = [&]() -> Result<std::unique_ptr<runtime::Session>> {
    ++loaded;
    return std::make_unique<DoublingSession>(false);
  };
  ASSERT_THAT(Runner::Create({.name = "m", .instances = 3}, load), IsOk());
  EXPECT_EQ(loaded, 3);
}

TEST(RunnerTest, AWarmRunnerKnowsWhatACallCosts) {
  const auto load = []() -> Result<std::unique_ptr<runtime::Session>> {
    return std::make_unique<DoublingSession>(true);
  };
  const auto runner = Runner::Create({.name = "m", .missing = {"x"}}, load).value();
  ASSERT_TRUE(runner->cost().has_value());
  EXPECT_TRUE(runner->inputs().front().missing);
}

TEST(RunnerTest, AModelThatLosesRowsIsFoundOut) {
  const auto load = []() -> Result<std::unique_ptr<runtime::Session>> {
    auto session = std::make_unique<DoublingSession>(true);
    session->drop_row = true;
    return session;
  };
  const auto runner = Runner::Create({.name = "m", .rows_independent = true}, load).value();
  const auto outputs = runner->Run(0, ZeroRow(runner->inputs()));
  EXPECT_THAT(outputs, HasCode(Code::kInternal));
  EXPECT_THAT(outputs, HasMessage(HasSubstr("m: 1 rows gave an output of the shape [0, 2]")));
}

TEST(RunnerTest, WhatDoesNotLoadIsNamed) {
  const auto load = []() -> Result<std::unique_ptr<runtime::Session>> {
    return Error(FailedPrecondition("corrupt"));
  };
  EXPECT_THAT(Runner::Create({.name = "iris.predict"}, load),
              HasMessage(HasSubstr("iris.predict: corrupt")));
}

}  // namespace
}  // namespace ekiben::runner
