// SPDX-License-Identifier: Apache-2.0
#include "base/base64.h"

#include <algorithm>

#include <openssl/evp.h>

namespace ekiben {

std::string EncodeBase64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(size));
  return text;
}

Result<std::string> DecodeBase64(std::string_view text) {
  const size_t end = text.find_last_not_of('=') + 1;
  const bool is_padded = end < text.size();
  if (text.substr(0, end).contains('=') || end % 4 == 1 || (is_padded && text.size() % 4 != 0)) {
    return Error(InvalidArgument("this is not base64"));
  }
  std::string padded(text);
  while (padded.size() % 4 != 0) padded += '=';
  std::string bytes(3 * (padded.size() / 4), '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(padded.data()),
                                   static_cast<int>(padded.size()));
  if (size < 0) return Error(InvalidArgument("this is not base64"));
  const size_t padding = padded.size() - (padded.find_last_not_of('=') + 1);
  bytes.resize(static_cast<size_t>(size) - std::min<size_t>(padding, static_cast<size_t>(size)));
  return bytes;
}

}  // namespace ekiben
