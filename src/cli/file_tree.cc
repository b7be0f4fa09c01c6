// SPDX-License-Identifier: Apache-2.0
#include "cli/file_tree.h"

#include <algorithm>
#include <cstddef>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "cli/report.h"
#include "cli/store_listing.h"

namespace ekiben::cli {
namespace {

namespace fs = std::filesystem;

constexpr size_t kDeepest = 32;  // Folders; what lies deeper is left out.

void Draw(const fs::path& folder, const std::string& lead, size_t depth, std::string& out) {
  std::vector<fs::directory_entry> entries;
  std::error_code error;
  for (fs::directory_iterator one(folder, error), end; !error && one != end; one.increment(error)) {
    entries.push_back(*one);
  }
  std::ranges::sort(entries, {}, [](const auto& one) { return one.path().filename(); });
  for (const fs::directory_entry& one : entries) {
    const bool is_last = &one == &entries.back();
    const std::string name = Printable(one.path().filename().string());
    std::error_code ignored;
    const bool is_folder = one.is_directory(ignored) && !one.is_symlink(ignored);
    const std::string size =
        one.is_regular_file(ignored) ? fmt::format("  {}", HumanSize(one.file_size(ignored))) : "";
    out += fmt::format("{}{} {}{}\n", lead, is_last ? "└──" : "├──", name, size);
    if (is_folder && depth < kDeepest) {
      Draw(one.path(), lead + (is_last ? "    " : "│   "), depth + 1, out);
    }
  }
}

}  // namespace

std::string FileTree(const fs::path& folder) {
  std::string out;
  Draw(folder, "", 0, out);
  return out;
}

}  // namespace ekiben::cli
