// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "onnx/expected.h"

namespace ekiben::onnx {

// Refuses a model file before ONNX Runtime opens it, where it is no ONNX model or where its data
// lies elsewhere than in plain files of its own folder.
Expected<void> CheckModelFile(const std::filesystem::path& path);

}  // namespace ekiben::onnx
