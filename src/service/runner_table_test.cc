// SPDX-License-Identifier: Apache-2.0
#include "service/runner_table.h"

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/loop_testing.h"
#include "base/status_matchers.h"
#include "worker/worker_testing.h"

namespace ekiben::service {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Tensor Floats(const Shape& shape) { return {DataType::kFloat32, shape}; }

class NativeInputsTest : public testing::Test {
 protected:
  NativeInputsTest() {
    specs_.push_back({.name = "rows", .type = DataType::kFloat32, .shape = {-1, 2}});
    specs_.push_back({.name = "weight", .type = DataType::kInt64, .shape = {-1}});
  }
  Result<std::vector<Tensor>> Inputs() {
    return NativeInputs(specs_, std::move(arguments_), "model.predict");
  }

  std::vector<TensorSpec> specs_;
  worker::Arguments arguments_;
};

TEST_F(NativeInputsTest, ArgumentsAreTakenByPositionAndByName) {
  arguments_.positional.emplace_back(Floats({3, 2}));
  arguments_.named.emplace_back("weight", Value(Tensor(DataType::kInt64, {3})));
  const auto inputs = Inputs();
  ASSERT_THAT(inputs, IsOk());
  ASSERT_EQ(inputs->size(), 2);
  EXPECT_EQ(inputs->at(0).shape(), Shape({3, 2}));
  EXPECT_EQ(inputs->at(1).type(), DataType::kInt64);
}

TEST_F(NativeInputsTest, NumbersAreConvertedWhereThatLosesNothing) {
  arguments_.positional.emplace_back(Tensor(DataType::kInt64, {3, 2}));
  arguments_.positional.emplace_back(Tensor(DataType::kInt32, {3}));
  const auto inputs = Inputs();
  ASSERT_THAT(inputs, IsOk());
  EXPECT_EQ(inputs->at(0).type(), DataType::kFloat32);
  EXPECT_EQ(inputs->at(1).type(), DataType::kInt64);
}

TEST_F(NativeInputsTest, FractionsAreNoWholeNumbers) {
  arguments_.positional.emplace_back(Floats({3, 2}));
  arguments_.positional.emplace_back(Floats({3}));
  EXPECT_THAT(Inputs(), HasMessage("'weight' of 'model.predict' takes int64, not float32"));
}

TEST_F(NativeInputsTest, AColumnOfATableIsTakenAsWhatItHolds) {
  arguments_.positional.emplace_back(Floats({3, 2}));
  arguments_.positional.emplace_back(Tensor(DataType::kInt64, {3, 1}));
  const auto inputs = Inputs();
  ASSERT_THAT(inputs, IsOk());
  EXPECT_EQ(inputs->at(1).shape(), Shape({3}));
}

TEST_F(NativeInputsTest, WhatDoesNotFitIsNamed) {
  arguments_.positional.emplace_back(Floats({3, 5}));
  arguments_.positional.emplace_back(Tensor(DataType::kInt64, {3}));
  EXPECT_THAT(Inputs(), HasMessage("'rows' of 'model.predict' takes the shape [-1, 2], "
                                   "not [3, 5]"));
  arguments_ = {};
  arguments_.positional.emplace_back(Text{"text"});
  arguments_.positional.emplace_back(Tensor(DataType::kInt64, {3}));
  EXPECT_THAT(Inputs(), HasMessage("'rows' of 'model.predict' takes an array"));
}

TEST_F(NativeInputsTest, MissingAndUnknownArgumentsAreNamed) {
  arguments_.positional.emplace_back(Floats({3, 2}));
  EXPECT_THAT(Inputs(), HasMessage("'model.predict' needs 'weight'"));
  arguments_ = {};
  arguments_.named.emplace_back("wieght", Value(Floats({3})));
  EXPECT_THAT(Inputs(), HasMessage("'model.predict' has no argument 'wieght'"));
  arguments_ = {};
  for (int i = 0; i < 3; ++i) arguments_.positional.emplace_back(Floats({3, 2}));
  EXPECT_THAT(Inputs(), HasMessage("'model.predict' takes 2 arguments, got 3"));
}

// A runner of two methods whose worker answers with its number and that of the method.
constexpr const char* kWorker = R"(
for kind, call, method, flags, payload, _ in frames():
    count = batch_of(payload)
    answer = counts(0) + counts(1) + text(f"{os.environ['RUNNER']}.{method}")
    send(BATCH_RESULT, call, counts(count) + answer * count)
)";

