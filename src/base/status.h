// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace ekiben {

// What went wrong, in the terms a caller can act on. Each maps to one HTTP status
// (routes/problem.cc), and the first nine are all that most code needs; the rest are faults of the
// protocol that only http/ and routes/ report.
enum class Code {
  kOk,
  kInvalidArgument,     // The request itself is wrong; do not retry.
  kNotFound,            // No such model, version, bento or route.
  kFailedPrecondition,  // The thing exists but is not in a state for this.
  kResourceExhausted,   // A quota of this caller is used up; retry later.
  kDeadlineExceeded,    // The answer would come too late.
  kUnavailable,         // Overloaded, starting or draining; retry soon.
  kPermissionDenied,    // The system, or who guards it, does not let this caller.
  kInternal,            // Our bug, or a runtime plugin's.

  kMethodNotAllowed,
  kRequestTimeout,
  kLengthRequired,
  kPayloadTooLarge,
  kUnsupportedMediaType,
  kHeaderTooLarge,
};

// The code's name in snake_case, as logs and metrics show it.
std::string_view CodeName(Code code);

// Success, or an error with words for three readers: `code` for machines, `message` for the person
// who sent the request or typed the command, `hint` for what to do next.
//
// Messages are lower case, quote the thing, say what, where and why, and end without a period. They
// may reach a client, so they carry no stack and nothing secret. A value; moves are cheap.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Code code, std::string message) : code_(code), message_(std::move(message)) {}

  bool ok() const { return code_ == Code::kOk; }
  Code code() const { return code_; }
  const std::string& message() const { return message_; }
  const std::string& hint() const { return hint_; }
  // Which part of the input is meant, as a JSON pointer ("/input/0/3"); empty when none is.
  const std::string& field() const { return field_; }

  Status&& WithHint(std::string hint) && { return hint_ = std::move(hint), std::move(*this); }
  Status&& WithField(std::string field) && { return field_ = std::move(field), std::move(*this); }
  // The same error with `context` and a colon before its message.
  Status&& WithContext(std::string_view context) &&;

 private:
  Code code_ = Code::kOk;
  std::string message_;
  std::string hint_;
  std::string field_;
};

template <typename T>
using Result = std::expected<T, Status>;

Status InvalidArgument(std::string message);
Status NotFound(std::string message);
Status FailedPrecondition(std::string message);
Status ResourceExhausted(std::string message);
Status DeadlineExceeded(std::string message);
Status Unavailable(std::string message);
Status PermissionDenied(std::string message);
Status Internal(std::string message);

// For `return Error(NotFound("..."))` where the function returns a Result.
inline std::unexpected<Status> Error(Status status) { return std::unexpected(std::move(status)); }

}  // namespace ekiben
