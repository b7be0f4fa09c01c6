// SPDX-License-Identifier: Apache-2.0
#include "worker/python.h"

#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <sstream>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ekiben::worker {

namespace fs = std::filesystem;

bool IsProgram(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && access(path.c_str(), X_OK) == 0;
}

std::optional<fs::path> FindInPath(const std::string& name) {
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path != nullptr ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (!folder.empty() && IsProgram(fs::path(folder) / name)) return fs::path(folder) / name;
  }
  return std::nullopt;
}

Result<fs::path> FindPython(const std::string& wanted) {
  if (!wanted.empty()) {
    const bool is_path = wanted.find('/') != wanted.npos;
    if (is_path && IsProgram(wanted)) return fs::absolute(wanted);
    if (const auto found = is_path ? std::nullopt : FindInPath(wanted)) return *found;
    return Error(NotFound(fmt::format("there is no Python interpreter '{}'", wanted)));
  }
  std::vector<std::string> places;
  if (const char* const environment = std::getenv("VIRTUAL_ENV")) {
    const fs::path python = fs::path(environment) / "bin/python";
    if (IsProgram(python)) return python;
    places.push_back(python.string());
  }
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  for (const char* const name : {"python", "python3"}) {
    if (IsProgram(self.parent_path() / name)) return self.parent_path() / name;
  }
  places.push_back((self.parent_path() / "python3").string());
  if (const auto found = FindInPath("python3")) return *found;
  places.emplace_back("PATH");
  return Error(NotFound(fmt::format("there is no Python to run the service with; looked for {}",
                                    fmt::join(places, ", ")))
                   .WithHint("name one with --python, or activate a virtual environment"));
}

}  // namespace ekiben::worker
