// SPDX-License-Identifier: Apache-2.0
#include <cassert>
#include <cmath>
#include <cstdlib>
#include <type_traits>

#include <fmt/format.h>

#include "base/json_text.h"
#include "codec/float_text.h"
#include "codec/json.h"
#include "codec/text.h"

namespace ekiben::codec {
namespace {

void AppendJson(bool value, std::string& out) { out += value ? "true" : "false"; }

template <typename T>
  requires std::is_integral_v<T>
void AppendJson(T value, std::string& out) {
  const fmt::format_int text(value);
  out.append(text.data(), text.size());
}

template <typename T>
  requires std::is_floating_point_v<T>
void AppendJson(T value, std::string& out) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  AppendFloat(value, out);
}

// The fewest digits that read back as the same float16: at most five.
void AppendJson(_Float16 value, std::string& out) {
  const auto exact = static_cast<float>(value);
  if (!std::isfinite(exact)) return AppendJson(exact, out);
  for (int digits = 1;; ++digits) {
    const std::string text = fmt::format("{:.{}g}", exact, digits);
    const float read = std::strtof(text.c_str(), nullptr);
    if (static_cast<_Float16>(read) == value) return AppendJson(read, out);
  }
}

// Writes the lists of one tensor, `next_` running through its elements.
template <typename T>
class ListWriter {
 public:
  ListWriter(const Tensor& tensor, std::string& out) : tensor_(tensor), out_(out) {}

  void Write(size_t axis) {
    const Shape& shape = tensor_.shape();
    if (axis == shape.rank()) return WriteElement();
    const bool innermost = axis + 1 == shape.rank();
    out_ += '[';
    for (int64_t i = 0; i < shape[axis]; ++i) {
      if (i > 0) out_ += ", ";
      innermost ? WriteElement() : Write(axis + 1);
    }
    out_ += ']';
  }

 private:
  void WriteElement() {
    if constexpr (std::is_same_v<T, std::string_view>) {
      AppendJsonString(out_, tensor_.StringAt(next_++));
    } else {
      AppendJson(tensor_.As<T>()[next_++], out_);
    }
  }

  const Tensor& tensor_;
  std::string& out_;
  size_t next_ = 0;
};

// A size that most tensors stay below, so that `out` grows once.
size_t LikelySize(const Tensor& tensor) {
  constexpr size_t kPerElement = 12, kPerTensor = 32;
  const size_t text = tensor.type() == DataType::kString ? tensor.bytes().size() : 0;
  return kPerTensor + tensor.elements() * kPerElement + text;
}

Status CheckStrings(const Tensor& tensor, std::string_view name) {
  if (tensor.type() != DataType::kString) return {};
  for (size_t i = 0; i < tensor.elements(); ++i) {
    if (!IsUtf8(tensor.StringAt(i))) {
      return Internal(fmt::format("string {} of the output {} is not UTF-8", i, Quoted(name)));
    }
  }
  return {};
}

void AppendTensor(const Tensor& tensor, std::string& out) {
  VisitDataType(tensor.type(), [&]<typename T>() { ListWriter<T>(tensor, out).Write(0); });
}

}  // namespace

Status EncodeJson(std::span<const Tensor> outputs, std::span<const std::string> names,
                  std::string& out) {
  assert(!outputs.empty() && outputs.size() == names.size());
  size_t size = out.size();
  for (size_t i = 0; i < outputs.size(); ++i) {
    Status status = CheckStrings(outputs[i], names[i]);
    if (!status.ok()) return status;
    size += LikelySize(outputs[i]) + names[i].size();
  }
  out.reserve(size);
  if (outputs.size() == 1) {
    AppendTensor(outputs.front(), out);
    return {};
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    out += i == 0 ? "{" : ", ";
    AppendJsonString(out, names[i]);
    out += ": ";
    AppendTensor(outputs[i], out);
  }
  out += '}';
  return {};
}

}  // namespace ekiben::codec
