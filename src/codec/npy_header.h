// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "tensor/data_type.h"
#include "tensor/shape.h"

namespace ekiben::codec {

// An npy file taken apart: what its header says, and the bytes that follow. The data are a view
// into the file and have the size that type and shape ask for.
struct NpyArray {
  DataType type = DataType::kFloat32;  // Of strings kString, whatever their encoding.
  size_t item_size = 0;                // Bytes of one element, not 0.
  bool big_endian = false;
  bool ucs4 = false;  // Strings are code points of 32 bits, else bytes; both padded with zeros.
  bool fortran_order = false;
  Shape shape;
  std::string_view data;
};

// Reads versions 1 to 3. Every error is kInvalidArgument and names the byte where a byte is wrong.
Result<NpyArray> ParseNpy(std::string_view body);

// The header of version 1.0 for an array in C order, up to where the data begin.
std::string NpyHeader(std::string_view descr, const Shape& shape);

}  // namespace ekiben::codec
