// SPDX-License-Identifier: Apache-2.0
#include "observe/log.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iterator>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/json_text.h"

namespace ekiben::observe {
namespace {

std::string_view Name(LogLevel level) {
  switch (level) {
    case LogLevel::kInfo: return "info";
    case LogLevel::kWarning: return "warning";
    case LogLevel::kError: break;
  }
  return "error";
}

// RFC 3339 with microseconds, UTC.
std::string UtcNow() {
  using std::chrono::microseconds;
  const auto now = std::chrono::time_point_cast<microseconds>(std::chrono::system_clock::now());
  const auto micros = now.time_since_epoch() % std::chrono::seconds(1);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(now)), micros.count());
}

// A text value bare where that is unmistakable, else quoted as JSON quotes.
std::string Readable(std::string_view text) {
  const bool plain = !text.empty() && std::ranges::all_of(text, [](char c) {
    return c > ' ' && c < 0x7F && c != '"' && c != '\\' && c != '=';
  });
  return plain ? std::string(text) : JsonString(text);
}

void AppendValue(std::string& line, const LogField& field, bool json) {
  if (const auto* text = std::get_if<std::string_view>(&field.value)) {
    line += json ? JsonString(*text) : Readable(*text);
  } else if (const auto* number = std::get_if<double>(&field.value)) {
    fmt::format_to(std::back_inserter(line), "{:.3f}", *number);
  } else {
    fmt::format_to(std::back_inserter(line), "{}", std::get<int64_t>(field.value));
  }
}

}  // namespace

void Log::Write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  std::string line;
  const bool json = format_ == LogFormat::kJson;
  if (json) {
    line = fmt::format(R"({{"time":"{}","level":"{}","msg":{})", UtcNow(), Name(level),
                       JsonString(message));
  } else {
    if (level != LogLevel::kInfo) line = fmt::format("{}: ", Name(level));
    line += message;
  }
  for (const LogField& field : fields) {
    fmt::format_to(std::back_inserter(line), fmt::runtime(json ? ",\"{}\":" : " {}="), field.name);
    AppendValue(line, field, json);
  }
  line += json ? "}\n" : "\n";
  std::fwrite(line.data(), 1, line.size(), out_);
  std::fflush(out_);
}

void Log::WriteBlock(std::string_view lines) {
  if (lines.empty()) return;
  if (format_ == LogFormat::kJson) return Write(LogLevel::kError, lines);
  std::string block;
  for (const char c : lines) {
    // Colours and cursor movements of whoever wrote the text are not ours to pass on.
    const bool control = static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t';
    block += control ? '?' : c;
  }
  if (!block.ends_with('\n')) block += '\n';
  std::fwrite(block.data(), 1, block.size(), out_);
  std::fflush(out_);
}

}  // namespace ekiben::observe
