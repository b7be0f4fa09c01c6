// SPDX-License-Identifier: Apache-2.0
#include "store/creation_time.h"

#include <array>
#include <charconv>
#include <ctime>

#include <fmt/format.h>

namespace ekiben::store {
namespace {

using std::chrono::microseconds;

// The years that have four digits.
constexpr CreationTime kFirst = std::chrono::sys_days(std::chrono::year(1) / 1 / 1);
constexpr CreationTime kLast = std::chrono::sys_days(std::chrono::year(9999) / 12 / 31);

// Takes pieces of fixed width off the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }

  bool Take(std::string_view any_of) {
    if (rest_.empty() || !any_of.contains(rest_.front())) return false;
    taken_ = rest_.front();
    rest_.remove_prefix(1);
    return true;
  }
  char taken() const { return taken_; }

  // A number of exactly `digits` digits, at most `most`.
  bool Number(size_t digits, int most, int& number) {
    if (rest_.size() < digits) return false;
    number = 0;
    for (size_t i = 0; i < digits; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return false;
      number = number * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(digits);
    return number <= most;
  }

  // The digits after a decimal point, as microseconds; what is finer is dropped.
  bool Fraction(int& micros) {
    int scale = 100'000, digit = 0;
    if (!Number(1, 9, micros)) return false;
    for (micros *= scale; Number(1, 9, digit);) micros += digit * (scale /= 10);
    return true;
  }

 private:
  std::string_view rest_;
  char taken_ = 0;
};

// What stands after the time: nothing, Z or +hh:mm.
bool Offset(Scanner& scanner, microseconds& offset) {
  offset = microseconds(0);
  if (scanner.done() || scanner.Take("Zz")) return scanner.done();
  int hours = 0, minutes = 0;
  if (!scanner.Take("+-")) return false;
  const int sign = scanner.taken() == '-' ? -1 : 1;
  if (!scanner.Number(2, 23, hours)) return false;
  scanner.Take(":");
  if (!scanner.Number(2, 59, minutes)) return false;
  offset = sign * (std::chrono::hours(hours) + std::chrono::minutes(minutes));
  return scanner.done();
}

std::tm Broken(std::time_t seconds, bool local) {
  std::tm parts{};
  local ? localtime_r(&seconds, &parts) : gmtime_r(&seconds, &parts);
  return parts;
}

std::string DateAndTime(const std::tm& parts, char between) {
  return fmt::format("{:04}-{:02}-{:02}{}{:02}:{:02}:{:02}", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, between, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::time_t WholeSeconds(CreationTime time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

}  // namespace

std::optional<CreationTime> ParseCreationTime(std::string_view text) {
  Scanner scanner(text);
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, micros = 0;
  microseconds offset{};
  const bool right =
      scanner.Number(4, 9999, year) && scanner.Take("-") && scanner.Number(2, 12, month) &&
      scanner.Take("-") && scanner.Number(2, 31, day) && scanner.Take("T ") &&
      scanner.Number(2, 23, hour) && scanner.Take(":") && scanner.Number(2, 59, minute) &&
      scanner.Take(":") && scanner.Number(2, 59, second) &&
      (!scanner.Take(".") || scanner.Fraction(micros)) && Offset(scanner, offset);
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!right || !date.ok()) return std::nullopt;
  const CreationTime time = std::chrono::sys_days(date) + std::chrono::hours(hour) +
                            std::chrono::minutes(minute) + std::chrono::seconds(second) +
                            microseconds(micros) - offset;
  if (time < kFirst || time > kLast) return std::nullopt;
  return time;
}

std::string ToIso(CreationTime time) {
  const std::time_t seconds = WholeSeconds(time);
  const auto micros = (time.time_since_epoch() - std::chrono::seconds(seconds)).count();
  return fmt::format("{}.{:06}+00:00", DateAndTime(Broken(seconds, false), 'T'), micros);
}

std::string ToLocal(CreationTime time) {
  return DateAndTime(Broken(WholeSeconds(time), true), ' ');
}

CreationTime CurrentTime() {
  return std::chrono::floor<microseconds>(std::chrono::system_clock::now());
}

}  // namespace ekiben::store
