// SPDX-License-Identifier: Apache-2.0
#include "archive/members.h"

#include <algorithm>

#include <fmt/format.h>

namespace ekiben::archive {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kAllowance = 1ULL << 30;
constexpr uint64_t kMostExpansion = 100;
constexpr size_t kLongestName = 4096;

std::string Folded(const fs::path& path) {
  std::string folded = path.string();
  for (char& c : folded) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return folded;
}

std::unexpected<Status> Refused(std::string_view name, std::string_view why) {
  return Error(InvalidArgument(fmt::format("its member '{}' {}", name.substr(0, 200), why)));
}

bool IsReadOtherwiseElsewhere(const std::string& part) {
  const bool spaces = part.front() == ' ' || part.back() == ' ';
  return spaces || std::ranges::any_of(
                       part, [](unsigned char c) { return c == '\\' || c < ' ' || c == 0x7F; });
}

}  // namespace

Members::Limits Members::LimitsFor(uint64_t archive_size) {
  return {.bytes = std::max(kAllowance, archive_size * kMostExpansion)};
}

Result<fs::path> Members::PathOf(std::string_view name) const {
  if (name.empty() || name.size() > kLongestName) return Refused(name, "has no usable name");
  if (name.front() == '/') return Refused(name, "is absolute");
  fs::path path;
  for (const fs::path& part : fs::path(name)) {
    if (part.empty() || part == ".") continue;
    if (part == "..") return Refused(name, "leaves the folder");
    if (IsReadOtherwiseElsewhere(part.string())) {
      return Refused(name, "has a name that other systems read otherwise");
    }
    path /= part;
  }
  for (fs::path above = path.parent_path(); !above.empty(); above = above.parent_path()) {
    if (files_.contains(Folded(above))) return Refused(name, "lies under a file");
  }
  return path;
}

bool Members::Enter(const fs::path& folder) {
  for (fs::path each = folder; !each.empty(); each = each.parent_path()) {
    const auto known = folders_.try_emplace(Folded(each), each.string()).first;
    if (known->second != each.string()) return false;
  }
  return true;
}

Status Members::CheckCount() const {
  if (files_.size() + folders_.size() <= limits_.files) return {};
  return ResourceExhausted(fmt::format("it has more than {} files", limits_.files));
}

Result<fs::path> Members::AddFolder(std::string_view name) {
  auto path = PathOf(name);
  if (!path) return path;
  if (files_.contains(Folded(*path))) return Refused(name, "is there twice");
  if (!Enter(*path)) return Refused(name, "is there twice, in other letters");
  if (Status count = CheckCount(); !count.ok()) return Error(std::move(count));
  return path;
}

Result<fs::path> Members::AddFile(std::string_view name) {
  auto path = PathOf(name);
  if (!path) return path;
  if (path->empty()) return Refused(name, "has no name");
  const std::string folded = Folded(*path);
  if (folders_.contains(folded)) return Refused(name, "is a folder, too");
  const auto [known, is_new] = files_.try_emplace(folded, path->string());
  if (!is_new) {
    return Refused(name, known->second == path->string() ? "is there twice"
                                                         : "is there twice, in other letters");
  }
  if (!Enter(path->parent_path())) return Refused(name, "is there twice, in other letters");
  if (Status count = CheckCount(); !count.ok()) return Error(std::move(count));
  return path;
}

Status Members::AddBytes(uint64_t bytes) {
  bytes_ += bytes;
  return bytes_ <= limits_.bytes ? Status() : TooLarge(limits_);
}

Status Members::TooLarge(const Limits& limits) {
  return ResourceExhausted(fmt::format("it becomes more than {} bytes", limits.bytes))
      .WithHint("if you trust it, unpack it yourself and import the folder");
}

}  // namespace ekiben::archive
