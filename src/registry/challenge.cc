// SPDX-License-Identifier: Apache-2.0
#include "registry/challenge.h"

#include <algorithm>

namespace ekiben::registry {
namespace {

bool IsTokenCharacter(char c) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         kMarks.contains(c);
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

// What is left to read of a header.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}

  bool empty() const { return rest_.empty(); }
  void Skip(std::string_view characters) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(characters), rest_.size()));
  }
  bool Take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::string_view Token() {
    size_t end = 0;
    while (end < rest_.size() && IsTokenCharacter(rest_[end])) ++end;
    return Cut(end);
  }
  std::string Value() {
    if (!Take('"')) {
      // Basic's realm or a token68 may have what a token has not.
      return std::string(Cut(std::min(rest_.find_first_of(", \t"), rest_.size())));
    }
    std::string value;
    while (!rest_.empty() && !Take('"')) {
      Take('\\');
      if (!rest_.empty()) value += Cut(1);
    }
    return value;
  }
  void Drop() { Cut(1); }

 private:
  std::string_view Cut(size_t count) {
    const std::string_view cut = rest_.substr(0, count);
    rest_.remove_prefix(std::min(count, rest_.size()));
    return cut;
  }

  std::string_view rest_;
};

}  // namespace

std::vector<Challenge> ParseChallenges(std::string_view header) {
  std::vector<Challenge> challenges;
  Words words(header);
  while (true) {
    words.Skip(" \t,");
    if (words.empty()) return challenges;
    const std::string name = Lower(words.Token());
    if (name.empty()) {
      words.Drop();
      continue;
    }
    words.Skip(" \t");
    if (!words.Take('=')) {
      challenges.push_back({.scheme = name});
      continue;
    }
    words.Skip(" \t");
    std::string value = words.Value();
    if (!challenges.empty()) challenges.back().values.insert_or_assign(name, std::move(value));
  }
}

}  // namespace ekiben::registry
