// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json_writer.h"
#include "codec/json_document.h"

namespace ekiben::routes {

// Writes a JSON Schema (2020-12, as pydantic makes them) as OpenAPI 3.0 has schemas: one type each
// and `nullable` in place of the type null, `enum` for `const`, exclusive bounds as flags, `items`
// in every array. Its definitions are left out. What is no object is written as {}.
void WriteOpenApi30Schema(const codec::JsonValue& schema, JsonWriter& json);

}  // namespace ekiben::routes
