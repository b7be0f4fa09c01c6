// SPDX-License-Identifier: Apache-2.0
#include "onnx/error_text.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

namespace ekiben::onnx {
namespace {

// The rest of `text` after the first `mark`; all of it where there is none.
std::string_view After(std::string_view text, std::string_view mark) {
  const size_t place = text.find(mark);
  return place == std::string_view::npos ? text : text.substr(place + mark.size());
}

// What lies between the first `from` and the `to` that follows.
std::string_view Between(std::string_view text, std::string_view from, std::string_view to) {
  const std::string_view rest = After(text, from);
  return rest.size() == text.size() ? "" : rest.substr(0, rest.find(to));
}

// Where the bracket at `open` is closed, and one more; the end where it is not.
size_t AfterBracket(std::string_view text, size_t open) {
  int depth = 0;
  for (size_t i = open; i < text.size(); ++i) {
    if (text[i] == '(' || text[i] == '[') ++depth;
    if ((text[i] == ')' || text[i] == ']') && --depth == 0) return i + 1;
  }
  return text.size();
}

// "/onnxruntime_src/…/file.cc:46 void Function(int) [with T = int]::<lambda()> Why": only the why.
std::string_view WithoutPlace(std::string_view text) {
  const size_t file = text.find("/onnxruntime_src/");
  if (file == std::string_view::npos) return text;
  if (text.find(" was false. ") != std::string_view::npos) return After(text, " was false. ");
  std::string_view rest = text.substr(file);
  size_t end = AfterBracket(rest, rest.find('('));
  for (bool more = true; more && end < rest.size();) {
    const std::string_view next = rest.substr(end);
    if (next.starts_with("::")) {  // A lambda of the function.
      end = AfterBracket(rest, rest.find('(', end));
    } else if (next.starts_with(" [with ")) {
      end = AfterBracket(rest, end + 1);
    } else if (next.starts_with(" const")) {
      end += sizeof(" const") - 1;
    } else if (next.starts_with('>')) {
      ++end;
    } else {
      more = false;
    }
  }
  rest.remove_prefix(end);
  return rest;
}

std::string OneLine(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool blank = static_cast<unsigned char>(c) <= ' ';
    if (!blank) line += c;
    if (blank && !line.empty() && line.back() != ' ') line += ' ';
  }
  while (!line.empty() && (line.back() == ' ' || line.back() == '.')) line.pop_back();
  // A sentence's first letter; not that of a name such as "MatMul" or an abbreviation.
  const bool sentence =
      line.size() > 1 && std::islower(static_cast<unsigned char>(line[1])) &&
      line.substr(0, line.find(' ')).find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1) ==
          std::string::npos;
  if (sentence) line[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(line[0])));
  return line;
}

}  // namespace

std::string ErrorText(std::string_view text) {
  // The caller names the file.
  if (text.starts_with("Load model from ")) text = After(text, " failed:");
  const std::string_view node = Between(text, "while running ", " node.");
  if (node.empty()) return OneLine(WithoutPlace(text));
  const std::string_view name = Between(text, "Name:'", "' Status Message: ");
  const std::string why = OneLine(WithoutPlace(After(text, "Status Message: ")));
  if (name.empty()) return fmt::format("a node {} failed: {}", node, why);
  return fmt::format("the node '{}' ({}) failed: {}", name, node, why);
}

bool IsAboutShapes(std::string_view text) {
  if (Between(text, "while running ", " node.").empty()) return false;
  std::string why(WithoutPlace(After(text, "Status Message: ")));
  std::ranges::transform(why, why.begin(), [](unsigned char c) { return std::tolower(c); });
  return std::ranges::any_of(std::array{"dimension", "shape", "broadcast", "channels", "axis"},
                             [&](const char* word) { return why.find(word) != why.npos; });
}

}  // namespace ekiben::onnx
