// SPDX-License-Identifier: Apache-2.0
#include "bento/lock.h"

#include <algorithm>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/file.h"
#include "bento/staged_files.h"
#include "bento/uv.h"
#include "worker/process.h"

namespace ekiben::bento {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxLock = size_t{64} << 20;
constexpr const char* kSuccess = "exit status 0";

Result<std::string> RunIn(const fs::path& folder, std::vector<std::string> command) {
  auto process =
      worker::Process::Start({.command = std::move(command), .working_dir = folder.string()});
  if (!process) return Error(std::move(process).error());
  return process->Reap();
}

// How uv writes a wheel that lies beside the lock.
constexpr std::string_view kWheelPath = "./wheels/";

// Writes the wheels' own list for as long as uv runs.
class WheelRequirements {
 public:
  explicit WheelRequirements(const LockRequest& request)
      : file_(request.folder / kWheelRequirements) {
    if (request.wheels.empty()) return;
    std::string text;
    for (const std::string& wheel : request.wheels) text += fmt::format("./{}\n", wheel);
    status_ = PutText(file_, text);
  }
  WheelRequirements(const WheelRequirements&) = delete;
  WheelRequirements& operator=(const WheelRequirements&) = delete;
  ~WheelRequirements() {
    std::error_code ignored;
    fs::remove(file_, ignored);
  }

  const Status& status() const { return status_; }

 private:
  const fs::path file_;
  Status status_;
};

// A path of find_links means the folder that is built; a URL is left as it is.
std::string LinkIn(const fs::path& root, const std::string& link) {
  return link.contains("://") ? link : (root / link).string();
}

Status DropWheels(const fs::path& lock) {
  const auto text = ReadFile(lock, kMaxLock);
  if (!text) return text.error();
  std::error_code ignored;
  fs::remove(lock, ignored);
  return PutText(lock, WithoutWheels(*text));
}

}  // namespace

void AddIndex(const PythonOptions& options, const fs::path& root, std::vector<std::string>& words) {
  const auto add = [&](const char* option, const std::string& value) {
    words.emplace_back(option);
    words.push_back(value);
  };
  if (options.no_index.value_or(false)) words.emplace_back("--no-index");
  if (options.index_url) add("--index-url", *options.index_url);
  for (const std::string& url : options.extra_index_url) add("--extra-index-url", url);
  for (const std::string& link : options.find_links) add("--find-links", LinkIn(root, link));
  for (const std::string& host : options.trusted_host) add("--allow-insecure-host", host);
}

std::vector<std::string> LockArguments(const LockRequest& request) {
  const PythonOptions& options = request.options;
  std::vector<std::string> words = {"pip", "compile", kRequirements};
  if (!request.wheels.empty()) words.emplace_back(kWheelRequirements);
  for (const char* const word : {"--output-file", kLock, "--no-header", "--quiet"}) {
    words.emplace_back(word);
  }
  const auto add = [&](const char* option, const std::string& value) {
    words.emplace_back(option);
    words.push_back(value);
  };
  if (request.hashes) words.emplace_back("--generate-hashes");
  if (!request.python.empty()) add("--python", request.python);
  if (!request.python_version.empty()) add("--python-version", request.python_version);
  const bool names_index = options.index_url || !options.extra_index_url.empty();
  words.emplace_back(names_index ? "--emit-index-url" : "--no-emit-index-url");
  AddIndex(options, request.root, words);
  if (options.pip_args.value_or("").contains("--pre")) add("--prerelease", "allow");
  return words;
}

std::string WithoutWheels(std::string_view lock) {
  std::string kept;
  bool drops = false;
  while (!lock.empty()) {
    const size_t end = std::min(lock.find('\n'), lock.size() - 1);
    const std::string_view line = lock.substr(0, end + 1);
    lock.remove_prefix(end + 1);
    // The hashes of a package, and who wants it, are indented below it.
    if (!line.starts_with(' ')) drops = line.starts_with(kWheelPath);
    if (!drops) kept += line;
  }
  return kept;
}

Result<bool> LocksGit(const fs::path& folder) {
  const auto text = ReadFile(folder / kLock, kMaxLock);
  if (!text) return Error(text.error());
  return text->contains(" @ git+");
}

Status LockPackages(const LockRequest& request) {
  auto command = FindUv(request.python);
  if (!command) {
    return NotFound(
               "the packages cannot be locked: there is no uv, neither in PATH nor in the Python "
               "environment")
        .WithHint("`pip install uv`, or write lock_packages: false below python: in the bentofile");
  }
  const WheelRequirements wheels(request);
  if (!wheels.status().ok()) return wheels.status();
  for (std::string& word : LockArguments(request)) command->push_back(std::move(word));
  const auto how = RunIn(request.folder, *command);
  if (!how) return Status(how.error()).WithContext("cannot lock the packages");
  if (*how != kSuccess) {
    return InvalidArgument(fmt::format("the packages cannot be locked: uv ended with {}", *how))
        .WithHint("uv's words above say which package; python.packages in the bentofile has them");
  }
  std::error_code ignored;
  if (!fs::exists(request.folder / kLock, ignored)) {
    return FailedPrecondition("uv wrote no lock although it ended well");
  }
  return request.wheels.empty() ? Status() : DropWheels(request.folder / kLock);
}

}  // namespace ekiben::bento
