// SPDX-License-Identifier: Apache-2.0
#include "bento/git_packages.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/file.h"
#include "base/trimmed.h"
#include "bento/bentofile.h"
#include "bento/lock.h"
#include "bento/staged_files.h"
#include "bento/uv.h"
#include "worker/process.h"
#include "worker/python.h"

namespace ekiben::bento {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSuccess = "exit status 0";
constexpr std::string_view kGit = "git+";
constexpr size_t kMaxHead = 256;
constexpr const char* kEpoch = "315532800";  // 1980, the first year that a zip archive knows.

// The value of `key` in "egg=name&subdirectory=python".
std::string_view InFragment(std::string_view fragment, std::string_view key) {
  while (!fragment.empty()) {
    const size_t end = std::min(fragment.find('&'), fragment.size());
    const std::string_view one = fragment.substr(0, end);
    fragment.remove_prefix(std::min(end + 1, fragment.size()));
    const size_t equals = one.find('=');
    if (one.substr(0, equals) == key && equals != one.npos) return one.substr(equals + 1);
  }
  return {};
}

// "[more]" of "name[more]".
std::string ExtrasOf(std::string_view name) {
  const size_t begin = name.find('[');
  const size_t end = name.find(']');
  if (begin == name.npos || end == name.npos || end < begin) return {};
  return std::string(name.substr(begin, end - begin + 1));
}

// The URL without who asks.
std::string Public(const std::string& url) {
  const size_t host = url.find("://");
  if (host == url.npos) return url;
  const size_t path = url.find('/', host + 3);
  const size_t at = url.rfind('@', path);
  if (at == url.npos || at < host) return url;
  return url.substr(0, host + 3) + url.substr(at + 1);
}

class Packer {
 public:
  Packer(const GitPackRequest& request, std::string git, std::vector<std::string> uv)
      : request_(request), git_(std::move(git)), uv_(std::move(uv)) {}

  static Result<Packer> Make(const GitPackRequest& request) {
    const char* const hint =
        "or write pack_git_packages: false below python: in the bentofile, and the image gets them "
        "when it is made";
    const auto git = worker::FindInPath("git");
    if (!git) {
      return Error(NotFound("the packages out of git cannot be packed: there is no git in PATH")
                       .WithHint(fmt::format("install it, {}", hint)));
    }
    auto uv = FindUv(request.python);
    if (!uv) {
      return Error(NotFound("the packages out of git cannot be packed: there is no uv, neither in "
                            "PATH nor in the Python environment")
                       .WithHint(fmt::format("`pip install uv`, {}", hint)));
    }
    return Packer(request, git->string(), *std::move(uv));
  }

  // Packs one: the name of its wheel.
  Result<std::string> Pack(const GitPackage& package) {
    const std::string url = Public(package.url);
    std::error_code error;
    fs::remove_all(request_.scratch, error);
    if (Status cloned = Clone(package); !cloned.ok()) {
      return Error(std::move(cloned).WithContext(fmt::format("python.packages: '{}'", url)));
    }
    if (Status built = Build(package); !built.ok()) {
      return Error(std::move(built).WithContext(fmt::format("python.packages: '{}'", url)));
    }
    return Take();
  }

  // The commit that was packed last.
  std::string Commit() const {
    const auto head = ReadFile(Repository() / ".git" / "HEAD", kMaxHead);
    return head ? std::string(Trimmed(head->substr(0, head->find('\n')))) : "";
  }

 private:
  fs::path Repository() const { return request_.scratch / "repository"; }
  fs::path Out() const { return request_.scratch / "out"; }

  static Status Run(std::vector<std::string> command) {
    const std::string name = fs::path(command.front()).filename().string();
    auto process = worker::Process::Start(
        {.command = std::move(command),
         // A question would wait for an answer that nobody gives.
         .environment = {{"GIT_TERMINAL_PROMPT", "0"}, {"SOURCE_DATE_EPOCH", kEpoch}}});
    if (!process) return std::move(process).error();
    const std::string how = process->Reap();
    if (how == kSuccess) return {};
    return FailedPrecondition(fmt::format("{} ended with {}", name, how))
        .WithHint(
            "its words above say why; pack_git_packages: false below python: leaves the "
            "package to the image");
  }

