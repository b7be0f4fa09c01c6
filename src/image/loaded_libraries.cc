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

Result<fs::path> LoadRuntime(const std::string& name, const fs::path& artefact) {
  auto plugin = runtime::FindRuntime(name);
  if (!plugin) return plugin;
  const auto opened = runtime::Runtime::Open(*plugin);
  if (!opened) return Error(opened.error());
  const auto session = opened->Load(artefact);
  return session ? plugin : Error(session.error());
}

}  // namespace ekiben::image
