// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/status.h"
#include "http/message.h"

namespace ekiben::http {

// The HTTP status of an error.
int HttpStatus(Code code);

// An error as application/problem+json (RFC 9457): `type`, `title`, `status` and `detail`, then
// `error`, the same message (BentoML's clients read it), `code`, where known `hint` and `field` (a
// JSON pointer into the body), and `request_id`. 429 and 503 carry Retry-After.
//
// The message of kInternal stays in the log: a client gets a sentence that gives nothing away.
Response Problem(const Status& status, std::string_view request_id);

// The same for an error whose HTTP status somebody else has chosen, such as the code of an API.
// What is said of a status from 500 on stays in the log, unless it is public, or that of what has
// no room or time.
Response Problem(int http_status, std::string_view message, std::string_view hint,
                 std::string_view request_id, bool is_public = false);

}  // namespace ekiben::http
