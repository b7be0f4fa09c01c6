// SPDX-License-Identifier: Apache-2.0
#include "archive/form.h"

#include <array>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>

namespace ekiben::archive {
namespace {

// What each form begins with, or has at some place.
struct Magic {
  size_t at;
  std::string_view bytes;
  Form form;
};
constexpr std::array<Magic, 5> kMagics = {{{0, "\x1f\x8b", Form::kGzip},
                                           {0, "BZh", Form::kBzip2},
                                           {0, "\xfd\x37zXZ", Form::kXz},
                                           {0, "PK\x03\x04", Form::kZip},
                                           {257, "ustar", Form::kTar}}};

std::optional<Form> FormOfBytes(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return std::nullopt;
  std::string head(512, '\0');
  std::ifstream(path, std::ios::binary)
      .read(head.data(), static_cast<std::streamsize>(head.size()));
  for (const auto& [at, bytes, form] : kMagics) {
    if (std::string_view(head).substr(at, bytes.size()) == bytes) return form;
  }
  return std::nullopt;
}

}  // namespace

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
  if (const auto form = FormOfBytes(path)) return *form;
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
