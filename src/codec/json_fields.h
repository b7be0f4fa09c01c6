// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "codec/json_document.h"

namespace ekiben::codec {

// Reads the members of an object that another program wrote, each by name and type. The first
// mistake is kept in a status that all readers of one document share, and named by its place:
// "apis[0].route: expected a string, got a number". After a mistake every read gives an empty
// value, so that a caller reads all it needs and checks the status once.
//
// Keys that nobody asks for are ignored: newer writers may have more. Refers to the value and to
// the status, which must outlive it.
class JsonFields {
 public:
  // `place` is the object's own place; empty for the document.
  JsonFields(const JsonValue& object, std::string place, Status& status);

  std::string String(std::string_view key) const;
  // Empty where the member is absent or null.
  std::string StringOr(std::string_view key, std::string_view otherwise) const;
  bool Bool(std::string_view key) const;
  bool BoolOr(std::string_view key, bool otherwise) const;
  // A whole number from `least` to `most`.
  int64_t Int(std::string_view key, int64_t least, int64_t most) const;
  std::optional<int64_t> IntIfAny(std::string_view key, int64_t least, int64_t most) const;
  double Number(std::string_view key) const;
  // A number that is not negative.
  std::optional<double> NumberIfAny(std::string_view key) const;
  // Empty where the list is absent or null.
  std::vector<std::string> Strings(std::string_view key) const;
  std::vector<int64_t> Ints(std::string_view key) const;
  std::vector<double> Numbers(std::string_view key) const;
  // The member as JSON text; empty where it is absent or null.
  std::string Json(std::string_view key) const;

  // Calls read() for the object under `key`.
  void Object(std::string_view key, const std::function<void(const JsonFields&)>& read) const;
  // Calls read() for each object of the list under `key`; never where it is absent or null.
  void Each(std::string_view key, const std::function<void(const JsonFields&)>& read) const;
  // Calls read(name, fields) for each member of the object under `key`, all of which are objects.
  void EachMember(std::string_view key,
                  const std::function<void(const std::string&, const JsonFields&)>& read) const;

  // The names of all members, in their order.
  std::vector<std::string> Names() const;

  // Whether the member is there and not null.
  bool Has(std::string_view key) const;
  // Notes a mistake about a member unless there was one before.
  void Fail(std::string_view key, std::string_view what) const;
  const std::string& place() const { return place_; }
  bool ok() const { return status_->ok(); }

 private:
  const JsonValue* Member(std::string_view key, JsonValue::Kind kind) const;
  const JsonValue* MemberIfAny(std::string_view key, JsonValue::Kind kind) const;
  std::string PlaceOf(std::string_view key) const;

  const JsonValue* object_;
  std::string place_;
  Status* status_;
};

}  // namespace ekiben::codec
