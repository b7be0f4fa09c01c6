// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "onnx/expected.h"
#include "onnx/ort_api.h"

namespace ekiben::onnx {

// Owns an object of ONNX Runtime: Handle<OrtValue>(value, ort.ReleaseValue).
template <typename T>
using Handle = std::unique_ptr<T, void (*)(T*)>;

// ONNX Runtime as this process has it: the functions of the one library that was loaded, and the
// one environment that its sessions share. Immutable, so thread-safe; lives as long as the process,
// since ONNX Runtime does not survive dlclose().
class Library {
 public:
  // The library, found and loaded by the first call that succeeds. `option` is a session's option
  // "library": empty, or where it has to be; a second library is refused. Thread-safe; slow once.
  static Expected<const Library*> Get(const std::string& option);

  const OrtFunctions& ort() const { return ort_; }
  OrtEnv* env() const { return env_; }
  OrtAllocator* allocator() const { return allocator_; }
  // Says of memory that it is the CPU's, and ours.
  const OrtMemoryInfo* memory() const { return memory_; }

  // Takes over what a function returned: nothing, or what went wrong.
  Expected<void> Done(OrtStatus* status) const;

 private:
  static Expected<std::unique_ptr<Library>> Open(const std::filesystem::path& file);
  Expected<void> Start();

  OrtFunctions ort_;
  OrtEnv* env_ = nullptr;
  OrtAllocator* allocator_ = nullptr;
  OrtMemoryInfo* memory_ = nullptr;
  std::filesystem::path file_;
};

}  // namespace ekiben::onnx
