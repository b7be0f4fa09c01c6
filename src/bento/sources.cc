// SPDX-License-Identifier: Apache-2.0
#include "bento/sources.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "archive/members.h"
#include "base/file.h"
#include "base/nearest.h"
#include "base/path_patterns.h"

namespace ekiben::bento {
namespace {

namespace fs = std::filesystem;

constexpr const char* kIgnoreFile = ".bentoignore";
constexpr size_t kMaxIgnoreFile = size_t{1} << 20;
constexpr int kMaxDepth = 100;

// What is no source, wherever it is.
const PathPatterns& Never() {
  static const PathPatterns patterns({".git", "__pycache__/", "*.py[cod]", ".DS_Store"});
  return patterns;
}

std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool IsWithin(const fs::path& path, const fs::path& folder) {
  const auto [end, ignored] = std::ranges::mismatch(folder, path);
  return end == folder.end();
}

Status LeavesFolder(const std::string& path, const fs::path& folder) {
  return InvalidArgument(
             fmt::format("'{}' is a link that leads out of '{}'", path, folder.string()))
      .WithHint("copy what it means into the folder, or leave it out with exclude");
}

// Walks the folder once.
class Walk {
 public:
  Walk(fs::path folder, const std::vector<std::string>& include,
       const std::vector<std::string>& exclude)
      : folder_(std::move(folder)), include_(include), exclude_(exclude) {}

  Result<std::vector<SourceFile>> Run() {
    Enter(folder_, "", 0);
    if (!status_.ok()) return Error(std::move(status_));
    std::ranges::sort(files_, {}, &SourceFile::path);
    return std::move(files_);
  }

 private:
  // A .bentoignore, and the folder that it is for: "" or "a/b/".
  struct Ignored {
    std::string prefix;
    PathPatterns patterns;
  };

  void Enter(const fs::path& at, const std::string& prefix, int depth) {
    if (depth > kMaxDepth)
      return Fail(InvalidArgument("the folders go too deep at '" + prefix + "'"));
    const size_t outer = ignored_.size();
    ReadIgnored(at / kIgnoreFile, prefix);
    std::error_code error;
    for (fs::directory_iterator one(at, error), end; !error && one != end; one.increment(error)) {
      if (status_.ok()) Look(one->path(), prefix + one->path().filename().string(), depth);
    }
    if (error && outside_.empty() && !IsLeftOut(prefix + "x")) {
      Fail(FileError("cannot read the folder", at, error.value())
               .WithHint("leave it out with exclude, or let it be read"));
    }
    ignored_.resize(outer);
  }

  void ReadIgnored(const fs::path& file, const std::string& prefix) {
    std::error_code ignored;
    if (!fs::is_regular_file(file, ignored)) return;
    const auto text = ReadFile(file, kMaxIgnoreFile);
    if (!text) return Fail(text.error());
    ignored_.push_back({prefix, PathPatterns(Lines(*text))});
  }

  void Look(const fs::path& entry, const std::string& path, int depth) {
    std::error_code error;
    const bool is_link = fs::is_symlink(entry, error);
    const fs::file_status status = fs::status(entry, error);
    if (fs::is_directory(status)) {
      if (Never().Match(path + "/x") || fs::exists(entry / "pyvenv.cfg", error)) return;
      return is_link ? Follow(entry, path, depth) : Enter(entry, path + "/", depth + 1);
    }
    if (!Counts(path)) return;
    if (!outside_.empty()) return Fail(LeavesFolder(outside_, folder_));
    if (!fs::is_regular_file(status)) {
      const bool is_lost = is_link && status.type() == fs::file_type::not_found;
      const std::string what = is_lost ? fmt::format("a link to '{}', which is not there",
                                                     fs::read_symlink(entry, error).string())
                                       : "neither a file nor a folder";
      return Fail(InvalidArgument(fmt::format("'{}' is {}", path, what))
                      .WithHint("leave it out with exclude"));
    }
    const fs::path real = is_link ? fs::canonical(entry, error) : entry;
    if (is_link && !IsWithin(real, folder_)) return Fail(LeavesFolder(path, folder_));
    if (auto taken = members_.AddFile(path); !taken) {
      return Fail(
          std::move(taken)
              .error()
              .WithContext(fmt::format("nobody could import a bento of '{}'", folder_.string()))
              .WithHint("rename it, or leave it out with exclude"));
    }
    files_.push_back({.path = path, .from = real});
  }

