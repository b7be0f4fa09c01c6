// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/clock.h"

namespace ekiben::http {

// What a client may use of the server. Times are checked about once a second.
struct Limits {
  uint32_t header_bytes = 16 << 10;  // Request line and headers together: 431 beyond.
  size_t headers = 100;              // 431 beyond.
  uint64_t body_bytes = 32 << 20;    // 413 beyond.
  size_t connections = 4096;         // Beyond, a connection is closed with 503.
  Duration header_time = std::chrono::seconds(10);  // From its first byte to its last: 408.
  Duration body_time = std::chrono::seconds(60);    // From the header's end to its last byte: 408.
  Duration idle_time = std::chrono::seconds(75);    // Between requests, then closed.
  Duration write_time = std::chrono::seconds(30);   // Until the client has taken the answer.
};

}  // namespace ekiben::http
