// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <utility>

#include "http/message.h"

namespace ekiben::http {

// A handler that waits for nothing.
inline Handler Immediate(std::function<Response(const Request&)> answer) {
  return [answer = std::move(answer)](const Request& request) -> Task<Response> {
    return [](Response response) -> Task<Response> { co_return response; }(answer(request));
  };
}

}  // namespace ekiben::http
