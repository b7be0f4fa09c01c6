// SPDX-License-Identifier: Apache-2.0
#include "onnx/port.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace ekiben::onnx {
namespace {

constexpr ElementType kTypes[] = {
    {kOrtBool, EKIBEN_BOOL, 1},     {kOrtUint8, EKIBEN_UINT8, 1},
    {kOrtUint16, EKIBEN_UINT16, 2}, {kOrtUint32, EKIBEN_UINT32, 4},
    {kOrtUint64, EKIBEN_UINT64, 8}, {kOrtInt8, EKIBEN_INT8, 1},
    {kOrtInt16, EKIBEN_INT16, 2},   {kOrtInt32, EKIBEN_INT32, 4},
    {kOrtInt64, EKIBEN_INT64, 8},   {kOrtFloat16, EKIBEN_FLOAT16, 2},
    {kOrtFloat, EKIBEN_FLOAT32, 4}, {kOrtDouble, EKIBEN_FLOAT64, 8},
    {kOrtString, EKIBEN_STRING, 0},
};

// From 14 on: the element types that ekiben has no word for.
constexpr std::string_view kOtherTypes[] = {
    "complex64",  "complex128",     "bfloat16",  "float8e4m3fn", "float8e4m3fnuz",
    "float8e5m2", "float8e5m2fnuz", "uint4",     "int4",         "float4e2m1",
    "uint2",      "int2",           "float8e8m0"};
constexpr int kFirstOtherType = 14;

constexpr std::string_view kKinds[] = {
    "of an unknown kind", "a tensor",        "a sequence", "a map",
    "an opaque value",    "a sparse tensor", "an optional"};

template <size_t N>
std::string_view NameIn(const std::string_view (&names)[N], int index) {
  return index >= 0 && index < static_cast<int>(N) ? names[index] : "unknown";
}

// Reads one port. Each step says what is wrong as the end of a sentence: "is a map".
class Describer {
 public:
  Describer(const Library& library, Port* port)
      : library_(library), ort_(library.ort()), port_(port) {}

  Expected<void> Value(const OrtTypeInfo* info, bool is_input) {
    OrtKind kind{};
    if (Expected<void> done = library_.Done(ort_.GetOnnxTypeFromTypeInfo(info, &kind)); !done) {
      return done;
    }
    if (kind == kOrtTensor) return Tensor(info);
    if (kind == kOrtSequence && !is_input) return Sequence(info);
    return Error(fmt::format("is {}", NameIn(kKinds, kind)));
  }

 private:
  Expected<void> Tensor(const OrtTypeInfo* info) {
    const OrtTensorTypeAndShapeInfo* tensor = nullptr;
    size_t rank = 0;
    OrtStatus* failed = ort_.CastTypeInfoToTensorInfo(info, &tensor);
    if (failed == nullptr) failed = ort_.GetDimensionsCount(tensor, &rank);
    if (failed != nullptr) return library_.Done(failed);
    if (Expected<void> known = Elements(tensor); !known) return known;
    if (rank > EKIBEN_MAX_RANK) {
      return Error(fmt::format("has {} axes, and {} are the most", rank, EKIBEN_MAX_RANK));
    }
    // Libraries that cannot tell give a shape of no axes where there is none.
    const bool has_shape = ort_.TensorTypeAndShape_HasShape == nullptr
                               ? rank > 0
                               : ort_.TensorTypeAndShape_HasShape(tensor);
    if (!has_shape) return {};
    port_->rank = static_cast<int32_t>(rank);
    return library_.Done(ort_.GetDimensions(tensor, port_->shape.data(), rank));
  }

  Expected<void> Elements(const OrtTensorTypeAndShapeInfo* tensor) {
    OrtElementType type{};
    Expected<void> done = library_.Done(ort_.GetTensorElementType(tensor, &type));
    if (!done) return done;
    port_->type = FindElementType(type);
    if (port_->type != nullptr) return {};
    return Error(
        fmt::format("has elements of the type {}", NameIn(kOtherTypes, type - kFirstOtherType)));
  }

