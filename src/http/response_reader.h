// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

#include "base/status.h"
#include "http/client.h"

namespace ekiben::http {

struct ResponseLimits {
  uint32_t header = 0;  // Bytes.
  size_t body = 0;      // Bytes that are kept.
};

// Reads one answer from `read`, which fills a buffer as ClientStream::Read() does, up to the end of
// its body; interim answers (1xx) are passed over. `to_head` says that the request was a HEAD.
// Sets `keep` where the connection may be used again. kUnavailable where it ends too early.
Result<ClientResponse> ReadResponse(const std::function<Result<size_t>(char*, size_t)>& read,
                                    bool to_head, const ResponseLimits& limits,
                                    const BodySink& sink, bool& keep);

}  // namespace ekiben::http
