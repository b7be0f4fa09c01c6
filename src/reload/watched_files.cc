// SPDX-License-Identifier: Apache-2.0
#include "reload/watched_files.h"

namespace ekiben::reload {
namespace {

std::string_view NameOf(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// Files that say how the service is packed: they count whatever they include.
const PathPatterns& Always() {
  static const PathPatterns patterns({"/bentofile.yaml", "/pyproject.toml", "/.bentoignore"});
  return patterns;
}

const std::vector<std::string>& UsualFiles() {
  static const std::vector<std::string> patterns{"*.py", "*.yaml", "*.yml", "*.json", "*.toml"};
  return patterns;
}

// What vim, emacs, JetBrains and others write beside the file that is edited, and what grows while
// a service runs.
const PathPatterns& Never() {
  static const PathPatterns patterns({"*~", "\\#*#", ".#*", ".*.sw?", "*.swp", "4913", "*___jb_*",
                                      ".goutputstream-*", ".~lock.*", "*.tmp", "*.bak", "*.orig",
                                      "*.py[cod]", "*.log"});
  return patterns;
}

}  // namespace

WatchedFiles::WatchedFiles(std::optional<Packed> packed)
    : include_(packed ? packed->include : UsualFiles()),
      exclude_(packed ? packed->exclude : std::vector<std::string>()) {}

bool WatchedFiles::Counts(std::string_view path) const {
  if (path.ends_with('/')) return Enters(path.substr(0, path.size() - 1));
  for (size_t slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1)) {
    if (!Enters(path.substr(0, slash))) return false;
  }
  if (Never().Match(path)) return false;
  return Always().Match(path) || (include_.Match(path) && !exclude_.Match(path));
}

bool WatchedFiles::Enters(std::string_view path) {
  const std::string_view name = NameOf(path);
  if (name.starts_with('.') || name.ends_with(".egg-info")) return false;
  for (const std::string_view tools : {"__pycache__", "node_modules", "site-packages", "venv"}) {
    if (name == tools) return false;
  }
  return true;
}

}  // namespace ekiben::reload
