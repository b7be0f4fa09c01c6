// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "ekiben/runtime_abi.h"

#include "runtime/session.h"

namespace ekiben::runtime {

// A session of a plugin: turns tensors into the C ABI's and back, and checks both directions, so
// that a plugin is never called with what it does not expect and cannot hand out a wrong size.
class PluginSession final : public Session {
 public:
  // Owns `session`. `table` lives as long as the process.
  PluginSession(const ekiben_runtime* table, ekiben_session* session);
  ~PluginSession() override { table_->unload(session_); }
  PluginSession(const PluginSession&) = delete;
  PluginSession& operator=(const PluginSession&) = delete;

  const std::vector<TensorSpec>& inputs() const override { return inputs_; }
  const std::vector<TensorSpec>& outputs() const override { return outputs_; }
  bool concurrent() const override { return table_->concurrent_runs != 0; }
  Result<std::vector<Tensor>> Run(std::span<const Tensor> inputs) override;

 private:
  Status CheckInputs(std::span<const Tensor> inputs) const;

  const ekiben_runtime* const table_;
  ekiben_session* const session_;
  std::vector<TensorSpec> inputs_, outputs_;
};

}  // namespace ekiben::runtime
