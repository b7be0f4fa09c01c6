// SPDX-License-Identifier: Apache-2.0
#include "onnx/stacked.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace ekiben::onnx {
namespace {

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

}  // namespace

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

}  // namespace ekiben::onnx