  Status Clone(const GitPackage& package) const {
    const std::string folder = Repository().string();
    // Commits without their files: enough for packages that take their version from tags.
    Status status =
        Run({git_, "clone", "--quiet", "--filter=blob:none", "--", package.url, folder});
    if (status.ok() && !package.revision.empty()) {
      status = Run({git_, "-C", folder, "checkout", "--quiet", package.revision, "--"});
    }
    // HEAD names the commit then.
    if (status.ok()) status = Run({git_, "-C", folder, "checkout", "--quiet", "--detach"});
    if (status.ok()) {
      status = Run({git_, "-C", folder, "submodule", "update", "--quiet", "--init", "--recursive"});
    }
    return status;
  }

  Status Build(const GitPackage& package) const {
    std::vector<std::string> command = uv_;
    for (const char* const word : {"build", "--wheel", "--quiet", "--out-dir"}) {
      command.emplace_back(word);
    }
    command.push_back(Out().string());
    AddIndex(request_.options, request_.root, command);
    if (!request_.python.empty()) {
      command.emplace_back("--python");
      command.push_back(request_.python);
    }
    command.emplace_back("--");
    command.push_back((Repository() / package.subdirectory).lexically_normal().string());
    return Run(std::move(command));
  }

  Result<std::string> Take() const {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(Out(), error)) {
      const fs::path name = entry.path().filename();
      if (name.extension() != ".whl") continue;
      Status put = PutFile(entry.path(), request_.wheels / name);
      return put.ok() ? Result<std::string>(name.string()) : Error(std::move(put));
    }
    return Error(FailedPrecondition("uv built no wheel although it ended well"));
  }

  const GitPackRequest& request_;
  const std::string git_;
  const std::vector<std::string> uv_;
};

}  // namespace

std::optional<GitPackage> ParseGitPackage(std::string_view line) {
  for (const std::string_view option : {"-e ", "--editable "}) {
    if (line.starts_with(option)) line.remove_prefix(option.size());
  }
  line = Trimmed(line.substr(0, line.find(" #")));
  GitPackage package;
  // The URL ends before a blank; a marker follows it.
  const size_t marker = line.find(" ;");
  if (marker != line.npos) package.marker = Trimmed(line.substr(marker + 2));
  line = Trimmed(line.substr(0, marker));
  const size_t begin = line.find(kGit);
  if (line.starts_with('#') || begin == line.npos) return std::nullopt;
  const std::string_view name = Trimmed(line.substr(0, begin));
  if (!name.empty() && !name.ends_with('@')) return std::nullopt;
  std::string_view url = line.substr(begin + kGit.size());
  if (const size_t hash = url.find('#'); hash != url.npos) {
    const std::string_view fragment = url.substr(hash + 1);
    package.subdirectory = InFragment(fragment, "subdirectory");
    package.extras = ExtrasOf(InFragment(fragment, "egg"));
    url = url.substr(0, hash);
  }
  if (!name.empty()) package.extras = ExtrasOf(name);
  const size_t host = url.find("://");
  const size_t path = host == url.npos ? host : url.find('/', host + 3);
  const size_t at = url.rfind('@');
  if (path == url.npos || url.contains(' ')) return std::nullopt;
  if (at != url.npos && at > path) {
    package.revision = url.substr(at + 1);
    url = url.substr(0, at);
  }
  // What git and uv would take as something else, or find elsewhere.
  if (package.revision.starts_with('-') || !StaysInside(package.subdirectory)) return std::nullopt;
  package.url = url;
  return package;
}

Result<PackedRequirements> PackGitPackages(std::string_view requirements,
                                           const GitPackRequest& request) {
  PackedRequirements packed;
  std::optional<Packer> packer;
  while (!requirements.empty()) {
    const size_t end = std::min(requirements.find('\n'), requirements.size());
    const std::string_view line = requirements.substr(0, end);
    requirements.remove_prefix(std::min(end + 1, requirements.size()));
    const auto package = ParseGitPackage(line);
    if (!package) {
      packed.text += fmt::format("{}\n", line);
      continue;
    }
    if (!packer) {
      auto made = Packer::Make(request);
      if (!made) return Error(std::move(made).error());
      packer.emplace(*std::move(made));
    }
    const auto wheel = packer->Pack(*package);
    if (!wheel) return Error(wheel.error());
    packed.text +=
        fmt::format("# wheels/{}: {} at {}\n", *wheel, Public(package->url), packer->Commit());
    packed.wheels.push_back(fmt::format("wheels/{}{}{}{}", *wheel, package->extras,
                                        package->marker.empty() ? "" : " ; ", package->marker));
  }
  std::error_code ignored;
  fs::remove_all(request.scratch, ignored);
  return packed;
}

}  // namespace ekiben::bento
