// SPDX-License-Identifier: Apache-2.0
#include "onnx/value.h"

#include <cstdint>
#include <cstring>

#include <fmt/format.h>

namespace ekiben::onnx {
namespace {

Expected<Handle<OrtValue>> StringsOf(const Library& library, const ekiben_tensor& tensor) {
  const OrtFunctions& ort = library.ort();
  const Expected<size_t> elements = ElementsOf(tensor);
  if (!elements) return Error(elements.error());
  OrtValue* created = nullptr;
  OrtStatus* failed = ort.CreateTensorAsOrtValue(
      library.allocator(), tensor.shape, static_cast<size_t>(tensor.rank), kOrtString, &created);
  Handle<OrtValue> value(created, ort.ReleaseValue);
  const auto* const offsets = static_cast<const uint64_t*>(tensor.data);
  const auto* const text = reinterpret_cast<const char*>(offsets + *elements + 1);
  for (size_t i = 0; failed == nullptr && i < *elements; ++i) {
    const size_t size = offsets[i + 1] - offsets[i];
    char* place = nullptr;
    failed = ort.GetResizedStringTensorElementBuffer(created, i, size, &place);
    if (failed == nullptr && size > 0) std::memcpy(place, text + offsets[i], size);
  }
  if (failed != nullptr) return Error(library.Done(failed).error());
  return value;
}

Expected<void> CopyStrings(const Library& library, OrtValue* value, const Outlet& outlet) {
  const OrtFunctions& ort = library.ort();
  const Expected<size_t> elements = ElementsOf(*outlet.tensor);
  if (!elements) return Error(elements.error());
  size_t length = 0;
  if (OrtStatus* failed = ort.GetStringTensorDataLength(value, &length)) {
    return library.Done(failed);
  }
  const size_t head = (*elements + 1) * sizeof(uint64_t);
  if (Expected<void> allocated = outlet.Allocate(head + length); !allocated) return allocated;
  static_assert(sizeof(size_t) == sizeof(uint64_t));
  auto* const offsets = static_cast<size_t*>(outlet.tensor->data);
  offsets[0] = 0;
  offsets[*elements] = length;
  if (*elements == 0) return {};
  return library.Done(ort.GetStringTensorContent(
      value, static_cast<char*>(outlet.tensor->data) + head, length, offsets, *elements));
}

}  // namespace

Expected<size_t> ElementsOf(const ekiben_tensor& tensor) {
  int64_t product = 1;
  for (int32_t axis = 0; axis < tensor.rank; ++axis) {
    if (tensor.shape[axis] < 0 || __builtin_mul_overflow(product, tensor.shape[axis], &product)) {
      return Error("no tensor has such a shape");
    }
  }
  return static_cast<size_t>(product);
}

Expected<size_t> BytesOf(const ElementType& type, const ekiben_tensor& tensor) {
  const Expected<size_t> elements = ElementsOf(tensor);
  size_t bytes = 0;
  if (!elements) return elements;
  if (__builtin_mul_overflow(*elements, type.size, &bytes)) {
    return Error("no tensor has such a shape");
  }
  return bytes;
}

Expected<void> Outlet::Allocate(size_t bytes) const {
  tensor->data = host->allocate(host->context, index, bytes);
  tensor->bytes = bytes;
  if (tensor->data == nullptr) return Error(fmt::format("no memory is left for {} bytes", bytes));
  return {};
}

Expected<Handle<OrtValue>> ValueOf(const Library& library, const ElementType& type,
                                   const ekiben_tensor& tensor) {
  if (type.size == 0) return StringsOf(library, tensor);
  OrtValue* value = nullptr;
  OrtStatus* const failed = library.ort().CreateTensorWithDataAsOrtValue(
      library.memory(), tensor.data, tensor.bytes, tensor.shape, static_cast<size_t>(tensor.rank),
      type.ort, &value);
  if (failed != nullptr) return Error(library.Done(failed).error());
  return Handle<OrtValue>(value, library.ort().ReleaseValue);
}

Expected<void> ReadType(const Library& library, const OrtValue* value, int32_t first_axes,
                        ekiben_tensor* tensor, OrtElementType* type) {
  const OrtFunctions& ort = library.ort();
  OrtTensorTypeAndShapeInfo* info = nullptr;
  OrtStatus* failed = ort.GetTensorTypeAndShape(value, &info);
  if (failed != nullptr) return library.Done(failed);
  const Handle<OrtTensorTypeAndShapeInfo> owned(info, ort.ReleaseTensorTypeAndShapeInfo);
  size_t rank = 0;
  failed = ort.GetTensorElementType(info, type);
  if (failed == nullptr) failed = ort.GetDimensionsCount(info, &rank);
  if (failed != nullptr) return library.Done(failed);
  const size_t most = EKIBEN_MAX_RANK - static_cast<size_t>(first_axes);
  if (rank > most) return Error(fmt::format("it has {} axes, and {} are the most", rank, most));
  tensor->rank = first_axes + static_cast<int32_t>(rank);
  return library.Done(ort.GetDimensions(info, tensor->shape + first_axes, rank));
}

Expected<void> CopyTensor(const Library& library, const ElementType& type, OrtValue* value,
                          const Outlet& outlet) {
  OrtElementType actual{};
  Expected<void> read = ReadType(library, value, 0, outlet.tensor, &actual);
  if (!read) return read;
  if (actual != type.ort) return Error("it has another element type than declared");
  outlet.tensor->dtype = type.dtype;
  if (type.size == 0) return CopyStrings(library, value, outlet);

  const Expected<size_t> bytes = BytesOf(type, *outlet.tensor);
  if (!bytes) return Error(bytes.error());
  void* data = nullptr;
  if (OrtStatus* failed = library.ort().GetTensorMutableData(value, &data)) {
    return library.Done(failed);
  }
  if (Expected<void> allocated = outlet.Allocate(*bytes); !allocated) return allocated;
  if (*bytes > 0) std::memcpy(outlet.tensor->data, data, *bytes);
  return {};
}

}  // namespace ekiben::onnx
