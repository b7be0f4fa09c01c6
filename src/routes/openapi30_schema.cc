// SPDX-License-Identifier: Apache-2.0
#include "routes/openapi30_schema.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace ekiben::routes {
namespace {

using codec::JsonValue;
using Kind = JsonValue::Kind;

bool IsOneOf(std::string_view key, std::initializer_list<std::string_view> keys) {
  return std::ranges::find(keys, key) != keys.end();
}

bool IsNullType(const JsonValue& schema) {
  const JsonValue* const type = schema.Find("type");
  return type != nullptr && type->text() == "null";
}

// Writes the members of one schema, keyword by keyword.
class SchemaWriter {
 public:
  SchemaWriter(const JsonValue& schema, JsonWriter& json) : schema_(schema), json_(json) {}

  void Write() {
    json_.BeginObject();
    for (size_t i = 0; i < schema_.items().size(); ++i) {
      Keyword(schema_.keys()[i], schema_.items()[i]);
    }
    if (array_ && schema_.Find("items") == nullptr) json_.Key("items").Raw("{}");
    if (nullable_ && schema_.Find("nullable") == nullptr) json_.Key("nullable").Bool(true);
    json_.EndObject();
  }

 private:
  void Keyword(std::string_view key, const JsonValue& value) {
    // What 3.0 has no word for says less without it, and nothing wrong.
    if (IsOneOf(key, {"$defs", "definitions", "$schema", "$id", "prefixItems", "examples"})) return;
    if (key == "type") return Type(value);
    if (key == "const") {
      json_.Key("enum").BeginArray().Raw(value.ToJson()).EndArray();
    } else if (IsOneOf(key, {"anyOf", "oneOf", "allOf"})) {
      Alternatives(key, value);
    } else if (IsOneOf(key, {"items", "not", "additionalProperties"})) {
      json_.Key(key);
      if (value.kind() == Kind::kBool) {
        json_.Raw(value.text());
      } else {
        WriteOpenApi30Schema(value, json_);
      }
    } else if (IsOneOf(key, {"properties", "patternProperties"})) {
      Properties(key, value);
    } else if (value.kind() == Kind::kNumber && key == "exclusiveMinimum") {
      json_.Key("minimum").Raw(value.text()).Key(key).Bool(true);
    } else if (value.kind() == Kind::kNumber && key == "exclusiveMaximum") {
      json_.Key("maximum").Raw(value.text()).Key(key).Bool(true);
    } else {
      json_.Key(key).Raw(value.ToJson());
    }
  }

  void Type(const JsonValue& value) {
    std::vector<std::string_view> types;
    if (value.kind() == Kind::kString) types.push_back(value.text());
    for (const JsonValue& item : value.items()) types.push_back(item.text());
    nullable_ |= std::erase(types, "null") > 0;
    if (types.size() == 1) {
      json_.Key("type").String(types.front());
      array_ = types.front() == "array";
    }
    if (types.size() < 2 || schema_.Find("anyOf") != nullptr) return;
    json_.Key("anyOf").BeginArray();
    for (const std::string_view type : types) {
      json_.BeginObject().Member("type", type);
      if (type == "array") json_.Key("items").Raw("{}");
      json_.EndObject();
    }
    json_.EndArray();
  }

  void Alternatives(std::string_view key, const JsonValue& value) {
    json_.Key(key).BeginArray();
    for (const JsonValue& item : value.items()) {
      if (IsNullType(item)) {
        nullable_ = true;
      } else {
        WriteOpenApi30Schema(item, json_);
      }
    }
    json_.EndArray();
  }

  void Properties(std::string_view key, const JsonValue& value) {
    json_.Key(key).BeginObject();
    for (size_t i = 0; i < value.keys().size(); ++i) {
      WriteOpenApi30Schema(value.items()[i], json_.Key(value.keys()[i]));
    }
    json_.EndObject();
  }

  const JsonValue& schema_;
  JsonWriter& json_;
  bool nullable_ = false;
  bool array_ = false;
};

}  // namespace

void WriteOpenApi30Schema(const JsonValue& schema, JsonWriter& json) {
  if (schema.kind() == Kind::kObject) {
    SchemaWriter(schema, json).Write();
  } else {
    json.Raw("{}");
  }
}

}  // namespace ekiben::routes
