// SPDX-License-Identifier: Apache-2.0
#include "registry/reference.h"

#include <algorithm>

#include <fmt/format.h>

namespace ekiben::registry {
namespace {

// Limits of the distribution specification and of docker.
constexpr size_t kMaxRepository = 255, kMaxTag = 128;
constexpr std::string_view kAlgorithm = "sha256:";

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
  const bool begins_well = !text.empty() && text.front() != '.' && text.front() != '-';
  return begins_well && std::ranges::all_of(text, [](char c) {
           return IsWord(c) || c == '-' || c == '.' || c == ':' || c == '[' || c == ']';
         });
}

// Docker's rule for whether the first part of a name is a registry.
bool LooksLikeHost(std::string_view text) {
  return text == "localhost" || text.contains('.') || text.contains(':');
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

bool IsDigest(std::string_view text) {
  if (!text.starts_with(kAlgorithm)) return false;
  const std::string_view hex = text.substr(kAlgorithm.size());
  return hex.size() == 64 && std::ranges::all_of(hex, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

bool IsRegistryTag(std::string_view text) {
  return !text.empty() && text.size() <= kMaxTag && IsWord(text.front()) &&
         std::ranges::all_of(text, [](char c) { return IsWord(c) || c == '.' || c == '-'; });
}

Result<Reference> Reference::Parse(std::string_view text) {
  const size_t at = std::min(text.find('@'), text.size());
  const std::string_view named = text.substr(0, at);
  const size_t name = named.rfind('/') == named.npos ? 0 : named.rfind('/') + 1;
  const size_t colon = named.find(':', name);
  Reference reference{.repository = std::string(named.substr(0, colon))};
  const bool has_tag = colon != named.npos;
  if (has_tag) reference.tag = named.substr(colon + 1);
  if (at < text.size()) reference.digest = text.substr(at + 1);
  if (IsRepository(reference.repository) && (!has_tag || IsRegistryTag(reference.tag)) &&
      (at == text.size() || IsDigest(reference.digest))) {
    return reference;
  }
  return Error(InvalidArgument(fmt::format("'{}' cannot be a name in a registry", text))
                   .WithHint("HOST:PORT/PATH/NAME:TAG, or @sha256:… in place of the tag; a name is "
                             "in lower case, its letters and digits joined by '.', '_', '__' or "
                             "'-'"));
}

std::string Reference::ToString() const {
  if (digest.empty()) return repository + ":" + Wanted();
  return repository + (tag.empty() ? "" : ":" + tag) + "@" + digest;
}

bool Reference::HasHost() const {
  const size_t slash = repository.find('/');
  return slash != repository.npos && LooksLikeHost(repository.substr(0, slash));
}

std::string Reference::Host() const {
  return HasHost() ? repository.substr(0, repository.find('/')) : "docker.io";
}

std::string Reference::Path() const {
  if (HasHost()) {
    std::string path = repository.substr(repository.find('/') + 1);
    return Host() == "docker.io" && !path.contains('/') ? "library/" + path : path;
  }
  return repository.contains('/') ? repository : "library/" + repository;
}

std::string Reference::Full() const {
  Reference full = *this;
  full.repository = Host() + "/" + Path();
  return full.ToString();
}

std::string Reference::Wanted() const {
  if (!digest.empty()) return digest;
  return tag.empty() ? "latest" : tag;
}

}  // namespace ekiben::registry
