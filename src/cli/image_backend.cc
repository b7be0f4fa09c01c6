// SPDX-License-Identifier: Apache-2.0
#include "cli/image_backend.h"

#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "worker/process.h"
#include "worker/python.h"

namespace ekiben::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSuccess = "exit status 0";
const fs::path kDockerfile = "env/docker/Dockerfile";

Status RunTool(const fs::path& tool, const std::vector<std::string>& words) {
  std::vector<std::string> command = {fs::absolute(tool).string()};
  command.insert(command.end(), words.begin(), words.end());
  auto process = worker::Process::Start({.command = std::move(command)});
  if (!process) return std::move(process).error();
  const std::string how = process->Reap();
  if (how == kSuccess) return {};
  return FailedPrecondition(
      fmt::format("'{} {}' ended with {}", tool.filename().string(), words.front(), how));
}

}  // namespace

std::vector<std::string> BackendArguments(const BackendBuild& build, const fs::path& folder) {
  std::vector<std::string> words = {"build", "--file", (folder / kDockerfile).string()};
  for (const auto& name : build.names) words.push_back("--tag=" + name.ToString());
  for (const auto& [key, value] : build.labels) {
    words.push_back(fmt::format("--label={}={}", key, value));
  }
  if (!build.platform.empty()) words.push_back("--platform=" + build.platform);
  for (const std::string& option : build.options) {
    words.push_back(option.starts_with('-') ? option : "--" + option);
  }
  words.push_back(folder.string());
  return words;
}

Status RunBackend(const BackendBuild& build, const fs::path& folder) {
  const auto tool = worker::FindInPath(build.tool);
  if (!tool) {
    return NotFound(fmt::format("there is no '{}' in PATH to build the image with", build.tool))
        .WithHint("without --backend the image is made by ekiben itself");
  }
  std::error_code ignored;
  if (!fs::exists(folder / kDockerfile, ignored)) {
    return NotFound(
               fmt::format("the bento in '{}' has no {}", folder.string(), kDockerfile.string()))
        .WithHint("build the bento again");
  }
  Status done = RunTool(*tool, BackendArguments(build, folder));
  if (!done.ok()) {
    return std::move(done).WithHint(
        "its words above say why; --opt passes it options, as in --opt network=host");
  }
  if (!build.push) return {};
  for (const auto& name : build.names) {
    std::vector<std::string> words = {"push", name.ToString()};
    if (build.plain_http && build.tool != "docker") words.emplace_back("--tls-verify=false");
    if (done = RunTool(*tool, words); !done.ok()) {
      return std::move(done).WithHint(
          fmt::format("its words above say why; `{} login` lets it in", build.tool));
    }
  }
  return {};
}

}  // namespace ekiben::cli
