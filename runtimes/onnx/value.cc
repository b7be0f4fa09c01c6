// SPDX-License-Identifier: Apache-2.0
#include "onnx/value.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace ekiben::onnx {
namespace {

// The elements of a tensor; nothing where an axis is negative or there are too many.
Expected<size_t> ElementsOf(const ekiben_tensor& tensor) {
  int64_t product = 1;
  for (int32_t axis = 0; axis < tensor.rank; ++axis) {
    if (tensor.shape[axis] < 0 ||
        __builtin_mul_overflow(product, tensor.shape[axis], &product)) {
      return Error("no tensor has such a shape");
    }
  }
  return static_cast<size_t>(product);
}

// Sets the dtype and shape of `tensor` to those of `value`. `skip` leaves so many first axes free.
Expected<void> ReadType(const Library& library, const OrtValue* value, int32_t skip,
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
  const size_t most = EKIBEN_MAX_RANK - static_cast<size_t>(skip);
  if (rank > most) return Error(fmt::format("it has {} axes, and {} are the most", rank, most));
  tensor->rank = skip + static_cast<int32_t>(rank);
  return library.Done(ort.GetDimensions(info, tensor->shape + skip, rank));
}

Expected<Handle<OrtValue>> StringsOf(const Library& library, const ekiben_tensor& tensor) {
  const OrtFunctions& ort = library.ort();
  const Expected<size_t> elements = ElementsOf(tensor);
  if (!elements) return Error(elements.error());
  OrtValue* created = nullptr;
  OrtStatus* failed =
      ort.CreateTensorAsOrtValue(library.allocator(), tensor.shape,
                                 static_cast<size_t>(tensor.rank), kOrtString, &created);
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

// The items of a sequence, or the keys (0) and values (1) of a map.
Expected<Handle<OrtValue>> ItemOf(const Library& library, const OrtValue* value, size_t index) {
  OrtValue* item = nullptr;
  OrtStatus* const failed =
      library.ort().GetValue(value, static_cast<int>(index), library.allocator(), &item);
  if (failed != nullptr) return Error(library.Done(failed).error());
  return Handle<OrtValue>(item, library.ort().ReleaseValue);
}

Expected<size_t> ItemsIn(const Library& library, const OrtValue* value) {
  size_t count = 0;
  if (OrtStatus* failed = library.ort().GetValueCount(value, &count)) {
    return Error(library.Done(failed).error());
  }
  return count;
}

Expected<void> CopyStackedTensors(const Library& library, const ElementType& type,
                                  const OrtValue* sequence, const Outlet& outlet) {
  const Expected<size_t> count = ItemsIn(library, sequence);
  if (!count) return Error(count.error());
  outlet.tensor->dtype = type.dtype;
  outlet.tensor->rank = 1;
  outlet.tensor->shape[0] = static_cast<int64_t>(*count);
  if (*count == 0) return outlet.Allocate(0);

  size_t item_bytes = 0;
  for (size_t i = 0; i < *count; ++i) {
    const Expected<Handle<OrtValue>> item = ItemOf(library, sequence, i);
    if (!item) return Error(item.error());
    ekiben_tensor shape = *outlet.tensor;
    OrtElementType actual{};
    void* data = nullptr;
    if (Expected<void> read = ReadType(library, item->get(), 1, &shape, &actual); !read) {
      return read;
    }
    if (OrtStatus* failed = library.ort().GetTensorMutableData(item->get(), &data)) {
      return library.Done(failed);
    }
    if (i == 0) {
      *outlet.tensor = shape;
      const Expected<size_t> bytes = BytesOf(type, shape);
      if (!bytes) return Error(bytes.error());
      item_bytes = *bytes / *count;
      if (Expected<void> allocated = outlet.Allocate(*bytes); !allocated) return allocated;
    }
    const bool same = actual == type.ort && shape.rank == outlet.tensor->rank &&
                      std::equal(shape.shape, shape.shape + shape.rank, outlet.tensor->shape);
    if (!same) return Error("its tensors differ in shape, so they cannot be stacked");
    if (item_bytes > 0) {
      std::memcpy(static_cast<char*>(outlet.tensor->data) + i * item_bytes, data, item_bytes);
    }
  }
  return {};
}

// The keys of a map as bytes that are equal where the keys are.
Expected<std::string> KeysOf(const Library& library, OrtValue* keys, size_t count) {
  const OrtFunctions& ort = library.ort();
  ekiben_tensor tensor{};
  OrtElementType type{};
  if (Expected<void> read = ReadType(library, keys, 0, &tensor, &type); !read) {
    return Error(read.error());
  }
  if (type == kOrtInt64) {
    void* data = nullptr;
    if (OrtStatus* failed = ort.GetTensorMutableData(keys, &data)) {
      return Error(library.Done(failed).error());
    }
    return std::string(static_cast<const char*>(data), count * sizeof(int64_t));
  }
  size_t length = 0;
  OrtStatus* failed = ort.GetStringTensorDataLength(keys, &length);
  std::vector<size_t> offsets(count);
  std::string text(length, '\0');
  if (failed == nullptr && count > 0) {
    failed = ort.GetStringTensorContent(keys, text.data(), length, offsets.data(), count);
  }
  if (failed != nullptr) return Error(library.Done(failed).error());
  return text.append(reinterpret_cast<const char*>(offsets.data()), count * sizeof(size_t));
}

// One row: the values of a map, whose keys have to be those of the first.
Expected<void> CopyMap(const Library& library, const OrtValue* map, std::string* first_keys,
                       size_t row, const Outlet& outlet) {
  const Expected<Handle<OrtValue>> keys = ItemOf(library, map, 0);
  const Expected<Handle<OrtValue>> values = ItemOf(library, map, 1);
  if (!keys || !values) return Error(keys ? values.error() : keys.error());
  ekiben_tensor shape{};
  OrtElementType type{};
  void* data = nullptr;
  Expected<void> read = ReadType(library, values->get(), 0, &shape, &type);
  if (read) read = library.Done(library.ort().GetTensorMutableData(values->get(), &data));
  if (!read) return read;
  const Expected<size_t> columns = ElementsOf(shape);
  if (!columns) return Error(columns.error());
  const Expected<std::string> own_keys = KeysOf(library, keys->get(), *columns);
  if (!own_keys) return Error(own_keys.error());

  const size_t bytes = *columns * sizeof(float);
  if (row == 0) {
    *first_keys = *own_keys;
    outlet.tensor->shape[1] = static_cast<int64_t>(*columns);
    const auto rows = static_cast<size_t>(outlet.tensor->shape[0]);
    if (Expected<void> allocated = outlet.Allocate(rows * bytes); !allocated) return allocated;
  }
  if (*own_keys != *first_keys) return Error("its maps differ in their keys");
  if (bytes > 0) {
    std::memcpy(static_cast<char*>(outlet.tensor->data) + row * bytes, data, bytes);
  }
  return {};
}

Expected<void> CopyStackedMaps(const Library& library, const OrtValue* sequence,
                               const Outlet& outlet) {
  const Expected<size_t> rows = ItemsIn(library, sequence);
  if (!rows) return Error(rows.error());
  outlet.tensor->dtype = EKIBEN_FLOAT32;
  outlet.tensor->rank = 2;
  outlet.tensor->shape[0] = static_cast<int64_t>(*rows);
  outlet.tensor->shape[1] = 0;
  if (*rows == 0) return outlet.Allocate(0);
  std::string first_keys;
  for (size_t row = 0; row < *rows; ++row) {
    const Expected<Handle<OrtValue>> map = ItemOf(library, sequence, row);
    if (!map) return Error(map.error());
    Expected<void> copied = CopyMap(library, map->get(), &first_keys, row, outlet);
    if (!copied) return copied;
  }
  return {};
}

}  // namespace

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

Expected<void> CopyOut(const Library& library, const Port& port, OrtValue* value,
                       const Outlet& outlet) {
  switch (port.form) {
    case Form::kTensor: return CopyTensor(library, *port.type, value, outlet);
    case Form::kStackedTensors: return CopyStackedTensors(library, *port.type, value, outlet);
    case Form::kStackedMaps: break;
  }
  return CopyStackedMaps(library, value, outlet);
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

}  // namespace ekiben::onnx
