// SPDX-License-Identifier: Apache-2.0
#include "cli/image_loader.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/file.h"

extern char** environ;

namespace ekiben::cli {
namespace {

constexpr size_t kMostSaid = size_t{64} << 10;  // What a tool prints beyond that is not kept.

struct Ended {
  int status = 0;    // What the shell would call $?.
  std::string said;  // Of stdout and stderr together.
};

// What comes out of a pipe until its end, cut off where it is too much.
std::string ReadSaid(const FileDescriptor& pipe) {
  std::string said;
  std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t got = read(pipe.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    if (said.size() < kMostSaid) said.append(buffer.data(), static_cast<size_t>(got));
  }
  while (said.ends_with('\n')) said.pop_back();
  return said;
}

// Runs a program of the path and waits for its end.
Result<Ended> RunTool(const std::vector<std::string>& command) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return Error(FailedPrecondition(std::strerror(errno)));
  const FileDescriptor reading(ends[0]);
  FileDescriptor writing(ends[1]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, writing.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, writing.get(), STDERR_FILENO);
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  pid_t pid = -1;
  const int failed = posix_spawnp(&pid, words[0], &actions, nullptr, words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) {
    return Error(FailedPrecondition(
        fmt::format("cannot run '{}': {}", command.front(), std::strerror(failed))));
  }
  writing.Reset();
  Ended ended{.said = ReadSaid(reading)};
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  ended.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return ended;
}

std::string LastLine(const std::string& text) {
  const size_t end = text.rfind('\n');
  return end == text.npos ? text : text.substr(end + 1);
}

// Why a tool cannot be used; nothing where it can. Docker without its daemon cannot.
std::string WhyNot(const std::vector<std::string>& asking) {
  const auto ended = RunTool(asking);
  if (!ended) return ended.error().message();
  if (ended->status == 0) return {};
  return fmt::format("'{}' says: {}", asking.front(), LastLine(ended->said));
}

}  // namespace

Result<std::string> FindImageLoader() {
  const std::string docker = WhyNot({"docker", "version", "--format", "{{.Server.Version}}"});
  if (docker.empty()) return "docker";
  const std::string podman = WhyNot({"podman", "version"});
  if (podman.empty()) return "podman";
  return Error(FailedPrecondition(
                   fmt::format("there is nothing to load the image into: {}; {}", docker, podman))
                   .WithHint("start docker, or write a file: --output image.tar"));
}

Status LoadImage(const std::string& loader, const std::filesystem::path& archive) {
  const auto ended = RunTool({loader, "load", "--input", archive.string()});
  if (!ended) return ended.error();
  if (ended->status == 0) return {};
  return FailedPrecondition(
             fmt::format("'{} load' ended with {}: {}", loader, ended->status, ended->said))
      .WithHint("write a file instead: --output image.tar");
}

}  // namespace ekiben::cli
