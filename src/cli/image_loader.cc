// SPDX-License-Identifier: Apache-2.0
#include "cli/image_loader.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/file.h"
#include "worker/process.h"
#include "worker/python.h"

namespace ekiben::cli {
namespace {

constexpr const char* kSuccess = "exit status 0";
constexpr size_t kMostSaid = size_t{64} << 10;  // What a tool prints beyond that is not kept.

struct Ended {
  std::string how;   // "exit status 0"
  std::string said;  // Of stdout and stderr together.
};

// Runs a program of the path and waits for its end.
Result<Ended> RunTool(const std::string& tool, std::vector<std::string> words) {
  const auto program = worker::FindInPath(tool);
  if (!program) return Error(NotFound(fmt::format("there is no '{}' in PATH", tool)));
  words.insert(words.begin(), program->string());
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return Error(FailedPrecondition(std::strerror(errno)));
  const FileDescriptor reading(ends[0]);
  FileDescriptor writing(ends[1]);
  auto process = worker::Process::Start({.command = std::move(words), .output = writing.get()});
  if (!process) return Error(std::move(process).error());
  writing.Reset();
  Ended ended{.said = ReadToEnd(reading, kMostSaid)};
  while (ended.said.ends_with('\n')) ended.said.pop_back();
  ended.how = process->Reap();
  return ended;
}

std::string LastLine(const std::string& text) {
  const size_t end = text.rfind('\n');
  return end == text.npos ? text : text.substr(end + 1);
}

// Why a tool cannot be used; nothing where it can. Docker without its daemon cannot.
std::string WhyNot(const std::string& tool, std::vector<std::string> asking) {
  const auto ended = RunTool(tool, std::move(asking));
  if (!ended) return ended.error().message();
  if (ended->how == kSuccess) return {};
  return fmt::format("'{}' says: {}", tool, LastLine(ended->said));
}

}  // namespace

Result<std::string> FindImageLoader() {
  const std::string docker = WhyNot("docker", {"version", "--format", "{{.Server.Version}}"});
  if (docker.empty()) return "docker";
  const std::string podman = WhyNot("podman", {"version"});
  if (podman.empty()) return "podman";
  return Error(FailedPrecondition(
                   fmt::format("there is nothing to load the image into: {}; {}", docker, podman))
                   .WithHint("start docker, or write a file: --output image.tar"));
}

Status LoadImage(const std::string& loader, const std::filesystem::path& archive) {
  const auto ended = RunTool(loader, {"load", "--input", archive.string()});
  if (!ended) return ended.error();
  if (ended->how == kSuccess) return {};
  return FailedPrecondition(
             fmt::format("'{} load' ended with {}: {}", loader, ended->how, ended->said))
      .WithHint("write a file instead: --output image.tar");
}

}  // namespace ekiben::cli
