// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "codec/element_buffer.h"
#include "codec/fit.h"
#include "codec/nested_shape.h"
#include "codec/npy.h"
#include "codec/npy_header.h"
#include "codec/number.h"
#include "codec/text.h"

namespace ekiben::codec {
namespace {

static_assert(std::endian::native == std::endian::little);

// Any number as one that holds it exactly.
using Wide = std::variant<int64_t, uint64_t, double>;

template <typename T>
constexpr bool kIsFloating = std::is_floating_point_v<T> || std::is_same_v<T, _Float16>;

// Calls visit(element) for each element in C order, whatever the order in the file; ends where it
// returns false, and returns the index of that element.
template <typename Visit>
std::optional<size_t> VisitInCOrder(const NpyArray& array, Visit visit) {
  const size_t count = array.data.size() / array.item_size;
  const size_t rank = array.shape.rank();
  std::array<size_t, Shape::kMaxRank> strides{}, index{};
  size_t stride = array.item_size;
  for (size_t i = 0; i < rank; ++i) {
    const size_t axis = array.fortran_order ? i : rank - 1 - i;
    strides[axis] = stride;
    stride *= static_cast<size_t>(array.shape[axis]);
  }
  size_t offset = 0;
  for (size_t element = 0; element < count; ++element) {
    if (!visit(array.data.data() + offset)) return element;
    for (size_t axis = rank; axis-- > 0;) {
      offset += strides[axis];
      if (++index[axis] < static_cast<size_t>(array.shape[axis])) break;
      offset -= strides[axis] * index[axis];
      index[axis] = 0;
    }
  }
  return std::nullopt;
}

Wide Load(const NpyArray& array, const char* element) {
  std::array<char, sizeof(Wide)> bytes{};
  for (size_t i = 0; i < array.item_size; ++i) {
    bytes[i] = element[array.big_endian ? array.item_size - 1 - i : i];
  }
  return VisitDataType(array.type, [&bytes]<typename T>() -> Wide {
    if constexpr (std::is_same_v<T, std::string_view>) {
      return {};
    } else if constexpr (std::is_same_v<T, bool>) {
      return uint64_t{bytes[0] != 0};
    } else {
      T value;
      std::memcpy(&value, bytes.data(), sizeof value);
      if constexpr (kIsFloating<T>) {
        return static_cast<double>(value);
      } else if constexpr (std::is_signed_v<T>) {
        return int64_t{value};
      } else {
        return uint64_t{value};
      }
    }
  });
}

// Writes `number` as the element type of the tensor; false where that would change it, or where
// `missing` says that it is no value.
template <typename T>
bool Store(Wide number, bool missing, std::span<T> elements, size_t index) {
  const double* const floating = std::get_if<double>(&number);
  if (floating != nullptr && !std::isfinite(*floating)) {
    if (!std::isnan(*floating) || !missing || !kIsFloating<T>) return false;
    elements[index] = static_cast<T>(*floating);
    return true;
  }
  const std::optional<T> exact = std::visit([](auto value) { return Exactly<T>(value); }, number);
  if (exact) elements[index] = *exact;
  return exact.has_value();
}

std::vector<int64_t> PathTo(size_t element, const Shape& shape) {
  std::vector<int64_t> path(shape.rank());
  for (size_t axis = shape.rank(); axis-- > 0;) {
    const auto length = static_cast<size_t>(shape[axis]);
    path[axis] = static_cast<int64_t>(element % length);
    element /= length;
  }
  return path;
}

std::string PointerTo(std::span<const int64_t> path) {
  std::string pointer;
  for (const int64_t index : path) pointer += fmt::format("/{}", index);
  return pointer;
}

Status Misplaced(const NpyArray& array, size_t element, std::string_view what, std::string hint) {
  const std::vector<int64_t> path = PathTo(element, array.shape);
  const std::string place = PlaceName(path);
  return InvalidArgument(fmt::format("{}{}{}", place, place.empty() ? "" : ": ", what))
      .WithField(PointerTo(path))
      .WithHint(std::move(hint));
}

// Why `number`, which is `element` of the array, is none of the input's.
Status WrongNumber(const NpyArray& array, const TensorSpec& spec, size_t element, Wide number) {
  const std::string_view type = DataTypeName(spec.type);
  const double* const floating = std::get_if<double>(&number);
  if (floating != nullptr && !std::isfinite(*floating)) {
    const bool nan = std::isnan(*floating);
    return Misplaced(array, element,
                     fmt::format("expected {}, got {}", type, nan ? "NaN" : "Infinity"),
                     nan ? "this input allows no missing values" : "");
  }
  const std::string text = std::visit([](auto value) { return fmt::format("{}", value); }, number);
  return Misplaced(array, element,
                   fmt::format("expected {}, got {} of {}", type, text, DataTypeName(array.type)),
                   fmt::format("only values that stay the same are converted: send "
                               "array.astype('{}')",
                               type));
}

Result<Tensor> Convert(const NpyArray& array, const TensorSpec& spec, const Shape& shape) {
  Tensor tensor(spec.type, shape);
  Wide number;
  size_t next = 0;
  const std::optional<size_t> wrong = VisitDataType(spec.type, [&]<typename T>() {
    return VisitInCOrder(array, [&](const char* element) {
      if constexpr (std::is_same_v<T, std::string_view>) {
        return false;
      } else {
        number = Load(array, element);
        return Store(number, spec.missing, tensor.As<T>(), next++);
      }
    });
  });
  if (wrong) return Error(WrongNumber(array, spec, *wrong, number));
  return tensor;
}

// Whether the exponent of one of `words`, floats taken for integers, is all ones.
template <typename Word>
bool AnyNotFinite(std::span<const std::byte> bytes, Word exponent) {
  bool any = false;
  for (size_t at = 0; at < bytes.size(); at += sizeof(Word)) {
    Word word;
    std::memcpy(&word, bytes.data() + at, sizeof word);
    any |= (word & exponent) == exponent;
  }
  return any;
}

bool AllFinite(const Tensor& tensor) {
  switch (tensor.type()) {
    case DataType::kFloat16: return !AnyNotFinite<uint16_t>(tensor.bytes(), 0x7C00);
    case DataType::kFloat32: return !AnyNotFinite<uint32_t>(tensor.bytes(), 0x7F800000);
    case DataType::kFloat64: return !AnyNotFinite<uint64_t>(tensor.bytes(), 0x7FF0000000000000);
    default: return true;
  }
}

Result<Tensor> DecodeNumbers(const NpyArray& array, const TensorSpec& spec, const Shape& shape) {
  const bool in_order = !array.fortran_order && !array.big_endian;
  // A bool is copied one by one, since any byte but 0 means true.
  if (array.type == spec.type && in_order && spec.type != DataType::kBool) {
    Tensor tensor(spec.type, shape);
    std::memcpy(tensor.bytes().data(), array.data.data(), array.data.size());
    if (AllFinite(tensor)) return tensor;
  }
  return Convert(array, spec, shape);
}

// The text of one element, without the zeros that pad it, appended to `text`.
bool ReadText(const NpyArray& array, std::string_view element, std::string& text) {
  if (!array.ucs4) {
    text.append(element.substr(0, element.find_last_not_of('\0') + 1));
    return IsUtf8(text);
  }
  size_t zeros = 0;
  for (size_t at = 0; at < element.size(); at += sizeof(char32_t)) {
    uint32_t point;
    std::memcpy(&point, element.data() + at, sizeof point);
    if (array.big_endian) point = __builtin_bswap32(point);
    if (point == 0) {
      ++zeros;
      continue;
    }
    text.append(std::exchange(zeros, 0), '\0');
    if (!AppendUtf8(point, text)) return false;
  }
  return true;
}

Result<Tensor> DecodeStrings(const NpyArray& array, const Shape& shape) {
  const size_t count = array.data.size() / array.item_size;
  ElementBuffer strings(DataType::kString, count, count);
  std::string text;
  const std::optional<size_t> wrong = VisitInCOrder(array, [&](const char* element) {
    text.clear();
    if (!ReadText(array, {element, array.item_size}, text)) return false;
    strings.AppendText(text);
    return strings.EndString();
  });
  if (wrong) {
    return Error(Misplaced(array, *wrong, "expected text",
                           array.ucs4 ? "" : "bytes are read as UTF-8: send array.astype(str)"));
  }
  return std::move(strings).Finish(shape);
}

}  // namespace

Result<Tensor> DecodeNpy(std::string_view body, const TensorSpec& spec, const Limits& limits) {
  const Result<NpyArray> array = ParseNpy(body);
  if (!array) return Error(array.error());
  Shape shape = array->shape;
  Status misfit = FitShape(spec, "add an axis in front: array[numpy.newaxis]", shape);
  if (!misfit.ok()) return Error(std::move(misfit));
  if (array->data.size() / array->item_size > limits.max_elements) {
    return Error(InvalidArgument(fmt::format("more than {} values", limits.max_elements)));
  }
  const bool is_text = array->type == DataType::kString;
  if (is_text != (spec.type == DataType::kString)) {
    return Error(InvalidArgument(fmt::format("expected {}, got an array of {}",
                                             DataTypeName(spec.type), DataTypeName(array->type))));
  }
  if (is_text) return DecodeStrings(*array, shape);
  return DecodeNumbers(*array, spec, shape);
}

Result<Tensor> DecodeNpyArray(std::string_view body, const Limits& limits) {
  const Result<NpyArray> array = ParseNpy(body);
  if (!array) return Error(array.error());
  if (array->data.size() / array->item_size > limits.max_elements) {
    return Error(InvalidArgument(fmt::format("more than {} values", limits.max_elements)));
  }
  if (array->type == DataType::kString) return DecodeStrings(*array, array->shape);
  Tensor tensor(array->type, array->shape);
  std::byte* to = tensor.bytes().data();
  const bool in_order = !array->fortran_order && !array->big_endian;
  if (in_order && array->type != DataType::kBool && !array->data.empty()) {
    std::memcpy(to, array->data.data(), array->data.size());
    return tensor;
  }
  VisitInCOrder(*array, [&](const char* element) {
    std::memcpy(to, element, array->item_size);
    if (array->big_endian) std::reverse(to, to + array->item_size);
    if (array->type == DataType::kBool) *to = std::byte{*to != std::byte{0}};
    to += array->item_size;
    return true;
  });
  return tensor;
}

}  // namespace ekiben::codec
