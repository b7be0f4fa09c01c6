// SPDX-License-Identifier: Apache-2.0
#include "bento/lock.h"

#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "bento/uv.h"
#include "worker/process.h"

namespace ekiben::bento {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSuccess = "exit status 0";

Result<std::string> RunIn(const fs::path& folder, std::vector<std::string> command) {
  auto process =
      worker::Process::Start({.command = std::move(command), .working_dir = folder.string()});
  if (!process) return Error(std::move(process).error());
  return process->Reap();
}

// A path of find_links means the folder that is built; a URL is left as it is.
std::string LinkIn(const fs::path& root, const std::string& link) {
  return link.contains("://") ? link : (root / link).string();
}

}  // namespace

std::vector<std::string> LockArguments(const LockRequest& request) {
  const PythonOptions& options = request.options;
  std::vector<std::string> words = {"pip", "compile",     kRequirements, "--output-file",
                                    kLock, "--no-header", "--quiet"};
  const auto add = [&](const char* option, const std::string& value) {
    words.emplace_back(option);
    words.push_back(value);
  };
  if (request.hashes) words.emplace_back("--generate-hashes");
  if (!request.python.empty()) add("--python", request.python);
  if (!request.python_version.empty()) add("--python-version", request.python_version);
  const bool names_index = options.index_url || !options.extra_index_url.empty();
  words.emplace_back(names_index ? "--emit-index-url" : "--no-emit-index-url");
  if (options.no_index.value_or(false)) words.emplace_back("--no-index");
  if (options.index_url) add("--index-url", *options.index_url);
  for (const std::string& url : options.extra_index_url) add("--extra-index-url", url);
  for (const std::string& link : options.find_links) {
    add("--find-links", LinkIn(request.root, link));
  }
  for (const std::string& host : options.trusted_host) add("--allow-insecure-host", host);
  if (options.pip_args.value_or("").contains("--pre")) add("--prerelease", "allow");
  return words;
}

Status LockPackages(const LockRequest& request) {
  auto command = FindUv(request.python);
  if (!command) {
    return NotFound(
               "the packages cannot be locked: there is no uv, neither in PATH nor in the Python "
               "environment")
        .WithHint("`pip install uv`, or write lock_packages: false below python: in the bentofile");
  }
  for (std::string& word : LockArguments(request)) command->push_back(std::move(word));
  const auto how = RunIn(request.folder, *command);
  if (!how) return Status(how.error()).WithContext("cannot lock the packages");
  if (*how != kSuccess) {
    return InvalidArgument(fmt::format("the packages cannot be locked: uv ended with {}", *how))
        .WithHint("uv's words above say which package; python.packages in the bentofile has them");
  }
  std::error_code ignored;
  if (fs::exists(request.folder / kLock, ignored)) return {};
  return FailedPrecondition("uv wrote no lock although it ended well");
}

}  // namespace ekiben::bento
