// SPDX-License-Identifier: Apache-2.0
#include "cli/open_onnx.h"

#include <string>
#include <utility>

#include "runtime/runtime.h"

namespace ekiben::cli {

Result<std::unique_ptr<runtime::Session>> OpenWithPlugin(const std::filesystem::path& file) {
  const Result<std::filesystem::path> plugin = runtime::FindRuntime("onnx");
  if (!plugin) return Error(plugin.error());
  const Result<runtime::Runtime> onnx = runtime::Runtime::Open(*plugin);
  if (!onnx) return Error(onnx.error());
  Result<std::unique_ptr<runtime::Session>> session = onnx->Load(file);
  if (session) return session;

  // A plugin that complains of the file names it; else it has not come to look at it, which with
  // this one means that there is no ONNX Runtime.
  std::string why = session.error().message();
  const std::string about_file = "cannot load '" + file.string() + "': ";
  if (!why.contains(file.string())) return Error(NotFound(std::move(why)));
  if (why.starts_with(about_file)) why.erase(0, about_file.size());
  return Error(InvalidArgument(std::move(why)));
}

}  // namespace ekiben::cli
