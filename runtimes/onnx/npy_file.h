// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/tensor.h"

namespace ekiben::onnx {

// Text between two marks in a header that numpy wrote.
inline std::string_view Between(std::string_view text, std::string_view from, std::string_view to) {
  const size_t begin = text.find(from) + from.size();
  return text.substr(begin, text.find(to, begin) - begin);
}

// numpy's strings of fixed length, four bytes a character, as UTF-8.
inline Tensor TextTensor(const Shape& shape, size_t width, std::string_view data) {
  std::vector<std::string> texts;
  for (size_t place = 0; place < data.size(); place += width * 4) {
    std::string& text = texts.emplace_back();
    for (size_t i = 0; i < width; ++i) {
      uint32_t character = 0;
      std::memcpy(&character, data.data() + place + i * 4, 4);
      if (character >= 0x80) throw std::runtime_error("only ASCII is read from .npy files");
      if (character != 0) text += static_cast<char>(character);
    }
  }
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  return Tensor::OfStrings(shape, views);
}

// Reads an array of the test data: version 1, little endian, row-major. Throws on anything else,
// which ends the test.
inline Tensor ReadNpy(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator(file), {}};
  constexpr size_t kPrelude = 10;
  if (!bytes.starts_with("\x93NUMPY\x01")) throw std::runtime_error("no .npy: " + path.string());
  uint16_t header_size = 0;
  std::memcpy(&header_size, bytes.data() + 8, sizeof header_size);
  const auto header = std::string_view(bytes).substr(kPrelude, header_size);
  const auto data = std::string_view(bytes).substr(kPrelude + header_size);

  if (Between(header, "'fortran_order': ", ",") != "False") {
    throw std::runtime_error("not row-major: " + path.string());
  }
  Shape shape;
  std::string_view axes = Between(header, "'shape': (", ")");
  while (!axes.empty()) {
    int64_t axis = 0;
    const auto [end, failed] = std::from_chars(axes.data(), axes.data() + axes.size(), axis);
    if (failed == std::errc{}) shape.Append(axis);
    axes.remove_prefix(std::max<size_t>(1, static_cast<size_t>(end - axes.data())));
  }
  const std::string_view type = Between(header, "'descr': '", "'");
  if (type.starts_with("<U")) {
    return TextTensor(shape, std::stoul(std::string(type.substr(2))), data);
  }
  const DataType types[] = {DataType::kFloat32, DataType::kFloat64, DataType::kInt32,
                            DataType::kInt64};
  const std::string_view names[] = {"<f4", "<f8", "<i4", "<i8"};
  const auto found = std::ranges::find(names, type);
  if (found == std::end(names)) throw std::runtime_error("unknown type in " + path.string());
  Tensor tensor(types[found - names], shape);
  if (tensor.bytes().size() != data.size()) throw std::runtime_error("cut: " + path.string());
  std::memcpy(tensor.bytes().data(), data.data(), data.size());
  return tensor;
}

}  // namespace ekiben::onnx
