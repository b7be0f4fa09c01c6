// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "observe/log.h"

namespace ekiben::service {

// What Python code raised, as a worker reports it.
struct ApiFailure {
  int status = 500;  // Of HTTP.
  std::string message;
  std::string hint;
  std::string kind;       // The exception's class.
  std::string traceback;  // The user's own frames, several lines.
};

// Reads a worker's report, which is JSON; what it does not say stays as it is above.
ApiFailure ReadFailure(std::string_view json);

// Why a worker could not load, which is such a report or words. The user's own frames go to the
// log.
Status LoadFailure(const Status& why, observe::Log& log);

}  // namespace ekiben::service
