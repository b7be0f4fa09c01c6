// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/nearest.h"
#include "codec/cast.h"
#include "codec/json_array.h"
#include "codec/json_check.h"
#include "codec/multipart.h"
#include "codec/npy.h"
#include "codec/text.h"
#include "routes/value_codec.h"

namespace ekiben::routes {
namespace {

using service::IoDescriptor;
using service::ValueKind;

constexpr std::string_view kForm = "multipart/form-data";

bool Is(std::string_view type, std::string_view other) {
  return http::EqualsIgnoringCase(type, other);
}

// What travels: a whole body, or one part of a form.
struct Content {
  std::string_view body;
  std::string_view type;  // Media type without parameters.
  std::string_view filename;
};

Status WrongShape(const Shape& expected, const Shape& got) {
  return InvalidArgument(
      fmt::format("expected an array of shape {}, got {}", expected.ToString(), got.ToString()));
}

// The shape with -1 replaced so that it holds `elements`; nothing where none does.
std::optional<Shape> Solved(const Shape& wanted, int64_t elements) {
  Shape solved;
  int64_t known = 1;
  std::optional<size_t> open;
  for (size_t axis = 0; axis < wanted.rank(); ++axis) {
    solved.Append(wanted[axis]);
    if (wanted[axis] != Shape::kAny) {
      if (__builtin_mul_overflow(known, wanted[axis], &known)) return std::nullopt;
    } else if (open) {
      return std::nullopt;
    } else {
      open = axis;
    }
  }
  if (!open) return known == elements ? std::optional(solved) : std::nullopt;
  if (known == 0 || elements % known != 0) return std::nullopt;
  solved[*open] = elements / known;
  return solved;
}

Result<Tensor> FitShape(Tensor tensor, const IoDescriptor& descriptor) {
  if (!descriptor.shape || descriptor.shape->Accepts(tensor.shape())) return tensor;
  if (descriptor.enforce_shape) return Error(WrongShape(*descriptor.shape, tensor.shape()));
  const auto shape = Solved(*descriptor.shape, static_cast<int64_t>(tensor.elements()));
  if (shape) tensor.Reshape(*shape);
  return tensor;
}

Result<Tensor> DecodeNpy(std::string_view body, const IoDescriptor& descriptor) {
  if (descriptor.dtype && descriptor.enforce_dtype) {
    return codec::DecodeNpy(
        body,
        {.name = descriptor.name, .type = *descriptor.dtype, .any_rank = true, .missing = true});
  }
  Result<Tensor> tensor = codec::DecodeNpyArray(body);
  if (!tensor || !descriptor.dtype || tensor->type() == *descriptor.dtype) return tensor;
  return codec::CastNumbers(*tensor, *descriptor.dtype);
}

Result<Value> DecodeTensor(const Content& content, const IoDescriptor& descriptor) {
  const auto casting = descriptor.enforce_dtype ? codec::Casting::kExact : codec::Casting::kNumpy;
  Result<Tensor> tensor = Is(content.type, codec::kNpyMediaType)
                              ? DecodeNpy(content.body, descriptor)
                              : codec::DecodeJsonArray(content.body, descriptor.dtype, casting);
  if (tensor) tensor = FitShape(*std::move(tensor), descriptor);
  if (!tensor) return Error(std::move(tensor).error());
  return Value(*std::move(tensor));
}

Result<Value> DecodeJson(const Content& content) {
  if (Status checked = codec::CheckJson(content.body); !checked.ok()) {
    return Error(std::move(checked));
  }
  return Value(Json{std::string(content.body)});
}

Result<Value> DecodeText(const Content& content) {
  if (Status checked = codec::CheckUtf8(content.body); !checked.ok()) {
    return Error(std::move(checked));
  }
  return Value(Text{std::string(content.body)});
}

bool Accepts(const IoDescriptor& descriptor, std::string_view type) {
  const auto matches = [&](std::string_view accepted) {
    if (accepted == "*/*" || Is(accepted, type)) return true;
    if (!accepted.ends_with("/*")) return false;
    accepted.remove_suffix(1);
    return type.size() > accepted.size() && Is(accepted, type.substr(0, accepted.size()));
  };
  return descriptor.media_types.empty() || std::ranges::any_of(descriptor.media_types, matches);
}

// What a client says that knows nothing of types.
bool SaysNothing(std::string_view type) {
  return type.empty() || Is(type, "application/x-www-form-urlencoded");
}

Status WrongType(const IoDescriptor& descriptor, std::string_view got) {
  return InvalidArgument(
      fmt::format("the media type {} is not allowed, allowed media types are: "
                  "{}",
                  codec::Quoted(got), fmt::join(descriptor.media_types, ", ")));
}

Result<Value> DecodeBlob(const Content& content, const IoDescriptor& descriptor) {
  std::string_view type = content.type;
  if (SaysNothing(type) && !descriptor.media_types.empty()) {
    type = descriptor.media_types.front();
  } else if (!Accepts(descriptor, type)) {
    return Error(WrongType(descriptor, type));
  }
  return Value(Blob{.data = std::string(content.body),
                    .media_type = std::string(type),
                    .filename = std::string(content.filename)});
}

Content ContentOf(const codec::FormPart& part) {
  return {.body = part.body,
          .type = codec::MediaTypeOf(part.content_type),
          .filename = part.filename ? std::string_view(*part.filename) : std::string_view()};
}

Result<std::vector<codec::FormPart>> ParseForm(const http::Request& request) {
  const auto boundary = codec::MultipartBoundary(request.Header("content-type"));
  if (!boundary) return Error(boundary.error());
  return codec::ParseMultipart(request.body, *boundary);
}

// The first part of an accepted type.
Result<Value> DecodeBlobForm(const http::Request& request, const IoDescriptor& descriptor) {
  const auto parts = ParseForm(request);
  if (!parts) return Error(parts.error());
  std::vector<std::string> found;
  for (const codec::FormPart& part : *parts) {
    const Content content = ContentOf(part);
    const bool known = !content.type.empty() || descriptor.media_types.empty();
    if (known && Accepts(descriptor, content.type)) return DecodeBlob(content, descriptor);
    found.push_back(codec::Quoted(content.type.empty() ? "text/plain" : content.type));
  }
  if (found.empty()) return Error(InvalidArgument("the form has no parts"));
  return Error(InvalidArgument(
      fmt::format("no part of the form is of an allowed media type: got {}, allowed are: {}",
                  fmt::join(found, ", "), fmt::join(descriptor.media_types, ", "))));
}

Result<Value> Decode(const Content& content, const IoDescriptor& descriptor) {
  switch (descriptor.kind) {
    case ValueKind::kTensor: return DecodeTensor(content, descriptor);
    case ValueKind::kJson: return DecodeJson(content);
    case ValueKind::kText: return DecodeText(content);
    case ValueKind::kBlob: return DecodeBlob(content, descriptor);
    case ValueKind::kParts: break;  // Parts have no parts.
  }
  return Error(Internal(fmt::format("{} cannot be a part", descriptor.name)));
}

std::vector<std::string> NamesOf(const IoDescriptor& descriptor) {
  std::vector<std::string> names;
  for (const auto& [name, part] : descriptor.parts) names.push_back(name);
  return names;
}

// Each of the form's parts at the place of its name in the descriptor; errors name the part.
Result<std::vector<const codec::FormPart*>> MatchParts(std::span<const codec::FormPart> form,
                                                       const IoDescriptor& descriptor) {
  const std::vector<std::string> names = NamesOf(descriptor);
  const std::string expected = fmt::format("expected the parts '{}'", fmt::join(names, "', '"));
  std::vector<const codec::FormPart*> matched(names.size());
  for (const codec::FormPart& part : form) {
    const auto at = static_cast<size_t>(std::ranges::find(names, part.name) - names.begin());
    const std::string quoted = codec::Quoted(part.name);
    if (at == names.size()) {
      std::string hint = DidYouMean(codec::Shortened(part.name), names);
      return Error(InvalidArgument(fmt::format("unknown part {}: {}", quoted, expected))
                       .WithField(part.name)
                       .WithHint(std::move(hint)));
    }
    if (matched[at] != nullptr) {
      return Error(
          InvalidArgument(fmt::format("the part {} is given twice", quoted)).WithField(part.name));
    }
    matched[at] = &part;
  }
  for (size_t i = 0; i < names.size(); ++i) {
    if (matched[i] != nullptr) continue;
    return Error(InvalidArgument(fmt::format("the part {} is missing", codec::Quoted(names[i])))
                     .WithField(names[i])
                     .WithHint(expected));
  }
  return matched;
}

Result<Value> DecodeParts(const http::Request& request, const IoDescriptor& descriptor) {
  const auto form = ParseForm(request);
  if (!form) return Error(form.error());
  const auto matched = MatchParts(*form, descriptor);
  if (!matched) return Error(matched.error());
  Parts parts;
  parts.parts.reserve(matched->size());
  for (size_t i = 0; i < matched->size(); ++i) {
    const auto& [name, part] = descriptor.parts[i];
    Result<Value> value = Decode(ContentOf(*(*matched)[i]), part);
    if (!value) {
      const std::string field = name + value.error().field();
      return Error(std::move(value)
                       .error()
                       .WithContext(fmt::format("part {}", codec::Quoted(name)))
                       .WithField(field));
    }
    parts.parts.emplace_back(name, *std::move(value));
  }
  return Value(std::move(parts));
}

}  // namespace

Result<Value> DecodeValue(const http::Request& request, const IoDescriptor& descriptor) {
  const std::string_view type = codec::MediaTypeOf(request.Header("content-type"));
  const bool is_form = Is(type, kForm);
  if (descriptor.kind == ValueKind::kParts) {
    if (is_form) return DecodeParts(request, descriptor);
    return Error(Status(Code::kUnsupportedMediaType,
                        fmt::format("'{}' takes {}, not '{}'", request.path, kForm, type)));
  }
  if (descriptor.kind == ValueKind::kBlob && is_form) return DecodeBlobForm(request, descriptor);
  return Decode({.body = request.body, .type = type, .filename = {}}, descriptor);
}

}  // namespace ekiben::routes
