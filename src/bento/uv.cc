// SPDX-License-Identifier: Apache-2.0
#include "bento/uv.h"

#include <filesystem>

#include "worker/process.h"
#include "worker/python.h"

namespace ekiben::bento {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSuccess = "exit status 0";
constexpr const char* kIsThere =
    "import sys, importlib.util as u; sys.exit(u.find_spec('uv') is None)";

bool IsModuleOf(const std::string& python) {
  auto process = worker::Process::Start({.command = {python, "-c", kIsThere}});
  return process && process->Reap() == kSuccess;
}

}  // namespace

std::optional<std::vector<std::string>> FindUv(const std::string& python) {
  if (const auto found = worker::FindInPath("uv")) {
    return std::vector{fs::absolute(*found).string()};
  }
  if (python.empty()) return std::nullopt;
  const fs::path beside = fs::path(python).parent_path() / "uv";
  if (worker::IsProgram(beside)) return std::vector{beside.string()};
  if (IsModuleOf(python)) return std::vector<std::string>{python, "-m", "uv"};
  return std::nullopt;
}

}  // namespace ekiben::bento
