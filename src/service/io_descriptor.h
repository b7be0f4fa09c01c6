// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_writer.h"
#include "base/status.h"
#include "codec/json_fields.h"
#include "tensor/data_type.h"
#include "tensor/shape.h"

namespace ekiben::service {

// The kind of value that an API takes or gives; Value has an alternative for each.
enum class ValueKind { kTensor, kJson, kText, kBlob, kParts };

// "tensor", "json", "text", "blob" or "parts".
std::string_view ValueKindName(ValueKind kind);

struct IoPart;

// How one side of an API in Python travels over HTTP: what the engine has to know of one of
// BentoML's IO descriptors to decode a body, or to write one, without Python. A value.
struct IoDescriptor {
  std::string name;  // "NumpyNdarray"
  ValueKind kind = ValueKind::kJson;

  // Of tensors. Without a dtype it is inferred, as numpy.array(json) does. What is not enforced is
  // cast to the dtype, and reshaped where its elements fit the shape.
  std::optional<DataType> dtype;
  std::optional<Shape> shape;  // -1: any length.
  bool enforce_dtype = false;
  bool enforce_shape = false;

  // Of blobs: the media types that are accepted, any where it is empty; the first is written.
  std::vector<std::string> media_types;

  // Of parts, by name, in their order; none of them has parts itself.
  std::vector<IoPart> parts;

  bool stream = false;       // The value comes piece by piece.
  std::string content_type;  // What is written, parameters included; empty: what the kind says.

  // JSON text, for the documentation; empty where there is none.
  std::string schema;
  std::string example;
  std::string io;  // {"id": "bentoml.io.NumpyNdarray", "args": {…}}
};

struct IoPart {
  std::string name;
  IoDescriptor descriptor;
};

// Reads a descriptor's plan (docs/formats/service-description.md). What is wrong is noted in the
// status of `plan`.
IoDescriptor ReadIoDescriptor(const codec::JsonFields& plan);

// The plan again, as one JSON value.
void WriteIoDescriptor(const IoDescriptor& descriptor, JsonWriter& json);

}  // namespace ekiben::service
