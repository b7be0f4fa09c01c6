// SPDX-License-Identifier: Apache-2.0
#include "worker/wire_value.h"

#include <cstring>

#include <fmt/format.h>

namespace ekiben::worker {
namespace {

constexpr int kDeepest = 8;            // Parts within parts.
constexpr uint32_t kMostParts = 4096;  // Of one value, and arguments of one call.

template <typename T>
void Append(std::string& out, T number) {
  out.append(reinterpret_cast<const char*>(&number), sizeof number);
}

void Pad(std::string& out, size_t size) { out.append(-size % 8, '\0'); }

void AppendPadded(std::string& out, std::string_view bytes) {
  out.append(bytes);
  Pad(out, bytes.size());
}

void AppendHead(std::string& out, uint8_t kind, size_t count, uint8_t a = 0, uint8_t b = 0,
                uint8_t c = 0) {
  for (const uint8_t byte : {kind, a, b, c}) Append(out, byte);
  Append(out, static_cast<uint32_t>(count));
}

void AppendHead(std::string& out, WireKind kind, size_t count) {
  AppendHead(out, static_cast<uint8_t>(kind), count);
}

std::string_view View(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void AppendTensor(std::string& out, const Tensor& tensor, OutgoingMemory* memory) {
  const std::span<const std::byte> bytes = tensor.bytes();
  const auto block = memory != nullptr && bytes.size() >= kSharedFrom
                         ? memory->blocks.Take(bytes.size())
                         : std::nullopt;
  AppendHead(out, static_cast<uint8_t>(WireKind::kTensor), 0, static_cast<uint8_t>(tensor.type()),
             static_cast<uint8_t>(tensor.shape().rank()), block ? 1 : 0);
  for (const int64_t axis : tensor.shape().axes()) Append(out, axis);
  Append(out, uint64_t{bytes.size()});
  if (!block) return AppendPadded(out, View(bytes));
  std::memcpy(memory->bytes.data() + *block, bytes.data(), bytes.size());
  Append(out, *block);
}

Status Broken(std::string_view what) {
  return InvalidArgument(fmt::format("a worker's frame is broken: {}", what));
}

}  // namespace

void AppendCounts(std::string& out, uint32_t first, uint32_t second) {
  Append(out, first);
  Append(out, second);
}

void AppendText(std::string& out, std::string_view text) {
  AppendHead(out, WireKind::kText, text.size());
  AppendPadded(out, text);
}

void AppendValue(std::string& out, const Value& value, OutgoingMemory* memory) {
  if (value.If<Null>()) return AppendHead(out, WireKind::kNull, 0);
  if (const auto* tensor = value.If<Tensor>()) return AppendTensor(out, *tensor, memory);
  if (const auto* text = value.If<Text>()) return AppendText(out, text->text);
  if (const auto* json = value.If<Json>()) {
    AppendHead(out, WireKind::kJson, json->text.size());
    return AppendPadded(out, json->text);
  }
  if (const auto* blob = value.If<Blob>()) {
    AppendHead(out, WireKind::kBlob, blob->data.size());
    AppendText(out, blob->media_type);
    AppendText(out, blob->filename);
    return AppendPadded(out, blob->data);
  }
  if (const auto* opaque = value.If<Opaque>()) {
    AppendHead(out, opaque->kind, opaque->bytes.size());
    Append(out, opaque->rows);
    return AppendPadded(out, opaque->bytes);
  }
  const auto& parts = value.If<Parts>()->parts;
  AppendHead(out, WireKind::kParts, parts.size());
  for (const auto& [name, part] : parts) {
    AppendText(out, name);
    AppendValue(out, part, memory);
  }
}

void AppendArguments(std::string& out, const Arguments& arguments, OutgoingMemory* memory) {
  AppendCounts(out, static_cast<uint32_t>(arguments.positional.size()),
               static_cast<uint32_t>(arguments.named.size()));
  for (const Value& value : arguments.positional) AppendValue(out, value, memory);
  for (const auto& [name, value] : arguments.named) {
    AppendText(out, name);
    AppendValue(out, value, memory);
  }
}

Result<std::string_view> ValueReader::Take(uint64_t size) {
  if (size > rest_.size()) return Error(Broken("it ends within a value"));
  const std::string_view taken = rest_.substr(0, size);
  rest_.remove_prefix(std::min(rest_.size(), size + -size % 8));
  return taken;
}

Result<std::string_view> ValueReader::TakeShared(uint64_t offset, uint64_t size) {
  if (offset > memory_.bytes.size() || size > memory_.bytes.size() - offset) {
    return Error(Broken("a tensor lies outside the shared memory"));
  }
  if (memory_.read != nullptr) memory_.read->push_back(offset);
  return View(memory_.bytes.subspan(offset, size));
}

Result<std::pair<uint32_t, uint32_t>> ValueReader::ReadCounts() {
  const auto bytes = Take(8);
  if (!bytes) return Error(bytes.error());
  std::pair<uint32_t, uint32_t> counts;
  std::memcpy(&counts.first, bytes->data(), 4);
  std::memcpy(&counts.second, bytes->data() + 4, 4);
  return counts;
}

Result<std::string_view> ValueReader::ReadText() {
  const auto head = Take(8);
  if (!head) return head;
  if (static_cast<WireKind>(head->front()) != WireKind::kText) {
    return Error(Broken("a text was expected"));
  }
  uint32_t count;
  std::memcpy(&count, head->data() + 4, 4);
  return Take(count);
}

Result<Value> ValueReader::ReadTensor(const Head& head) {
  if (head.a < static_cast<uint8_t>(DataType::kBool) ||
      head.a > static_cast<uint8_t>(DataType::kString) || head.b > Shape::kMaxRank) {
    return Error(Broken("a tensor of an unknown type or too many axes"));
  }
  Shape shape;
  for (int axis = 0; axis < head.b; ++axis) {
    const auto bytes = Take(8);
    if (!bytes) return Error(bytes.error());
    int64_t length;
    std::memcpy(&length, bytes->data(), 8);
    shape.Append(length);
  }
  const auto size_bytes = Take(8);
  if (!size_bytes) return Error(size_bytes.error());
  uint64_t size, offset = 0;
  std::memcpy(&size, size_bytes->data(), 8);
  if (head.c != 0) {
    const auto offset_bytes = Take(8);
    if (!offset_bytes) return Error(offset_bytes.error());
    std::memcpy(&offset, offset_bytes->data(), 8);
  }
  const auto bytes = head.c == 0 ? Take(size) : TakeShared(offset, size);
  if (!bytes) return Error(bytes.error());
  Buffer buffer(bytes->size());
  if (size != 0) std::memcpy(buffer.data(), bytes->data(), size);
  auto tensor = Tensor::FromBuffer(static_cast<DataType>(head.a), shape, std::move(buffer));
  if (!tensor) return Error(Broken(tensor.error().message()));
  return Value(*std::move(tensor));
}

Result<Value> ValueReader::ReadBlob(const Head& head) {
  const auto media_type = ReadText();
  if (!media_type) return Error(media_type.error());
  const auto filename = ReadText();
  if (!filename) return Error(filename.error());
  const auto data = Take(head.count);
  if (!data) return Error(data.error());
  return Value(Blob{std::string(*data), std::string(*media_type), std::string(*filename)});
}

Result<Value> ValueReader::ReadParts(const Head& head, int depth) {
  if (head.count > kMostParts || depth >= kDeepest) return Error(Broken("too many parts"));
  Parts parts;
  for (uint32_t i = 0; i < head.count; ++i) {
    const auto name = ReadText();
    if (!name) return Error(name.error());
    auto value = ReadValue(depth + 1);
    if (!value) return value;
    parts.parts.emplace_back(*name, *std::move(value));
  }
  return Value(std::move(parts));
}

Result<Value> ValueReader::ReadValue(int depth) {
  const auto head_bytes = Take(8);
  if (!head_bytes) return Error(head_bytes.error());
  Head head;
  std::memcpy(&head, head_bytes->data(), 8);
  switch (static_cast<WireKind>(head.kind)) {
    case WireKind::kNull: return Value(Null{});
    case WireKind::kTensor: return ReadTensor(head);
    case WireKind::kBlob: return ReadBlob(head);
    case WireKind::kParts: return ReadParts(head, depth);
    case WireKind::kJson:
    case WireKind::kText: {
      const auto text = Take(head.count);
      if (!text) return Error(text.error());
      if (static_cast<WireKind>(head.kind) == WireKind::kText) {
        return Value(Text{std::string(*text)});
      }
      return Value(Json{std::string(*text)});
    }
  }
  if (head.kind < kFirstOpaque) return Error(Broken("a value of an unknown kind"));
  const auto rows_bytes = Take(8);
  if (!rows_bytes) return Error(rows_bytes.error());
  int64_t rows;
  std::memcpy(&rows, rows_bytes->data(), 8);
  const auto bytes = Take(head.count);
  if (!bytes) return Error(bytes.error());
  return Value(Opaque{head.kind, std::string(*bytes), rows});
}

Result<Arguments> ValueReader::ReadArguments() {
  const auto counts = ReadCounts();
  if (!counts) return Error(counts.error());
  if (counts->first > kMostParts || counts->second > kMostParts) {
    return Error(Broken("too many arguments"));
  }
  Arguments arguments;
  for (uint32_t i = 0; i < counts->first; ++i) {
    auto value = ReadValue();
    if (!value) return Error(std::move(value).error());
    arguments.positional.push_back(*std::move(value));
  }
  for (uint32_t i = 0; i < counts->second; ++i) {
    const auto name = ReadText();
    if (!name) return Error(name.error());
    auto value = ReadValue();
    if (!value) return Error(std::move(value).error());
    arguments.named.emplace_back(*name, *std::move(value));
  }
  return arguments;
}

}  // namespace ekiben::worker
