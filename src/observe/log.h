// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace ekiben::observe {

enum class LogLevel { kInfo, kWarning, kError };
enum class LogFormat { kText, kJson };

// One named value of a log line.
struct LogField {
  std::string_view name;
  std::variant<std::string_view, double, int64_t> value;
};

// Writes log lines: for people as text, or as one JSON object a line with a UTC time. Control
// characters of what a client sent are escaped in both, so nobody forges a line.
//
// Thread-safe: a line is one write.
class Log {
 public:
  // `out` must outlive the log.
  Log(LogFormat format, FILE* out) : format_(format), out_(out) {}

  void Write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

  // Writes lines as they are, such as a traceback; as JSON one object with all of them.
  void WriteBlock(std::string_view lines);

 private:
  const LogFormat format_;
  FILE* const out_;
};

}  // namespace ekiben::observe
