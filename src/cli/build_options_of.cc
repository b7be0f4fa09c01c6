// SPDX-License-Identifier: Apache-2.0
#include "cli/build_options_of.h"

#include <system_error>
#include <utility>

#include "bento/bentofile.h"
#include "bento/document.h"

namespace ekiben::cli {
namespace {

namespace fs = std::filesystem;
using Found = Result<std::optional<bento::BuildOptions>>;

bool IsFile(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

}  // namespace

Result<bento::BuildOptions> ReadBuildOptions(const fs::path& bentofile) {
  const auto document = bento::ReadBentofile(bentofile);
  if (!document) return Error(document.error());
  return bento::ParseBentofile(*document);
}

Found BuildOptionsOf(const fs::path& folder) {
  if (IsFile(folder / kBentofile)) return ReadBuildOptions(folder / kBentofile);
  if (!IsFile(folder / kPyproject)) return std::nullopt;
  const auto document = bento::ReadPyproject(folder / kPyproject);
  if (!document) return Error(document.error());
  if (!*document) return std::nullopt;
  return bento::ParseBentofile(**document);
}

}  // namespace ekiben::cli
