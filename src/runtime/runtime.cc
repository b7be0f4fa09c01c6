// SPDX-License-Identifier: Apache-2.0
#include "runtime/runtime.h"

#include <dlfcn.h>

#include <array>
#include <cstdlib>
#include <system_error>

#include <fmt/format.h>

#include "runtime/plugin_session.h"

namespace ekiben::runtime {
namespace {

// Long enough for the texts of ONNX Runtime, which quote whole nodes.
constexpr size_t kErrorSize = 1024;

}  // namespace

Result<Runtime> Runtime::Open(const std::filesystem::path& path) {
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) {
    return Error(FailedPrecondition(fmt::format("cannot load the runtime plugin: {}", dlerror())));
  }
  using GetTable = const ekiben_runtime* (*)();
  const auto get_table = reinterpret_cast<GetTable>(dlsym(library, "ekiben_runtime_v1"));
  const ekiben_runtime* const table = get_table == nullptr ? nullptr : get_table();
  if (table == nullptr || table->size < sizeof(ekiben_runtime)) {
    return Error(FailedPrecondition(
        fmt::format("'{}' is not a runtime plugin of this version", path.string())));
  }
  return Runtime(table);
}

Result<std::unique_ptr<Session>> Runtime::Load(const std::filesystem::path& path,
                                               const std::string& options_json) const {
  std::array<char, kErrorSize> error{};
  ekiben_session* const session =
      table_->load(path.c_str(), options_json.c_str(), error.data(), error.size());
  if (session == nullptr) return Error(FailedPrecondition(error.data()));
  return std::make_unique<PluginSession>(table_, session);
}

Result<std::filesystem::path> FindRuntime(const std::string& name) {
  const char* const named = std::getenv("EKIBEN_RUNTIMES");
  std::error_code ignored;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  const std::filesystem::path folder =
      named != nullptr ? std::filesystem::path(named)
                       : program.parent_path().parent_path() / "lib" / "ekiben" / "runtimes";
  const std::filesystem::path file = folder / (name + ".so");
  if (std::filesystem::exists(file, ignored)) return file;
  return Error(
      NotFound(fmt::format("there is no runtime plugin '{}' in '{}'", name, folder.string()))
          .WithHint("set EKIBEN_RUNTIMES to the folder that holds the plugins"));
}

}  // namespace ekiben::runtime
