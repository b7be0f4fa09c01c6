// SPDX-License-Identifier: Apache-2.0
#include "archive/form.h"

#include <array>
#include <string>
#include <system_error>
#include <utility>

namespace ekiben::archive {

std::optional<Form> FormNamed(std::string_view suffix) {
  static constexpr std::array<std::pair<std::string_view, Form>, 8> kForms = {
      {{"tar", Form::kTar},
       {"gz", Form::kGzip},
       {"bz2", Form::kBzip2},
       {"xz", Form::kXz},
       {"bento", Form::kXz},
       {"bentomodel", Form::kXz},
       {"zip", Form::kZip},
       {"folder", Form::kFolder}}};
  for (const auto& [name, form] : kForms) {
    if (name == suffix) return form;
  }
  return std::nullopt;
}

Form FormOf(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return Form::kFolder;
  const std::string suffix = path.extension().string();
  const auto form = suffix.empty() ? std::nullopt : FormNamed(std::string_view(suffix).substr(1));
  return form && *form != Form::kFolder ? *form : Form::kXz;
}

std::string_view NameOf(Form form) {
  switch (form) {
    case Form::kTar: return "tar archive";
    case Form::kGzip: return "tar.gz archive";
    case Form::kBzip2: return "tar.bz2 archive";
    case Form::kXz: return "tar.xz archive";
    case Form::kZstd: return "tar.zst archive";
    case Form::kZip: return "zip archive";
    case Form::kFolder: return "folder";
  }
  return "";
}

}  // namespace ekiben::archive