  Expected<void> Sequence(const OrtTypeInfo* info) {
    const OrtSequenceTypeInfo* sequence = nullptr;
    OrtTypeInfo* item = nullptr;
    OrtStatus* failed = ort_.CastTypeInfoToSequenceTypeInfo(info, &sequence);
    if (failed == nullptr) failed = ort_.GetSequenceElementType(sequence, &item);
    if (failed != nullptr) return library_.Done(failed);
    const Handle<OrtTypeInfo> owned(item, ort_.ReleaseTypeInfo);

    OrtKind kind{};
    if (Expected<void> done = library_.Done(ort_.GetOnnxTypeFromTypeInfo(item, &kind)); !done) {
      return done;
    }
    if (kind == kOrtMap) return Maps(item);
    if (kind != kOrtTensor)
      return Error(fmt::format("is a sequence whose items are each {}", NameIn(kKinds, kind)));
    if (Expected<void> tensor = Tensor(item); !tensor) {
      return Error("is a sequence whose item " + tensor.error());
    }
    if (port_->type->dtype == EKIBEN_STRING) return Error("is a sequence of tensors of strings");
    port_->form = Form::kStackedTensors;
    port_->rank = -1;
    return {};
  }

  Expected<void> Maps(const OrtTypeInfo* info) {
    const OrtMapTypeInfo* map = nullptr;
    OrtTypeInfo* value = nullptr;
    OrtElementType key{};
    OrtStatus* failed = ort_.CastTypeInfoToMapTypeInfo(info, &map);
    if (failed == nullptr) failed = ort_.GetMapKeyType(map, &key);
    if (failed == nullptr) failed = ort_.GetMapValueType(map, &value);
    if (failed != nullptr) return library_.Done(failed);
    const Handle<OrtTypeInfo> owned(value, ort_.ReleaseTypeInfo);

    OrtKind kind{};
    if (Expected<void> done = library_.Done(ort_.GetOnnxTypeFromTypeInfo(value, &kind)); !done) {
      return done;
    }
    if (kind != kOrtTensor) return Error("is a sequence of maps to something else than numbers");
    if (Expected<void> tensor = Tensor(value); !tensor) {
      return Error("is a sequence of maps whose value " + tensor.error());
    }
    if (port_->type->ort != kOrtFloat || (key != kOrtInt64 && key != kOrtString)) {
      return Error("is a sequence of maps other than from int64 or string to float32");
    }
    port_->form = Form::kStackedMaps;
    port_->rank = 2;
    port_->shape = {-1, -1};
    return {};
  }

  const Library& library_;
  const OrtFunctions& ort_;
  Port* const port_;
};

Expected<Port> Describe(const Library& library, std::string name, const OrtTypeInfo* info,
                        bool is_input) {
  Port port{.name = std::move(name)};
  Expected<void> described = Describer(library, &port).Value(info, is_input);
  if (described) return port;
  return Error(fmt::format("{} '{}' {}, which is not supported", is_input ? "input" : "output",
                           port.name, described.error()));
}

}  // namespace

const ElementType* FindElementType(OrtElementType type) {
  const auto* const found = std::ranges::find(kTypes, type, &ElementType::ort);
  return found == std::end(kTypes) ? nullptr : found;
}

bool Port::Accepts(std::span<const int64_t> actual) const {
  if (rank < 0) return true;
  return std::ranges::equal(std::span(shape).first(static_cast<size_t>(rank)), actual,
                            [](int64_t want, int64_t got) { return want < 0 || want == got; });
}

Expected<Port> DescribeInput(const Library& library, std::string name, const OrtTypeInfo* info) {
  return Describe(library, std::move(name), info, true);
}

Expected<Port> DescribeOutput(const Library& library, std::string name, const OrtTypeInfo* info) {
  return Describe(library, std::move(name), info, false);
}

}  // namespace ekiben::onnx
