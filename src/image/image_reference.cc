// SPDX-License-Identifier: Apache-2.0
#include "image/image_reference.h"

#include <algorithm>

#include <fmt/format.h>

namespace ekiben::image {
namespace {

// Limits of the distribution specification and of docker.
constexpr size_t kMaxRepository = 255, kMaxTag = 128;

bool IsLowerOrDigit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool IsWord(char c) { return IsLowerOrDigit(c) || (c >= 'A' && c <= 'Z') || c == '_'; }

// What may stand between letters and digits: ".", "_", "__" and any number of "-".
bool IsSeparator(std::string_view text) {
  return text == "." || text == "_" || text == "__" ||
         std::ranges::all_of(text, [](char c) { return c == '-'; });
}

bool IsComponent(std::string_view text) {
  if (text.empty() || !IsLowerOrDigit(text.front()) || !IsLowerOrDigit(text.back())) return false;
  for (size_t at = 0; at < text.size();) {
    size_t end = at;
    while (end < text.size() && !IsLowerOrDigit(text[end])) ++end;
    if (end > at && !IsSeparator(text.substr(at, end - at))) return false;
    at = end + 1;
  }
  return true;
}

bool IsHost(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return IsWord(c) || c == '-' || c == '.' || c == ':' || c == '[' || c == ']';
  });
}

// Docker's rule for whether the first part of a name is a registry.
bool LooksLikeHost(std::string_view text) {
  return text == "localhost" || text.contains('.') || text.contains(':');
}

bool IsTag(std::string_view text) {
  return !text.empty() && text.size() <= kMaxTag && IsWord(text.front()) &&
         std::ranges::all_of(text, [](char c) { return IsWord(c) || c == '.' || c == '-'; });
}

bool IsRepository(std::string_view text) {
  if (text.size() > kMaxRepository) return false;
  if (const size_t slash = text.find('/'); slash != text.npos) {
    if (const auto host = text.substr(0, slash); LooksLikeHost(host)) {
      if (!IsHost(host)) return false;
      text.remove_prefix(slash + 1);
    }
  }
  while (true) {
    const size_t slash = text.find('/');
    if (!IsComponent(text.substr(0, slash))) return false;
    if (slash == text.npos) return true;
    text.remove_prefix(slash + 1);
  }
}

}  // namespace

Result<ImageReference> ImageReference::Parse(std::string_view text) {
  const size_t name = text.rfind('/') == text.npos ? 0 : text.rfind('/') + 1;
  const size_t colon = text.find(':', name);
  ImageReference reference{.repository = std::string(text.substr(0, colon)), .tag = "latest"};
  if (colon != text.npos) reference.tag = text.substr(colon + 1);
  if (IsRepository(reference.repository) && IsTag(reference.tag)) return reference;
  return Error(InvalidArgument(fmt::format("'{}' cannot be the name of an image", text))
                   .WithHint("NAME:TAG or HOST:PORT/PATH/NAME:TAG; a name is in lower case, its "
                             "letters and digits joined by '.', '_', '__' or '-'"));
}

std::string ImageReference::Full() const {
  const size_t slash = repository.find('/');
  if (slash == repository.npos) return "docker.io/library/" + ToString();
  return LooksLikeHost(repository.substr(0, slash)) ? ToString() : "docker.io/" + ToString();
}

}  // namespace ekiben::image
