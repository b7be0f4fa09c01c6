// SPDX-License-Identifier: Apache-2.0
#include "service/io_descriptor.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "codec/text.h"

namespace ekiben::service {
namespace {

constexpr std::array<std::string_view, 5> kKindNames = {"tensor", "json", "text", "blob", "parts"};

ValueKind ReadKind(const codec::JsonFields& plan) {
  const std::string name = plan.String("value");
  const auto found = std::ranges::find(kKindNames, name);
  if (found != kKindNames.end()) return static_cast<ValueKind>(found - kKindNames.begin());
  plan.Fail("value",
            fmt::format("expected tensor, json, text, blob or parts, got {}", codec::Quoted(name)));
  return ValueKind::kJson;
}

// numpy calls a string type "str", and "str96" where it has a length.
std::optional<DataType> ReadType(const codec::JsonFields& plan) {
  const std::string name = plan.StringOr("dtype", "");
  if (name.empty()) return std::nullopt;
  if (name.starts_with("str")) return DataType::kString;
  const std::optional<DataType> type = DataTypeFromName(name);
  if (!type) {
    plan.Fail("dtype", fmt::format("{} is no type of tensors; they are bool, int8 to int64, uint8 "
                                   "to uint64, float16, float32, float64 and string",
                                   codec::Quoted(name)));
  }
  return type;
}

std::optional<Shape> ReadShape(const codec::JsonFields& plan) {
  if (!plan.Has("shape")) return std::nullopt;
  const std::vector<int64_t> axes = plan.Ints("shape");
  if (axes.size() > Shape::kMaxRank) {
    plan.Fail("shape", fmt::format("{} axes, more than {}", axes.size(), Shape::kMaxRank));
    return std::nullopt;
  }
  if (std::ranges::any_of(axes, [](int64_t axis) { return axis < Shape::kAny; })) {
    plan.Fail("shape", "an axis is less than -1");
  }
  return Shape(axes);
}

// What becomes part of a header must not be able to end it, or to start another.
bool IsHeaderText(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

void CheckMediaTypes(const codec::JsonFields& plan, const IoDescriptor& descriptor) {
  const auto fits = [](std::string_view type) {
    return IsHeaderText(type) && type.find('/') != std::string_view::npos;
  };
  if (!std::ranges::all_of(descriptor.media_types, fits)) {
    plan.Fail("media_types", "expected media types such as image/jpeg");
  }
  if (!descriptor.content_type.empty() && !fits(descriptor.content_type)) {
    plan.Fail("content_type", "expected a media type such as application/json");
  }
}

void ReadParts(const codec::JsonFields& plan, IoDescriptor& descriptor) {
  plan.EachMember("parts", [&](const std::string& name, const codec::JsonFields& part) {
    descriptor.parts.push_back({name, ReadIoDescriptor(part)});
    if (descriptor.parts.back().descriptor.kind == ValueKind::kParts) {
      part.Fail("value", "a part cannot have parts itself");
    }
  });
  if (descriptor.parts.empty()) plan.Fail("parts", "expected a part or more");
}

void WriteShape(const std::optional<Shape>& shape, JsonWriter& json) {
  json.Key("shape").Raw(shape ? shape->ToString() : "null");
}

}  // namespace

std::string_view ValueKindName(ValueKind kind) { return kKindNames[static_cast<size_t>(kind)]; }

IoDescriptor ReadIoDescriptor(const codec::JsonFields& plan) {
  IoDescriptor descriptor{.name = plan.String("name"), .kind = ReadKind(plan)};
  descriptor.dtype = ReadType(plan);
  descriptor.shape = ReadShape(plan);
  descriptor.enforce_dtype = plan.BoolOr("enforce_dtype", false);
  descriptor.enforce_shape = plan.BoolOr("enforce_shape", false);
  descriptor.media_types = plan.Strings("media_types");
  if (descriptor.kind == ValueKind::kParts) ReadParts(plan, descriptor);
  descriptor.stream = plan.BoolOr("stream", false);
  descriptor.content_type = plan.StringOr("content_type", "");
  CheckMediaTypes(plan, descriptor);
  descriptor.schema = plan.Json("schema");
  descriptor.example = plan.Json("example");
  descriptor.io = plan.Json("io");
  return descriptor;
}

void WriteIoDescriptor(const IoDescriptor& descriptor, JsonWriter& json) {
  json.BeginObject().Member("name", descriptor.name);
  json.Member("value", ValueKindName(descriptor.kind));
  if (descriptor.kind == ValueKind::kTensor) {
    json.Key("dtype");
    descriptor.dtype ? json.String(DataTypeName(*descriptor.dtype)) : json.Raw("null");
    WriteShape(descriptor.shape, json);
    json.Key("enforce_dtype").Bool(descriptor.enforce_dtype);
    json.Key("enforce_shape").Bool(descriptor.enforce_shape);
  }
  if (!descriptor.media_types.empty()) {
    json.Key("media_types").BeginArray();
    for (const std::string& type : descriptor.media_types) json.String(type);
    json.EndArray();
  }
  if (descriptor.kind == ValueKind::kParts) {
    json.Key("parts").BeginObject();
    for (const auto& [name, part] : descriptor.parts) WriteIoDescriptor(part, json.Key(name));
    json.EndObject();
  }
  json.Key("stream").Bool(descriptor.stream).Member("content_type", descriptor.content_type);
  if (!descriptor.schema.empty()) json.Key("schema").Raw(descriptor.schema);
  if (!descriptor.example.empty()) json.Key("example").Raw(descriptor.example);
  if (!descriptor.io.empty()) json.Key("io").Raw(descriptor.io);
  json.EndObject();
}

}  // namespace ekiben::service
