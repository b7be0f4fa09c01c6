// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "codec/element_buffer.h"
#include "codec/limits.h"
#include "codec/nested_shape.h"
#include "codec/number.h"
#include "tensor/tensor.h"

namespace ekiben::codec {

// How Python's json.dumps() writes what JSON has no word for.
inline constexpr std::string_view kNaN = "NaN", kInfinity = "Infinity";

// Turns the events of a JSON parser into the tensors of a request (json.h has the forms). It knows
// where in the body it is, so that a mistake is named by its place; it knows no syntax.
//
// Each event returns false when the body can't be a request of these inputs; then status() says why
// and no more events may follow. Refers to `specs` and `unused`, which must outlive it.
class JsonReader {
 public:
  // `unused` are keys beside the inputs whose values are passed over. `values` is a bound of how
  // many values the body holds; the tensors are allocated by it.
  JsonReader(std::span<const TensorSpec> specs, std::span<const std::string> unused,
             const Limits& limits, size_t values);

  bool OpenList();
  bool CloseList();
  bool OpenObject();
  bool CloseObject();
  bool Key(std::string_view name);

  // A number as the parser understood it (int64_t, uint64_t, or a double that may be some ulps off)
  // and as it was written.
  template <typename Value>
  bool Number(Value value, std::string_view text) {
    if (place_ != Place::kValue) [[unlikely]] {
      if (place_ == Place::kUnused) return PassOver();
      if (!StartValue(text)) return false;
    }
    if (!input_->shape.AddValue()) [[unlikely]]
      return FailShape();
    if (!Store(value, text)) [[unlikely]]
      return FailNumber(text);
    if (input_->shape.depth() == value_depth_) [[unlikely]]
      EndValue();
    return true;
  }
  bool Bool(bool value);
  // No value: `text` is how the body writes it, null or NaN.
  bool Missing(std::string_view text);
  // A string comes in pieces, of which String() takes the last.
  bool StringPiece(std::string_view piece);
  bool String(std::string_view last_piece);

  // Fails with `literal`, which is none of JSON's values, as what came where a value was due. False
  // where none was.
  bool Refuse(std::string_view literal);
  // Whether a value is due that may be missing.
  bool MayBeMissing() const;

  const Status& status() const { return status_; }

  // REQUIRES: the events of one whole value were taken, and none returned false.
  Result<std::vector<Tensor>> Finish() &&;

 private:
  struct Input {
    Input(const TensorSpec& of, size_t expected, size_t most)
        : spec(&of), elements(of.type, expected, most) {}

    const TensorSpec* spec;
    ElementBuffer elements;
    NestedShape shape;
    bool given = false;
  };

  // What is due.
  enum class Place {
    kRequest,  // The whole request, at the root or under the key "input".
    kValue,    // A value of input_, or a part of one.
    kInputs,   // A key of the object that is keyed by input.
    kRecords,  // An object of the list of records.
    kRecord,   // A key of a record.
    kUnused,   // A value that nobody reads, or a part of one.
    kEnd,
  };

  template <typename Value>
  bool Store(Value value, std::string_view text);
  template <typename Value>
  bool StoreOther(Value value, std::string_view text);
  template <typename T>
  bool PushFinite(T value) {
    return std::isfinite(static_cast<double>(value)) && input_->elements.Push(value);
  }
  bool StartValue(std::string_view got);
  bool StartString(std::string_view piece);
  bool EndValue();
  bool StartRecords();
  bool InputKey(std::string_view name);
  bool RecordKey(std::string_view name);
  Input* Find(std::string_view name);
  // Whether `name` is a key that is accepted and not read; then its value is due.
  bool IsUnused(std::string_view name);
  bool PassOver();  // A whole value, or the end of a list or an object, within an unused value.

  bool Fail(std::string message, std::string field, std::string hint = {});
  bool FailShape();                     // The lists of input_ make no shape.
  bool FailType(std::string_view got);  // What was added to input_ last has another type.
  bool FailNumber(std::string_view text);
  bool FailForm(std::string_view got);  // The request as a whole is not of the form that is needed.
  bool FailUnknown(std::string_view key);
  bool FailTwice(std::string_view key);
  bool FailMissing(const Input& input);
  std::string KeysExpected() const;
  std::string PlaceOf(const Input& input) const;    // What of it came last, in words and a colon.
  std::string PointerTo(const Input& input) const;  // The same as a JSON pointer.
  std::string Container() const;                    // The object being read, as a JSON pointer.

  static constexpr size_t kFewInputs = 3;  // Need no memory of their own.

  alignas(Input) std::array<std::byte, kFewInputs * sizeof(Input)> few_inputs_;
  std::pmr::monotonic_buffer_resource memory_{few_inputs_.data(), few_inputs_.size()};
  std::pmr::vector<Input> inputs_{&memory_};
  const std::span<const std::string> unused_;
  const size_t most_;
  const bool all_columns_;
  Place place_ = Place::kRequest;
  Input* input_ = nullptr;  // The one being read, or read last.
  size_t next_ = 0;         // The index of the input whose key is likely next.
  size_t value_depth_ = 0;  // How many of input_'s lists are open when a value of it ends.
  int64_t record_ = 0;
  size_t unused_depth_ = 0;           // How many lists and objects are open in an unused value,
  Place after_unused_ = Place::kEnd;  // and what is due when it ends.
  bool wrapped_ = false;              // In the key "input".
  bool keyed_ = false;                // In an object keyed by input.
  bool records_ = false;
  bool in_string_ = false;
  Status status_;
};

template <typename Value>
bool JsonReader::Store(Value value, std::string_view text) {
  const DataType type = input_->spec->type;
  if (type != DataType::kFloat32 && type != DataType::kFloat64) return StoreOther(value, text);
  if constexpr (std::is_same_v<Value, double>) {
    if (type == DataType::kFloat32) return PushFinite(NearestFloat(value, text));
    return PushFinite(NearestDouble(value, text));
  } else {
    if (value == 0 && text.front() == '-') [[unlikely]]
      return StoreOther(value, text);
    if (type == DataType::kFloat32) return input_->elements.Push(static_cast<float>(value));
    return input_->elements.Push(static_cast<double>(value));
  }
}

}  // namespace ekiben::codec
