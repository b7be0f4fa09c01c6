// SPDX-License-Identifier: Apache-2.0
#include "store/bento_store.h"

#include <algorithm>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/file.h"
#include "store/bento_yaml.h"
#include "store/digest.h"
#include "store/folders.h"

namespace ekiben::store {
namespace {

namespace fs = std::filesystem;

constexpr size_t kNamed = 3;  // Changed files, in an error.

void Measure(BentoInfo& info) {
  info.size = SizeOfTree(info.path);
  info.model_size = 0;
  const fs::path home = info.path.parent_path().parent_path().parent_path();
  const ModelStore models = ModelsOf(info, home);
  for (const BentoModel& model : info.models)
    info.model_size += SizeOfTree(models.PathOf(model.tag));
}

constexpr Kind<BentoInfo> kBentos = {.folder = "bentos",
                                     .noun = "bento",
                                     .command = "ekiben",
                                     .manifest = kBentoYaml,
                                     .most = kMaxBentoYaml,
                                     .parse = ParseBentoYaml,
                                     .check = [](const BentoInfo&) { return Status(); },
                                     .measure = Measure};

// The files that were written after bento.yaml, which a build writes last: those that somebody has
// changed, most likely.
std::vector<std::string> WrittenLater(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  const fs::file_time_type built = fs::last_write_time(folder / kBentoYaml, error);
  for (fs::recursive_directory_iterator one(folder, error), end; !error && one != end;
       one.increment(error)) {
    std::error_code ignored;
    if (one->is_regular_file(ignored) && one->last_write_time(ignored) > built) {
      names.push_back(fmt::format("'{}'", one->path().lexically_relative(folder).string()));
    }
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace

BentoStore::BentoStore(fs::path home) : TagStore(std::move(home), kBentos) {}

Result<BentoInfo> ReadBento(const fs::path& folder) {
  const auto text = ReadFile(folder / kBentoYaml, kMaxBentoYaml);
  if (!text) return Error(text.error());
  auto info = ParseBentoYaml(*text);
  if (!info) return Error(std::move(info).error().WithContext((folder / kBentoYaml).string()));
  info->path = folder;
  return info;
}

ModelStore ModelsOf(const BentoInfo& bento, const fs::path& home) {
  std::error_code ignored;
  return ModelStore(fs::is_directory(bento.path / "models", ignored) ? bento.path : home);
}

Result<std::string> DigestOf(const BentoInfo& bento) {
  const auto text = ReadFile(bento.path / kBentoYaml, kMaxBentoYaml);
  auto digest = text ? TreeDigest(bento.path, *text) : Error(text.error());
  if (digest) return digest;
  return Error(
      std::move(digest).error().WithContext(fmt::format("bento '{}'", bento.path.string())));
}

Status CheckDigest(const BentoInfo& bento) {
  if (bento.digest.empty()) return {};
  const auto digest = DigestOf(bento);
  return digest ? CheckDigest(bento, *digest) : digest.error();
}

Status CheckDigest(const BentoInfo& bento, const std::string& digest) {
  if (bento.digest.empty() || digest == bento.digest) return {};
  std::vector<std::string> later = WrittenLater(bento.path);
  std::string changed = "a file was changed, added or removed";
  if (!later.empty()) {
    const size_t more = later.size() - std::min(later.size(), kNamed);
    later.resize(later.size() - more);
    changed = fmt::format("written later: {}{}", fmt::join(later, ", "),
                          more == 0 ? "" : fmt::format(" and {} more", more));
  }
  return FailedPrecondition(fmt::format("bento '{}' in '{}' is not as it was built: {}",
                                        bento.tag.ToString(), bento.path.string(), changed))
      .WithHint("change the source and build again");
}

}  // namespace ekiben::store
