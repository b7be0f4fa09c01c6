// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace ekiben::onnx {

// What ONNX Runtime says of a failure, for the person who sent the model or the request: one line,
// the node named first, without the place in ONNX Runtime's own source.
std::string ErrorText(std::string_view text);

// Whether ONNX Runtime says that a node could not run on inputs of these shapes. It has no error
// code for that: which one an operator gives depends on the operator.
bool IsAboutShapes(std::string_view text);

}  // namespace ekiben::onnx
