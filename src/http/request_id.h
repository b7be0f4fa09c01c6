// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace ekiben::http {

// Whether a client's own id may be used: 1 to 128 letters, digits and the marks `-_.:`.
bool IsUsableRequestId(std::string_view id);

// A new id: a UUID of version 7 (RFC 9562), so ids sort by time. Not thread-safe; not a secret.
class RequestIdSource {
 public:
  RequestIdSource();

  // Writes an id into `out`, replacing what is there.
  void Next(std::string& out);

 private:
  uint64_t state_;
};

}  // namespace ekiben::http
