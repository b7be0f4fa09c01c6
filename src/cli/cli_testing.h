// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "cli/app.h"
#include "cli/context.h"
#include "store/store_testing.h"

namespace ekiben::cli {

// For tests: a session that has inputs and outputs and computes nothing.
class FakeSession final : public runtime::Session {
 public:
  FakeSession(std::vector<TensorSpec> inputs, std::vector<TensorSpec> outputs)
      : inputs_(std::move(inputs)), outputs_(std::move(outputs)) {}

  const std::vector<TensorSpec>& inputs() const override { return inputs_; }
  const std::vector<TensorSpec>& outputs() const override { return outputs_; }
  bool concurrent() const override { return false; }
  Result<std::vector<Tensor>> Run(std::span<const Tensor>) override {
    return std::vector<Tensor>();
  }

 private:
  const std::vector<TensorSpec> inputs_, outputs_;
};

// For tests: commands on an empty store of one test's own, as somebody types them.
class CliTest : public store::StoreTest {
 protected:
  CliTest() {
    setenv("TZ", "UTC", 1);
    context_.open_onnx = [this](const std::filesystem::path&) { return Opened(); };
  }

  // Runs `words` and returns the exit code. What it prints replaces out() and err().
  int Run(const std::vector<std::string>& words) {
    out_.str("");
    err_.str("");
    context_.status = {};
    return RunApp(words, context_);
  }
  std::string out() const { return out_.str(); }
  std::string err() const { return err_.str(); }
  void Type(const std::string& text) {
    in_.clear();
    in_.str(text);
    context_.may_ask = true;
  }

  Status open_error_;  // What opening an ONNX file fails with, unless it is ok.

 private:
  Result<std::unique_ptr<runtime::Session>> Opened() const {
    if (!open_error_.ok()) return Error(open_error_);
    return std::make_unique<FakeSession>(
        std::vector<TensorSpec>{{.name = "X", .type = DataType::kFloat64, .shape = {-1, 4}}},
        std::vector<TensorSpec>{
            {.name = "label", .type = DataType::kInt64, .shape = {-1}},
            {.name = "any", .type = DataType::kString, .shape = {}, .any_rank = true}});
  }

  std::istringstream in_;
  std::ostringstream out_, err_;

 protected:
  Context context_{.store = store_, .open_onnx = {}, .in = in_, .out = out_, .err = err_};
};

}  // namespace ekiben::cli
