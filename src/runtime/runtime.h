// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "ekiben/runtime_abi.h"

#include "base/status.h"
#include "runtime/session.h"

namespace ekiben::runtime {

// A runtime plugin: what can execute one kind of artefact.
//
// Stays loaded until the process ends, since libraries like ONNX Runtime do not survive dlclose();
// so a Runtime may be copied, and sessions do not depend on its lifetime. Thread-safe, but Load()
// is to be called by one thread at a time.
class Runtime {
 public:
  // Loads the plugin in the file `path`.
  static Result<Runtime> Open(const std::filesystem::path& path);

  std::string name() const { return table_->name; }

  // Loads the artefact at `path`; slow. `options_json` is an object that the plugin documents.
  Result<std::unique_ptr<Session>> Load(const std::filesystem::path& path,
                                        const std::string& options_json = "{}") const;

 private:
  explicit Runtime(const ekiben_runtime* table) : table_(table) {}

  const ekiben_runtime* table_;
};

// The file of the plugin `name` ("onnx"): in the folder that EKIBEN_RUNTIMES names, else in
// lib/ekiben/runtimes beside the running program's folder. kNotFound names the places looked in.
Result<std::filesystem::path> FindRuntime(const std::string& name);

}  // namespace ekiben::runtime
