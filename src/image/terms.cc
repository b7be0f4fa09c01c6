// SPDX-License-Identifier: Apache-2.0
#include "image/terms.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "base/file.h"
#include "store/folders.h"

namespace ekiben::image {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDocuments = "usr/share/doc";
constexpr std::string_view kLicences = "/usr/share/common-licenses/";
constexpr std::string_view kLetters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-+.";
constexpr size_t kMaxTerms = size_t{8} << 20;

// How the names of such files begin.
constexpr std::array<std::string_view, 5> kNames = {"LICENSE", "LICENCE", "COPYING", "NOTICE",
                                                    "ThirdPartyNotices"};

bool IsTerms(const fs::path& file) {
  const std::string name = file.filename().string();
  return name == "THIRD_PARTY_NOTICES.txt" ||
         std::ranges::any_of(kNames,
                             [&](std::string_view begin) { return name.starts_with(begin); });
}

void AddFrom(const fs::path& folder, std::string_view name, LayerTree& tree) {
  for (const fs::path& file : store::EntriesOf(folder)) {
    std::error_code error;
    if (!IsTerms(file) || !fs::is_regular_file(file, error)) continue;
    tree.AddFile(fmt::format("{}/{}/{}", kDocuments, name, file.filename().string()),
                 fs::canonical(file, error));
  }
}

void AddIfThere(const fs::path& file, LayerTree& tree) {
  std::error_code error;
  const fs::path real = fs::canonical(file, error);
  if (!error && fs::is_regular_file(real, error)) {
    tree.AddFile(file.relative_path().string(), real);
  }
}

}  // namespace

void AddTermsOfPackage(const std::string& package, LayerTree& tree) {
  const fs::path terms = fmt::format("/{}/{}/copyright", kDocuments, package);
  AddIfThere(terms, tree);
  const auto text = ReadFile(terms, kMaxTerms);
  if (!text) return;
  for (size_t at = text->find(kLicences); at != text->npos; at = text->find(kLicences, at + 1)) {
    const size_t name = at + kLicences.size();
    std::string licence = text->substr(name, text->find_first_not_of(kLetters, name) - name);
    while (licence.ends_with('.')) licence.pop_back();  // The sentence's.
    if (!licence.empty()) AddIfThere(fmt::format("{}{}", kLicences, licence), tree);
  }
}

void AddTermsOfLibrary(const fs::path& library, LayerTree& tree) {
  const std::string file = library.filename().string();
  const std::string name = file.substr(0, file.find(".so"));
  AddFrom(library.parent_path(), name, tree);
  AddFrom(library.parent_path().parent_path(), name, tree);
}

void AddTermsOfProgram(const fs::path& program, LayerTree& tree) {
  const fs::path root = program.parent_path().parent_path();
  AddFrom(root, "ekiben", tree);
  AddFrom(root / "share" / "doc" / "ekiben", "ekiben", tree);
  for (const fs::path& python : store::EntriesOf(root / "lib")) {
    for (const fs::path& package : store::EntriesOf(python / "site-packages")) {
      const std::string name = package.filename().string();
      if (!name.starts_with("ekiben-") || !name.ends_with(".dist-info")) continue;
      AddFrom(package / "licenses", "ekiben", tree);
    }
  }
}

}  // namespace ekiben::image
