// SPDX-License-Identifier: Apache-2.0
#include "onnx/options.h"

#include <boost/json/src.hpp>
#include <fmt/format.h>

namespace ekiben::onnx {
namespace {

constexpr int64_t kMostThreads = 1024;

}  // namespace

Expected<Options> ParseOptions(std::string_view json) {
  boost::json::error_code error;
  const boost::json::value parsed = boost::json::parse({json.data(), json.size()}, error);
  const boost::json::object* const object = parsed.if_object();
  if (error || object == nullptr) return Error("the options are not a JSON object");

  Options options;
  if (const boost::json::value* const library = object->if_contains("library")) {
    if (!library->is_string()) return Error("the option 'library' is not a text");
    options.library = std::string(library->get_string());
  }
  if (const boost::json::value* const threads = object->if_contains("intra_op_threads")) {
    const int64_t* const number = threads->if_int64();
    if (number == nullptr || *number < 1 || *number > kMostThreads) {
      return Error(
          fmt::format("the option 'intra_op_threads' is not a number from 1 to {}", kMostThreads));
    }
    options.intra_op_threads = static_cast<int>(*number);
  }
  return options;
}

}  // namespace ekiben::onnx
