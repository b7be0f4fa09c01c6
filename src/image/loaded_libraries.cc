// SPDX-License-Identifier: Apache-2.0
#include "image/loaded_libraries.h"

#include <link.h>

#include <system_error>

#include "runtime/runtime.h"

namespace ekiben::image {
namespace {

namespace fs = std::filesystem;

int Note(dl_phdr_info* info, size_t, void* names) {
  std::error_code error;
  // The program itself has no name, and what the kernel brings has no file.
  const fs::path file = fs::canonical(info->dlpi_name, error);
  if (!error && file.is_absolute()) static_cast<std::set<fs::path>*>(names)->insert(file);
  return 0;
}

}  // namespace

std::set<fs::path> LoadedLibraries() {
  std::set<fs::path> files;
  dl_iterate_phdr(Note, &files);
  return files;
}

Result<fs::path> LoadRuntime(const std::string& name) {
  auto plugin = runtime::FindRuntime(name);
  if (!plugin) return plugin;
  const auto opened = runtime::Runtime::Open(*plugin);
  if (!opened) return Error(opened.error());
  // A file that is not there is what it complains of once it has what it runs with.
  const fs::path none = fs::path("/") / "no" / "such" / "model";
  const auto session = opened->Load(none);
  if (session || session.error().message().contains(none.string())) return plugin;
  return Error(session.error());
}

}  // namespace ekiben::image
