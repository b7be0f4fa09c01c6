// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "onnx/expected.h"

namespace ekiben::onnx {

// A session's options, as the JSON object that load() gets; members not named here are ignored.
struct Options {
  std::string library;       // ONNX Runtime's library, or the folder it is in; empty: search.
  int intra_op_threads = 1;  // Threads that share the work of one run.
};

Expected<Options> ParseOptions(std::string_view json);

}  // namespace ekiben::onnx
