// SPDX-License-Identifier: Apache-2.0
#include "cli/remote.h"

#include <algorithm>

#include "cli/ask_python.h"

namespace ekiben::cli {
namespace {

constexpr std::string_view kFile = "file://";

}  // namespace

bool IsRemote(std::string_view place) {
  const size_t end = place.find("://");
  if (end == place.npos || end == 0 || place.starts_with(kFile)) return false;
  return std::ranges::all_of(place.substr(0, end), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  });
}

std::filesystem::path LocalPath(std::string_view place) {
  return place.starts_with(kFile) ? place.substr(kFile.size()) : place;
}

Result<std::string> Upload(const std::filesystem::path& local, const std::string& url,
                           const std::string& python) {
  const auto answer = AskPython({.doing = "write to another machine",
                                 .python = python,
                                 .name = "upload",
                                 .arguments = {local.string(), url}});
  if (!answer) return answer;
  return TextIn(*answer, "url");
}

Result<std::filesystem::path> Download(const std::string& url, const std::filesystem::path& folder,
                                       const std::string& python) {
  const auto answer = AskPython({.doing = "read from another machine",
                                 .python = python,
                                 .name = "download",
                                 .arguments = {url, folder.string()}});
  if (!answer) return Error(answer.error());
  return std::filesystem::path(TextIn(*answer, "path"));
}

}  // namespace ekiben::cli
