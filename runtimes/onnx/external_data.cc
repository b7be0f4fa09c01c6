// SPDX-License-Identifier: Apache-2.0
#include "onnx/external_data.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <system_error>
#include <utility>

namespace ekiben::onnx {
namespace {

constexpr int kMostDepth = 100;  // As deep as protobuf's own parser goes.

// The messages of onnx.proto on the way from a model to a tensor.
enum class Message { kModel, kTraining, kFunction, kGraph, kNode, kAttribute, kSparse, kTensor };

struct Child {
  Message parent;
  uint64_t field;
  Message child;
};

constexpr Child kChildren[] = {
    {Message::kModel, 7, Message::kGraph},          // graph
    {Message::kModel, 20, Message::kTraining},      // training_info
    {Message::kModel, 25, Message::kFunction},      // functions
    {Message::kTraining, 1, Message::kGraph},       // initialization
    {Message::kTraining, 2, Message::kGraph},       // algorithm
    {Message::kFunction, 7, Message::kNode},        // node
    {Message::kFunction, 11, Message::kAttribute},  // attribute_proto
    {Message::kGraph, 1, Message::kNode},           // node
    {Message::kGraph, 5, Message::kTensor},         // initializer
    {Message::kGraph, 15, Message::kSparse},        // sparse_initializer
    {Message::kNode, 5, Message::kAttribute},       // attribute
    {Message::kAttribute, 5, Message::kTensor},     // t
    {Message::kAttribute, 6, Message::kGraph},      // g
    {Message::kAttribute, 10, Message::kTensor},    // tensors
    {Message::kAttribute, 11, Message::kGraph},     // graphs
    {Message::kAttribute, 22, Message::kSparse},    // sparse_tensor
    {Message::kAttribute, 23, Message::kSparse},    // sparse_tensors
    {Message::kSparse, 1, Message::kTensor},        // values
    {Message::kSparse, 2, Message::kTensor},        // indices
};

constexpr uint64_t kTensorExternalData = 13;  // Entries of key (1) and value (2).
constexpr uint64_t kModelGraph = 7;

enum WireType : uint64_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

// Reads the fields of one protobuf message.
class Fields {
 public:
  explicit Fields(std::string_view message) : rest_(message) {}

  // Goes to the next field; false at the end or where the bytes are no message.
  bool Next() {
    uint64_t tag = 0;
    if (rest_.empty() || !TakeVarint(&tag)) return false;
    number_ = tag >> 3;
    type_ = tag & 7;
    bytes_ = {};
    uint64_t size = 0;
    switch (type_) {
      case kVarint: return TakeVarint(&size);
      case kFixed64: return TakeBytes(8);
      case kFixed32: return TakeBytes(4);
      case kBytes: return TakeVarint(&size) && TakeBytes(size);
      default: return broken_ = true, false;  // Groups, which ONNX does not have.
    }
  }

  bool broken() const { return broken_; }
  uint64_t number() const { return number_; }
  bool is_bytes() const { return type_ == kBytes; }
  std::string_view bytes() const { return bytes_; }

 private:
  bool TakeVarint(uint64_t* value) {
    for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      *value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return true;
    }
    return broken_ = true, false;
  }

  bool TakeBytes(uint64_t size) {
    if (size > rest_.size()) return broken_ = true, false;
    bytes_ = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
  }

  std::string_view rest_;
  std::string_view bytes_;
  uint64_t number_ = 0;
  uint64_t type_ = 0;
  bool broken_ = false;
};

// What stands for a number that is none: no file has such an offset.
uint64_t NumberIn(std::string_view text) {
  uint64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failed == std::errc{} && end == text.data() + text.size() ? number : UINT64_MAX;
}

class Walker {
 public:
  bool Visit(Message message, std::string_view bytes, int depth) {
    if (depth > kMostDepth) return false;
    Fields fields(bytes);
    ExternalData data;
    while (fields.Next()) {
      if (!fields.is_bytes()) continue;
      if (message == Message::kTensor && fields.number() == kTensorExternalData) {
        if (!VisitEntry(fields.bytes(), &data)) return false;
      }
      const auto* const child = std::ranges::find_if(kChildren, [&](const Child& row) {
        return row.parent == message && row.field == fields.number();
      });
      if (child != std::end(kChildren) && !Visit(child->child, fields.bytes(), depth + 1)) {
        return false;
      }
      if (message == Message::kModel && fields.number() == kModelGraph) has_graph_ = true;
    }
    if (data.location.data() != nullptr) found_.push_back(data);
    return !fields.broken();
  }

  bool has_graph() const { return has_graph_; }
  std::vector<ExternalData> TakeFound() { return std::move(found_); }

 private:
  bool VisitEntry(std::string_view entry, ExternalData* data) {
    Fields fields(entry);
    std::string_view key, value;
    while (fields.Next()) {
      if (fields.number() == 1) key = fields.bytes();
      if (fields.number() == 2) value = fields.bytes();
    }
    if (key == "location") {
      // A second one is looked at as well, whichever of them a reader takes.
      if (data->location.data() != nullptr) found_.push_back(*data);
      data->location = value.data() == nullptr ? "" : value;
    }
    if (key == "offset") data->offset = NumberIn(value);
    if (key == "length") data->length = NumberIn(value);
    return !fields.broken();
  }

  std::vector<ExternalData> found_;
  bool has_graph_ = false;
};

}  // namespace

Expected<std::vector<ExternalData>> FindExternalData(std::string_view model) {
  Walker walker;
  if (!walker.Visit(Message::kModel, model, 0)) return Error("it is damaged, or no ONNX model");
  if (!walker.has_graph()) return Error("it is no ONNX model");
  return walker.TakeFound();
}

}  // namespace ekiben::onnx
