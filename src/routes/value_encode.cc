// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "codec/json.h"
#include "codec/multipart.h"
#include "codec/npy.h"
#include "codec/text.h"
#include "routes/value_codec.h"

namespace ekiben::routes {
namespace {

using service::IoDescriptor;
using service::ValueKind;

constexpr std::string_view kBytes = "application/octet-stream";

// A body and what its headers say of it.
struct Encoded {
  std::string body;
  http::ContentType type = "application/json";
  std::string filename;
};

std::string_view KindOf(const Value& value) {
  constexpr std::array<std::string_view, std::variant_size_v<Value::variant>> kNames = {
      "null", "tensor", "json", "text", "blob", "parts", "opaque"};
  return kNames[value.index()];
}

http::ContentType TypeOr(const IoDescriptor& descriptor, std::string_view otherwise) {
  if (descriptor.content_type.empty()) return otherwise;
  return http::ContentType::Owned(descriptor.content_type);
}

// Text says how it is encoded.
http::ContentType TextType(const IoDescriptor& descriptor) {
  constexpr std::string_view kPlain = "text/plain; charset=utf-8";
  const std::string& type = descriptor.content_type;
  if (type.empty() || type == "text/plain") return kPlain;
  const bool says = !type.starts_with("text/") || type.find("charset") != type.npos;
  return http::ContentType::Owned(says ? type : type + "; charset=utf-8");
}

http::ContentType BlobType(const Blob& blob, const IoDescriptor& descriptor) {
  if (codec::IsMediaType(blob.media_type)) return http::ContentType::Owned(blob.media_type);
  const bool named = !descriptor.media_types.empty() &&
                     descriptor.media_types.front().find('*') == std::string::npos;
  if (named) return http::ContentType::Owned(descriptor.media_types.front());
  return TypeOr(descriptor, kBytes);
}

Status CheckPromise(const Tensor& tensor, const IoDescriptor& descriptor) {
  if (descriptor.enforce_dtype && descriptor.dtype && *descriptor.dtype != tensor.type()) {
    return Internal(fmt::format("expected an array of {}, got {}", DataTypeName(*descriptor.dtype),
                                DataTypeName(tensor.type())));
  }
  if (descriptor.enforce_shape && descriptor.shape && !descriptor.shape->Accepts(tensor.shape())) {
    return Internal(fmt::format("expected an array of shape {}, got {}",
                                descriptor.shape->ToString(), tensor.shape().ToString()));
  }
  return {};
}

Result<Encoded> EncodeTensor(const Tensor& tensor, const IoDescriptor& descriptor, bool as_npy) {
  if (Status kept = CheckPromise(tensor, descriptor); !kept.ok()) return Error(std::move(kept));
  if (as_npy) {
    Result<std::string> npy = codec::EncodeNpy(tensor);
    if (!npy) return Error(std::move(npy).error());
    return Encoded{.body = *std::move(npy), .type = codec::kNpyMediaType};
  }
  Encoded encoded{.type = TypeOr(descriptor, "application/json")};
  Status written =
      codec::EncodeJson(std::span(&tensor, 1), std::span(&descriptor.name, 1), encoded.body);
  if (!written.ok()) return Error(std::move(written));
  return encoded;
}

Status WrongKind(const Value& value, const IoDescriptor& descriptor) {
  return Internal(fmt::format("{} writes {} values, got {}", descriptor.name,
                              service::ValueKindName(descriptor.kind), KindOf(value)));
}

// Any value but parts.
Result<Encoded> EncodeOne(Value& value, const IoDescriptor& descriptor, bool as_npy) {
  switch (descriptor.kind) {
    case ValueKind::kTensor:
      if (const auto* tensor = value.If<Tensor>()) return EncodeTensor(*tensor, descriptor, as_npy);
      // An array whose elements are of several types has no other form.
      if (auto* json = value.If<Json>(); json != nullptr && !descriptor.enforce_dtype) {
        return Encoded{.body = std::move(json->text),
                       .type = TypeOr(descriptor, "application/json")};
      }
      break;
    case ValueKind::kJson:
      if (auto* json = value.If<Json>()) {
        return Encoded{.body = std::move(json->text),
                       .type = TypeOr(descriptor, "application/json")};
      }
      break;
    case ValueKind::kText:
      if (auto* text = value.If<Text>()) {
        return Encoded{.body = std::move(text->text), .type = TextType(descriptor)};
      }
      break;
    case ValueKind::kBlob:
      if (auto* blob = value.If<Blob>()) {
        http::ContentType type = BlobType(*blob, descriptor);
        return Encoded{.body = std::move(blob->data),
                       .type = std::move(type),
                       .filename = std::move(blob->filename)};
      }
      break;
    case ValueKind::kParts: break;
  }
  if (value.If<Null>() != nullptr && descriptor.kind != ValueKind::kParts) {
    return Encoded{.type = TypeOr(descriptor, "application/json")};
  }
  return Error(WrongKind(value, descriptor));
}

// Whom a boundary of 128 random bits meets by chance is luckier than anybody.
std::string RandomBoundary() {
  std::random_device random;
  const auto word = [&random] { return uint64_t{random()} << 32 | random(); };
  const uint64_t high = word();
  return fmt::format("ekiben-{:016x}{:016x}", high, word());
}

Status EncodeParts(Parts parts, const IoDescriptor& descriptor, http::Response& response) {
  const std::string boundary = RandomBoundary();
  for (const auto& [name, part] : descriptor.parts) {
    const auto found = std::ranges::find(parts.parts, name, &std::pair<std::string, Value>::first);
    if (found == parts.parts.end()) {
      return Internal(fmt::format("the part {} is missing", codec::Quoted(name)));
    }
    Result<Encoded> encoded = EncodeOne(found->second, part, false);
    if (!encoded) {
      return std::move(encoded).error().WithContext(fmt::format("part {}", codec::Quoted(name)));
    }
    codec::FormPart form{
        .name = name, .content_type = std::string(encoded->type.view()), .body = encoded->body};
    if (!encoded->filename.empty()) form.filename = std::move(encoded->filename);
    codec::AppendMultipart(form, boundary, response.body);
  }
  if (parts.parts.size() != descriptor.parts.size()) {
    return Internal(
        fmt::format("expected {} parts, got {}", descriptor.parts.size(), parts.parts.size()));
  }
  codec::FinishMultipart(boundary, response.body);
  response.content_type =
      http::ContentType::Owned(fmt::format("multipart/form-data; boundary={}", boundary));
  return {};
}

// RFC 6266: ASCII for all, and the name itself for who reads UTF-8.
std::string Disposition(std::string_view filename) {
  std::string ascii(filename), percent;
  std::ranges::replace_if(
      ascii, [](char c) { return c < ' ' || c > '~' || c == '/' || c == '"' || c == '\\'; }, '_');
  if (ascii == filename || !codec::IsUtf8(filename)) {
    return fmt::format("attachment; filename=\"{}\"", ascii);
  }
  for (const char c : filename) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                       c == '.' || c == '-' || c == '_';
    percent += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<uint8_t>(c));
  }
  return fmt::format("attachment; filename=\"{}\"; filename*=UTF-8''{}", ascii, percent);
}

}  // namespace

Status EncodeValue(Value value, const IoDescriptor& descriptor, http::Response& response,
                   std::string_view accept) {
  if (auto* parts = value.If<Parts>(); parts != nullptr && descriptor.kind == ValueKind::kParts) {
    return EncodeParts(std::move(*parts), descriptor, response);
  }
  const bool as_npy = http::EqualsIgnoringCase(codec::MediaTypeOf(accept), codec::kNpyMediaType);
  Result<Encoded> encoded = EncodeOne(value, descriptor, as_npy);
  if (!encoded) return std::move(encoded).error();
  response.body = std::move(encoded->body);
  response.content_type = std::move(encoded->type);
  if (!encoded->filename.empty()) {
    response.headers.emplace_back("content-disposition", Disposition(encoded->filename));
  }
  return {};
}

}  // namespace ekiben::routes
