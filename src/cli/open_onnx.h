// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/context.h"

namespace ekiben::cli {

// Opens files with the runtime plugin `onnx`, which is loaded by the first call.
Result<std::unique_ptr<runtime::Session>> OpenWithPlugin(const std::filesystem::path& file);

}  // namespace ekiben::cli
