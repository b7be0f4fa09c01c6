// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "http/parser.h"

// The first byte says into how large pieces the rest is cut: the same bytes must give the same
// requests however they arrive. (What is wrong may be seen sooner when more of it is there.)
namespace {

using ekiben::http::Request;
using ekiben::http::RequestParser;

std::string Parsed(std::string_view bytes, size_t step) {
  const ekiben::http::Limits limits{.header_bytes = 1024, .headers = 16, .body_bytes = 4096};
  RequestParser parser(limits);
  Request request;
  parser.Begin(request);
  std::string seen;
  size_t used = 0;
  for (size_t end = std::min(step, bytes.size());;) {
    const auto progress = parser.Feed(bytes.substr(used, end - used));
    if (!progress) return seen;
    used += progress->used;
    if (progress->complete) {
      seen += request.method + " " + request.path + " " + request.body + "\n";
      parser.Begin(request);
      continue;
    }
    if (end == bytes.size()) return seen;
    end = std::min(end + step, bytes.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (Parsed(bytes, data[0] + 1U) != Parsed(bytes, bytes.size())) std::abort();
  return 0;
}