  // Goes into a folder that is a link. One that leads back above itself has nothing that is not
  // packed already; of one that leads out, no file may count.
  void Follow(const fs::path& link, const std::string& path, int depth) {
    std::error_code error;
    const fs::path real = fs::canonical(link, error);
    if (error || !outside_.empty() || IsWithin(link, real)) return;
    if (!IsWithin(real, folder_)) outside_ = path;
    Enter(link, path + "/", depth + 1);
    outside_.clear();
  }

  bool Counts(const std::string& path) const {
    return include_.Match(path) && !Never().Match(path) && !IsLeftOut(path);
  }

  bool IsLeftOut(const std::string& path) const {
    return exclude_.Match(path) || std::ranges::any_of(ignored_, [&](const Ignored& one) {
             return one.patterns.Match(std::string_view(path).substr(one.prefix.size()));
           });
  }

  void Fail(Status why) {
    if (status_.ok()) status_ = std::move(why);
  }

  const fs::path folder_;
  const PathPatterns include_, exclude_;
  std::vector<Ignored> ignored_;
  std::vector<SourceFile> files_;
  archive::Members members_{{.bytes = UINT64_MAX}};  // What import takes, too.
  std::string outside_;  // The link by which the walk has left the folder; empty: it has not.
  Status status_;
};

bool IsOneFile(std::string_view pattern) {
  return pattern.find_first_of("*?[!\\") == pattern.npos && !pattern.ends_with('/');
}

Status NothingMatches(const std::string& pattern, const fs::path& folder,
                      const std::vector<SourceFile>& files) {
  std::vector<std::string> names;
  for (const SourceFile& file : files) names.push_back(file.path);
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    names.push_back(entry.path().filename().string());
  }
  std::string hint = DidYouMean(pattern, names);
  if (pattern.starts_with("./")) {
    hint = fmt::format("patterns have no './' in front: write '{}'", pattern.substr(1));
  } else if (fs::exists(folder / fs::path(pattern).relative_path(), ignored)) {
    hint = "it is there: exclude, or a .bentoignore, leaves it out";
  }
  return NotFound(fmt::format("include: '{}' matches no file in '{}'", pattern, folder.string()))
      .WithHint(std::move(hint));
}

}  // namespace

bool Sources::Has(std::string_view path) const {
  return std::ranges::binary_search(
      files, path, {}, [](const SourceFile& file) { return std::string_view(file.path); });
}

Result<Sources> CollectSources(const fs::path& folder, const std::vector<std::string>& include,
                               const std::vector<std::string>& exclude) {
  std::error_code error;
  const fs::path real = fs::canonical(folder, error);
  if (error) return Error(FileError("cannot read the folder", folder, error.value()));
  auto files = Walk(real, include, exclude).Run();
  if (!files) return Error(std::move(files).error());
  Sources sources{.files = *std::move(files), .warnings = {}};
  for (const std::string& pattern : include) {
    if (pattern.empty() || pattern.starts_with('#') || pattern.starts_with('!')) continue;
    const PathPatterns alone({pattern});
    const bool matches = std::ranges::any_of(
        sources.files, [&](const SourceFile& file) { return alone.Match(file.path); });
    if (matches) continue;
    if (IsOneFile(pattern)) return Error(NothingMatches(pattern, real, sources.files));
    sources.warnings.push_back(fmt::format("include: '{}' matches no file", pattern));
  }
  if (sources.files.empty()) {
    return Error(NotFound(fmt::format("no file of '{}' is included", real.string()))
                     .WithHint("include and exclude in the bentofile, and .bentoignore, decide"));
  }
  return sources;
}

Result<fs::path> ResolveInside(const fs::path& folder, const fs::path& path, std::string_view key) {
  std::error_code error;
  const fs::path root = fs::canonical(folder, error);
  const fs::path real = fs::canonical(root / path, error);
  if (error) {
    return Error(
        NotFound(fmt::format("{}: there is no '{}' in '{}'", key, path.string(), root.string())));
  }
  if (!IsWithin(real, root)) {
    return Error(InvalidArgument(fmt::format("{}: '{}' is outside of the folder that is built", key,
                                             path.string()))
                     .WithHint("copy it into the folder"));
  }
  return real;
}

}  // namespace ekiben::bento
