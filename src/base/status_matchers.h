// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>

#include "base/status.h"

// Matchers for tests: EXPECT_THAT(result, IsOk()), EXPECT_THAT(result, HasCode(Code::kNotFound)).
namespace ekiben {

inline const Status& StatusOf(const Status& status) { return status; }
template <typename T>
Status StatusOf(const Result<T>& result) {
  return result ? Status() : result.error();
}

MATCHER(IsOk, "is ok") {
  const Status status = StatusOf(arg);
  *result_listener << status.message();
  return status.ok();
}

MATCHER_P(HasCode, code, "has the code " + std::string(CodeName(code))) {
  const Status status = StatusOf(arg);
  *result_listener << CodeName(status.code()) << ": " << status.message();
  return status.code() == code;
}

MATCHER_P(HasMessage, matcher, "has such a message") {
  return ExplainMatchResult(matcher, StatusOf(arg).message(), result_listener);
}

}  // namespace ekiben