class RunnerTableTest : public testing::Test {
 protected:
  void StartTable(const char* script = kWorker) {
    table_ = std::make_unique<RunnerTable>(
        RunnerTable::Places{.loop = loop_,
                            .metrics = metrics_,
                            .log = log_,
                            .store = store_,
                            .backends = backends_},
        RunnerTable::Options{.worker = [script](size_t runner) {
          worker::Worker::Options options = worker::ScriptedWorker(script);
          options.environment = {{"RUNNER", std::to_string(runner)}};
          return options;
        }});
    table_->Start(service_, [this](const Status& status) { started_ = status; });
    ASSERT_TRUE(loop_.RunUntil([&] { return started_.has_value(); }));
  }
  void AddRunner(const std::string& name, size_t methods) {
    RunnerDescription runner{.name = name, .workers = {{}}};
    for (size_t i = 0; i < methods; ++i) {
      runner.methods.push_back({.name = "method" + std::to_string(i)});
    }
    service_.runners.push_back(std::move(runner));
  }
  std::string Run(size_t method) {
    std::optional<std::string> got;
    worker::Arguments arguments;
    arguments.positional.emplace_back(Text{"text"});
    ekiben::Start(table_->Run(method, std::move(arguments), Time::max()),
                  [&got](Result<batch::Outcome> outcome) {
                    if (!outcome) return void(got = outcome.error().message());
                    got = std::get<worker::Arguments>(*outcome).positional[0].If<Text>()->text;
                  });
    EXPECT_TRUE(loop_.RunUntil([&] { return got.has_value(); }));
    return got.value_or("");
  }

  PollLoop loop_;
  observe::MetricRegistry metrics_;
  observe::Log log_{observe::LogFormat::kText, stderr};
  store::ModelStore store_{testing::TempDir()};
  BackendLoader backends_{loop_, metrics_, 1};
  ServiceDescription service_;
  std::optional<Status> started_;
  std::unique_ptr<RunnerTable> table_;
};

TEST_F(RunnerTableTest, MethodsAreNumberedOverAllRunners) {
  AddRunner("first", 2);
  AddRunner("second", 1);
  StartTable();
  EXPECT_THAT(*started_, IsOk());
  EXPECT_TRUE(table_->ready());
  EXPECT_EQ(Run(0), "0.0");
  EXPECT_EQ(Run(1), "0.1");
  EXPECT_EQ(Run(2), "1.0");
  EXPECT_THAT(Run(3), HasSubstr("no runner has"));
  EXPECT_THAT(table_->placements(),
              ElementsAre("first runs in 1 Python worker", "second runs in 1 Python worker"));
}

TEST_F(RunnerTableTest, AnEmbeddedRunnerHasNoWorker) {
  AddRunner("inside", 1);
  service_.runners[0].embedded = true;
  StartTable();
  EXPECT_THAT(table_->placements(), ElementsAre("inside runs inside the API workers"));
  EXPECT_THAT(Run(0), HasSubstr("embedded"));
}

TEST_F(RunnerTableTest, AServiceWithoutRunnersIsReadyAtOnce) {
  StartTable();
  EXPECT_THAT(*started_, IsOk());
  table_->Stop();
  EXPECT_TRUE(table_->stopped());
}

TEST_F(RunnerTableTest, ARunnerThatCannotLoadIsTheFirstError) {
  AddRunner("broken", 1);
  StartTable("send(FAILED, 0, text('no weights'))\nos._exit(1)\n");
  EXPECT_EQ(started_->message(), "runner 'broken': no weights");
}

TEST_F(RunnerTableTest, ANativeRunnerNeedsItsModel) {
  AddRunner("model", 1);
  service_.runners[0].methods[0].native = true;
  StartTable();
  EXPECT_THAT(started_->message(), HasSubstr("has not one model"));
}

TEST_F(RunnerTableTest, ItStopsWhenItsWorkersHaveEnded) {
  AddRunner("first", 1);
  StartTable();
  table_->Stop();
  EXPECT_FALSE(table_->stopped());
  EXPECT_TRUE(loop_.RunUntil([&] { return table_->stopped(); }));
}

}  // namespace
}  // namespace ekiben::service
