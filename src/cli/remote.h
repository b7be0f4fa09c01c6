// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/status.h"

namespace ekiben::cli {

// Whether an archive's place is on another machine: "s3://bucket/iris.bento", gs://, https://.
// Python's fsspec goes there.
bool IsRemote(std::string_view place);

// The path of a place on this machine, which may be written as file:///path.
std::filesystem::path LocalPath(std::string_view place);

// Writes a file, or what is in a folder, to `url`. Gives the URL as it may be printed, without a
// password. `python` as worker::FindPython() takes it.
Result<std::string> Upload(const std::filesystem::path& local, const std::string& url,
                           const std::string& python);

// Reads the file, or the folder, at `url` into `folder`, and says what it is called there.
Result<std::filesystem::path> Download(const std::string& url, const std::filesystem::path& folder,
                                       const std::string& python);

}  // namespace ekiben::cli
