// SPDX-License-Identifier: Apache-2.0
#include "http/gzip.h"

#include <algorithm>
#include <cstdint>

#include <boost/beast/zlib/inflate_stream.hpp>

#include "base/trimmed.h"
#include "http/message.h"

namespace ekiben::http {
namespace {

constexpr size_t kHeader = 10;  // With no name and no extra field.
constexpr size_t kTrailer = 8;  // Checksum and size.
constexpr size_t kSizeBytes = 4;

// Whether the parameters of a coding say q=0, q=0.0 …
bool IsRefused(std::string_view parameters) {
  const size_t q = parameters.find("q=");
  if (q == parameters.npos) return false;
  const std::string_view value = Trimmed(parameters.substr(q + 2));
  return value.starts_with('0') && value.find_first_not_of("0.") == value.npos;
}

}  // namespace

bool AcceptsGzip(std::string_view accept_encoding) {
  std::optional<bool> gzip, any;
  while (!accept_encoding.empty()) {
    const std::string_view item = accept_encoding.substr(0, accept_encoding.find(','));
    accept_encoding.remove_prefix(std::min(item.size() + 1, accept_encoding.size()));
    const size_t semicolon = std::min(item.find(';'), item.size());
    const std::string_view coding = Trimmed(item.substr(0, semicolon));
    const bool accepted = !IsRefused(item.substr(semicolon));
    if (EqualsIgnoringCase(coding, "gzip")) gzip = accepted;
    if (coding == "*") any = accepted;
  }
  return gzip.value_or(any.value_or(false));
}

std::optional<std::string> Gunzip(std::string_view gzip) {
  if (gzip.size() < kHeader + kTrailer || !gzip.starts_with("\x1F\x8B\x08")) return std::nullopt;
  if (gzip[3] != 0) return std::nullopt;
  uint32_t size = 0;
  for (size_t i = 0; i < kSizeBytes; ++i) {
    size |= uint32_t{static_cast<uint8_t>(gzip[gzip.size() - kSizeBytes + i])} << (8 * i);
  }
  std::string out(size, '\0');
  boost::beast::zlib::z_params stream;
  stream.next_in = gzip.data() + kHeader;
  stream.avail_in = gzip.size() - kHeader - kTrailer;
  stream.next_out = out.data();
  stream.avail_out = out.size();
  boost::beast::zlib::inflate_stream inflate;
  boost::system::error_code error;
  inflate.write(stream, boost::beast::zlib::Flush::sync, error);
  const bool ended = !error || error == boost::beast::zlib::error::end_of_stream;
  if (!ended || stream.total_out != out.size()) return std::nullopt;
  return out;
}

}  // namespace ekiben::http
