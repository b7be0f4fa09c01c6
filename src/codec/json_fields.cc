// SPDX-License-Identifier: Apache-2.0
#include "codec/json_fields.h"

#include <utility>

#include <fmt/format.h>

namespace ekiben::codec {

using Kind = JsonValue::Kind;

JsonFields::JsonFields(const JsonValue& object, std::string place, Status& status)
    : object_(&object), place_(std::move(place)), status_(&status) {
  if (object.kind() == Kind::kObject || !status.ok()) return;
  status =
      InvalidArgument(fmt::format("{}expected an object, got {}",
                                  place_.empty() ? "" : place_ + ": ", KindName(object.kind())))
          .WithField(place_);
}

std::string JsonFields::PlaceOf(std::string_view key) const {
  return place_.empty() ? std::string(key) : fmt::format("{}.{}", place_, key);
}

void JsonFields::Fail(std::string_view key, std::string_view what) const {
  if (!status_->ok()) return;
  const std::string place = PlaceOf(key);
  *status_ = InvalidArgument(fmt::format("{}: {}", place, what)).WithField(place);
}

bool JsonFields::Has(std::string_view key) const {
  const JsonValue* const member = object_->Find(key);
  return member != nullptr && !member->is_null();
}

const JsonValue* JsonFields::MemberIfAny(std::string_view key, Kind kind) const {
  const JsonValue* const member = object_->Find(key);
  if (!ok() || member == nullptr || member->is_null()) return nullptr;
  if (member->kind() == kind) return member;
  Fail(key, fmt::format("expected {}, got {}", KindName(kind), KindName(member->kind())));
  return nullptr;
}

const JsonValue* JsonFields::Member(std::string_view key, Kind kind) const {
  if (!Has(key)) {
    const bool null = object_->Find(key) != nullptr;
    Fail(key, fmt::format("expected {}, got {}", KindName(kind), null ? "null" : "nothing"));
  }
  return MemberIfAny(key, kind);
}

std::string JsonFields::String(std::string_view key) const {
  const JsonValue* const member = Member(key, Kind::kString);
  return member == nullptr ? std::string() : member->text();
}

std::string JsonFields::StringOr(std::string_view key, std::string_view otherwise) const {
  const JsonValue* const member = MemberIfAny(key, Kind::kString);
  return member == nullptr ? std::string(otherwise) : member->text();
}

bool JsonFields::Bool(std::string_view key) const {
  const JsonValue* const member = Member(key, Kind::kBool);
  return member != nullptr && member->text() == "true";
}

bool JsonFields::BoolOr(std::string_view key, bool otherwise) const {
  const JsonValue* const member = MemberIfAny(key, Kind::kBool);
  return member == nullptr ? otherwise : member->text() == "true";
}

std::optional<int64_t> JsonFields::IntIfAny(std::string_view key, int64_t least,
                                            int64_t most) const {
  const JsonValue* const member = MemberIfAny(key, Kind::kNumber);
  if (member == nullptr) return std::nullopt;
  const std::optional<int64_t> number = member->Int();
  if (number && *number >= least && *number <= most) return number;
  Fail(key,
       fmt::format("expected a whole number from {} to {}, got {}", least, most, member->text()));
  return std::nullopt;
}

int64_t JsonFields::Int(std::string_view key, int64_t least, int64_t most) const {
  Member(key, Kind::kNumber);
  return IntIfAny(key, least, most).value_or(0);
}

double JsonFields::Number(std::string_view key) const {
  const JsonValue* const member = Member(key, Kind::kNumber);
  return member == nullptr ? 0 : member->Double().value_or(0);
}

std::optional<double> JsonFields::NumberIfAny(std::string_view key) const {
  const JsonValue* const member = MemberIfAny(key, Kind::kNumber);
  if (member == nullptr) return std::nullopt;
  const std::optional<double> number = member->Double();
  if (number && *number >= 0) return number;
  Fail(key, fmt::format("expected a number that is not negative, got {}", member->text()));
  return std::nullopt;
}

std::vector<std::string> JsonFields::Strings(std::string_view key) const {
  std::vector<std::string> strings;
  const JsonValue* const list = MemberIfAny(key, Kind::kArray);
  if (list == nullptr) return strings;
  for (const JsonValue& item : list->items()) {
    if (item.kind() != Kind::kString) {
      Fail(key, fmt::format("expected strings, got {}", KindName(item.kind())));
    }
    strings.push_back(item.text());
  }
  return strings;
}

std::vector<int64_t> JsonFields::Ints(std::string_view key) const {
  std::vector<int64_t> numbers;
  const JsonValue* const list = MemberIfAny(key, Kind::kArray);
  if (list == nullptr) return numbers;
  for (const JsonValue& item : list->items()) {
    const std::optional<int64_t> number = item.Int();
    if (!number) Fail(key, fmt::format("expected whole numbers, got {}", KindName(item.kind())));
    numbers.push_back(number.value_or(0));
  }
  return numbers;
}

std::vector<double> JsonFields::Numbers(std::string_view key) const {
  std::vector<double> numbers;
  const JsonValue* const list = MemberIfAny(key, Kind::kArray);
  if (list == nullptr) return numbers;
  for (const JsonValue& item : list->items()) {
    const std::optional<double> number = item.Double();
    if (!number) Fail(key, fmt::format("expected numbers, got {}", KindName(item.kind())));
    numbers.push_back(number.value_or(0));
  }
  return numbers;
}

std::string JsonFields::Json(std::string_view key) const {
  return ok() && Has(key) ? object_->Find(key)->ToJson() : std::string();
}

void JsonFields::Object(std::string_view key,
                        const std::function<void(const JsonFields&)>& read) const {
  const JsonValue* const member = Member(key, Kind::kObject);
  if (member != nullptr) read(JsonFields(*member, PlaceOf(key), *status_));
}

void JsonFields::Each(std::string_view key,
                      const std::function<void(const JsonFields&)>& read) const {
  const JsonValue* const list = MemberIfAny(key, Kind::kArray);
  if (list == nullptr) return;
  for (size_t i = 0; i < list->items().size() && ok(); ++i) {
    const JsonFields item(list->items()[i], fmt::format("{}[{}]", PlaceOf(key), i), *status_);
    if (ok()) read(item);
  }
}

void JsonFields::EachMember(
    std::string_view key,
    const std::function<void(const std::string&, const JsonFields&)>& read) const {
  const JsonValue* const object = Member(key, Kind::kObject);
  if (object == nullptr) return;
  for (size_t i = 0; i < object->items().size() && ok(); ++i) {
    const std::string& name = object->keys()[i];
    const JsonFields item(object->items()[i], fmt::format("{}.{}", PlaceOf(key), name), *status_);
    if (ok()) read(name, item);
  }
}

std::vector<std::string> JsonFields::Names() const {
  return {object_->keys().begin(), object_->keys().end()};
}

}  // namespace ekiben::codec
