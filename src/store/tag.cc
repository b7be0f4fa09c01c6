// SPDX-License-Identifier: Apache-2.0
#include "store/tag.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "store/random.h"

namespace ekiben::store {
namespace {

constexpr size_t kLongest = 63;

// From the start of the Gregorian calendar (UUIDs count from there) to that of Unix time.
constexpr uint64_t kGregorianTicks = 0x01b21dd213814000;

bool IsAlphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool IsInner(char c) { return IsAlphanumeric(c) || c == '-' || c == '_' || c == '.'; }

char Lowered(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

Status CheckPart(std::string_view what, std::string_view part) {
  if (part.size() > kLongest) {
    return InvalidArgument(fmt::format("the {} '{}' has {} characters, more than the {} allowed",
                                       what, part, part.size(), kLongest));
  }
  if (!IsTagPart(part)) {
    return InvalidArgument(fmt::format("'{}' is no valid {}", part, what))
        .WithHint("use a-z, 0-9, '-', '_' and '.', with a letter or digit at both ends");
  }
  return {};
}

}  // namespace

bool IsTagPart(std::string_view text) {
  return !text.empty() && text.size() <= kLongest && IsAlphanumeric(text.front()) &&
         IsAlphanumeric(text.back()) && std::ranges::all_of(text, IsInner);
}

Result<Tag> Tag::Parse(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), Lowered);
  const size_t colon = lower.find(':');
  Tag tag{.name = lower.substr(0, colon), .lowered = lower != text};
  if (Status name = CheckPart("name", tag.name); !name.ok()) return Error(std::move(name));
  if (colon == std::string::npos) return tag;

  tag.version = lower.substr(colon + 1);
  if (tag.version.empty()) {
    return Error(InvalidArgument(fmt::format("the tag '{}' ends with a colon", lower))
                     .WithHint(fmt::format("write '{0}' or '{0}:{1}'", tag.name, kLatest)));
  }
  if (Status version = CheckPart("version", tag.version); !version.ok()) {
    return Error(std::move(version));
  }
  return tag;
}

std::string VersionFromUuid(std::span<const uint8_t, 16> uuid) {
  constexpr std::string_view kDigits = "abcdefghijklmnopqrstuvwxyz234567";
  constexpr std::array<size_t, 10> kBytes = {0, 1, 2, 3, 4, 5, 8, 9, 10, 11};
  std::string version;
  uint32_t bits = 0;
  int count = 0;
  for (const size_t byte : kBytes) {
    bits = (bits << 8) | uuid[byte];
    for (count += 8; count >= 5; count -= 5) version += kDigits[(bits >> (count - 5)) & 31];
  }
  return version;
}

std::string NewVersion() {
  using Ticks = std::chrono::duration<uint64_t, std::ratio<1, 10'000'000>>;
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  const uint64_t ticks = kGregorianTicks + std::chrono::duration_cast<Ticks>(since_epoch).count();

  // The clock sequence and the node are random, as the standard allows for a machine that does not
  // want to tell its network address: bit 0 of the node marks it so.
  std::array<uint8_t, 16> uuid{};
  FillWithRandom(uuid);
  for (size_t i = 0; i < 4; ++i) uuid[i] = static_cast<uint8_t>(ticks >> (8 * (3 - i)));
  for (size_t i = 0; i < 2; ++i) uuid[4 + i] = static_cast<uint8_t>(ticks >> (32 + 8 * (1 - i)));
  uuid[8] = static_cast<uint8_t>((uuid[8] & 0x3f) | 0x80);
  uuid[10] |= 1;
  return VersionFromUuid(uuid);
}

}  // namespace ekiben::store
