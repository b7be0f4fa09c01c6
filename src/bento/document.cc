// SPDX-License-Identifier: Apache-2.0
#include "bento/document.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/file.h"

namespace ekiben::bento {
namespace {

constexpr size_t kMaxBentofile = size_t{1} << 20;

std::string_view LineOf(std::string_view text, int line) {
  for (; line > 1; --line) {
    const size_t end = text.find('\n');
    if (end == text.npos) return {};
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  return text.ends_with('\r') ? text.substr(0, text.size() - 1) : text;
}

// What moves a caret below the character of this column: a space for each, tabs as tabs.
std::string Until(std::string_view line, int column) {
  std::string pad;
  int at = 1;
  for (const char c : line) {
    if ((static_cast<unsigned char>(c) & 0xc0) == 0x80) continue;  // Inside a character.
    if (at++ >= column) break;
    pad += c == '\t' ? '\t' : ' ';
  }
  return pad;
}

}  // namespace

Status MistakeIn(std::string_view name, std::string_view text, int line, int column,
                 std::string_view what, size_t length) {
  const std::string_view shown = LineOf(text, line);
  std::string message = fmt::format("{}:{}:{}: ", name, line, column);
  for (const char c : what) {
    if (c == '\n') message += "\\n";  // A value that is quoted may have several lines.
    if (c != '\n') message += c;
  }
  if (!shown.empty()) {
    const std::string number = fmt::format("{}", line);
    const std::string pad = Until(shown, column);
    const size_t room = shown.size() - std::min(shown.size(), pad.size());
    const size_t carets = std::max(size_t{1}, std::min(length, room));
    message += fmt::format("\n  {} | {}\n  {} | {}{}", number, shown,
                           std::string(number.size(), ' '), pad, std::string(carets, '^'));
  }
  return InvalidArgument(std::move(message));
}

Result<Document> ReadBentofile(const std::filesystem::path& file) {
  auto text = ReadFile(file, kMaxBentofile);
  if (!text) return Error(std::move(text).error());
  Document document{.name = file.filename().string(), .text = *std::move(text)};
  auto root = store::ReadYaml(document.text);
  if (!root) {
    const store::YamlError& error = root.error();
    return Error(MistakeIn(document.name, document.text, error.line, error.column, error.why));
  }
  document.root = *std::move(root);
  if (document.root.kind == store::Yaml::Kind::kNull) {
    document.root = {.kind = store::Yaml::Kind::kMap, .line = 1, .column = 1};
  }
  return document;
}

}  // namespace ekiben::bento
