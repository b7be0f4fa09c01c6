// SPDX-License-Identifier: Apache-2.0
#include "service/api_failure.h"

#include "codec/json_document.h"
#include "codec/json_fields.h"

namespace ekiben::service {

ApiFailure ReadFailure(std::string_view json) {
  ApiFailure failure{.message = "the function failed"};
  const auto document = codec::JsonValue::Parse(json);
  if (!document) return failure;
  Status status;
  const codec::JsonFields fields(*document, "", status);
  failure.status = static_cast<int>(fields.IntIfAny("status", 100, 599).value_or(500));
  failure.message = fields.StringOr("message", failure.message);
  failure.hint = fields.StringOr("hint", "");
  failure.kind = fields.StringOr("kind", "");
  failure.traceback = fields.StringOr("traceback", "");
  return failure;
}

Status LoadFailure(const Status& why, observe::Log& log) {
  if (!why.message().starts_with('{')) return why;
  const ApiFailure failure = ReadFailure(why.message());
  log.WriteBlock(failure.traceback);
  return FailedPrecondition(failure.message).WithHint(failure.hint);
}

}  // namespace ekiben::service
