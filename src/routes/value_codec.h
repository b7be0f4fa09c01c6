// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/status.h"
#include "http/message.h"
#include "service/io_descriptor.h"
#include "tensor/value.h"

// HTTP bodies of APIs in Python ⇄ values, as BentoML's IO descriptors have them.
namespace ekiben::routes {

// The value in a request's body, of the descriptor's kind:
//
//   tensor  JSON whatever the content type says (BentoML does not look), or application/x-npy
//   json    JSON, checked and passed on as it came, whatever the content type says
//   text    UTF-8
//   blob    the bare body of an accepted media type, or multipart/form-data with a part of one; a
//           body without a type, or one that curl calls a form, is taken to be of the first
//   parts   multipart/form-data; each part by its name, in the descriptor's order
//
// A shape that is not enforced is reached by reshaping where that is possible, and not looked at
// otherwise; a dtype that is not enforced is cast to, as numpy does. Errors are kInvalidArgument,
// which names what was expected and what came, or kUnsupportedMediaType where a form was expected.
Result<Value> DecodeValue(const http::Request& request, const service::IoDescriptor& descriptor);

// Writes body, content type and headers of an answer; the status stays as it is. `accept` is the
// request's header of that name: a tensor is written as application/x-npy where it asks for that.
// Null is an empty body. Names, filenames and media types that come with the value cannot end a
// header.
//
// kInternal where the value is not of the descriptor's kind, or not of a dtype or shape that it
// enforces: who made it broke its promise. The message does not name the API.
Status EncodeValue(Value value, const service::IoDescriptor& descriptor, http::Response& response,
                   std::string_view accept = {});

}  // namespace ekiben::routes
