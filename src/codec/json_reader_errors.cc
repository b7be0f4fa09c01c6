// SPDX-License-Identifier: Apache-2.0

// What JsonReader says when a body is no request: apart from the rest, which has to be fast.
#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/nearest.h"
#include "codec/json_reader.h"
#include "codec/text.h"

namespace ekiben::codec {
namespace {

constexpr size_t kMostKeys = 8;

std::string Escaped(std::string_view key) {
  std::string token;
  for (const char c : key) {
    if (c == '~') {
      token += "~0";
    } else if (c == '/') {
      token += "~1";
    } else {
      token += c;
    }
  }
  return token;
}

std::string Pointer(std::string_view container, std::string_view key) {
  return fmt::format("{}/{}", container, Escaped(key));
}

bool IsWhole(std::string_view text) { return text.find_first_of(".eE") == std::string_view::npos; }

}  // namespace

bool JsonReader::Fail(std::string message, std::string field, std::string hint) {
  status_ =
      InvalidArgument(std::move(message)).WithField(std::move(field)).WithHint(std::move(hint));
  return false;
}

bool JsonReader::FailShape() {
  const std::string& mistake = input_->shape.mistake();
  const bool alone = inputs_.size() == 1;
  return Fail(alone ? mistake : fmt::format("{}: {}", Quoted(input_->spec->name), mistake),
              PointerTo(*input_));
}

bool JsonReader::FailType(std::string_view got) {
  const bool no_value = got == "null" || got == kNaN;
  return Fail(
      fmt::format("{}expected {}, got {}", PlaceOf(*input_), DataTypeName(input_->spec->type), got),
      PointerTo(*input_), no_value ? "this input allows no missing values" : "");
}

bool JsonReader::FailNumber(std::string_view text) {
  const DataType type = input_->spec->type;
  if (input_->elements.size() >= most_) {
    return Fail(fmt::format("more than {} values", most_), PointerTo(*input_));
  }
  if (!IsFloat(type) && !(IsInteger(type) && IsWhole(text))) return FailType(Shortened(text));
  return Fail(fmt::format("{}{} is out of range of {}", PlaceOf(*input_), Shortened(text),
                          DataTypeName(type)),
              PointerTo(*input_));
}

bool JsonReader::FailForm(std::string_view got) {
  const bool in_records = place_ == Place::kRecords;
  std::string message = fmt::format("expected an object with {}, got {}", KeysExpected(), got);
  if (in_records) message = fmt::format("record {}: {}", record_, message);
  std::string field = Container();
  if (in_records) field += fmt::format("/{}", record_);
  return Fail(std::move(message), std::move(field));
}

bool JsonReader::FailUnknown(std::string_view key) {
  if (place_ == Place::kEnd) {
    return Fail(fmt::format("unknown key {} beside 'input'", Quoted(key)), Pointer("", key));
  }
  std::vector<std::string> names;
  for (const Input& input : inputs_) names.push_back(input.spec->name);
  names.insert(names.end(), unused_.begin(), unused_.end());
  return Fail(fmt::format("unknown key {}: expected {}", Quoted(key), KeysExpected()),
              Pointer(Container(), key), DidYouMean(Shortened(key), names));
}

bool JsonReader::FailTwice(std::string_view key) {
  return Fail(fmt::format("the key {} is given twice", Quoted(key)), Pointer(Container(), key));
}

bool JsonReader::FailMissing(const Input& input) {
  const std::string name = Quoted(input.spec->name);
  std::string message = place_ == Place::kRecord ? fmt::format("record {} has no {}", record_, name)
                                                 : fmt::format("the input {} is missing", name);
  return Fail(std::move(message), Container(),
              fmt::format("expected an object with {}", KeysExpected()));
}

std::string JsonReader::KeysExpected() const {
  if (inputs_.size() == 1) {
    const std::string name = Quoted(inputs_.front().spec->name);
    const bool wrapper_too = !wrapped_ && !records_ && name != "'input'";
    return fmt::format("the key {}{}", wrapper_too ? "'input' or " : "", name);
  }
  std::vector<std::string> names;
  for (const Input& input : std::span(inputs_).first(std::min(inputs_.size(), kMostKeys))) {
    names.push_back(Quoted(input.spec->name));
  }
  if (inputs_.size() == names.size()) return fmt::format("the keys {}", fmt::join(names, ", "));
  return fmt::format("the {} keys {}, …", inputs_.size(), fmt::join(names, ", "));
}

std::string JsonReader::PlaceOf(const Input& input) const {
  const std::string name = Quoted(input.spec->name);
  if (records_) return fmt::format("record {}, {}: ", record_, name);
  std::string place = PlaceName(input.shape.path());
  if (inputs_.size() > 1) place = place.empty() ? name : fmt::format("{}, {}", name, place);
  return place.empty() ? place : place + ": ";
}

std::string JsonReader::PointerTo(const Input& input) const {
  std::vector<int64_t> path = input.shape.path();
  std::string pointer = wrapped_ ? "/input" : "";
  if (records_ && !path.empty()) {
    pointer += fmt::format("/{}", path.front());
    path.erase(path.begin());
  }
  if (keyed_ || records_) pointer = Pointer(pointer, input.spec->name);
  for (const int64_t index : path) pointer += fmt::format("/{}", index);
  return pointer;
}

std::string JsonReader::Container() const {
  std::string pointer = wrapped_ ? "/input" : "";
  if (place_ == Place::kRecord) pointer += fmt::format("/{}", record_);
  return pointer;
}

}  // namespace ekiben::codec
