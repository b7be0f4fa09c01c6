// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdlib>

#include "codec/multipart.h"

// ParseMultipart() on any bytes: a first line is the content type, the rest the body. The parts,
// written anew, must come back, as many and with the same bodies.
namespace {

using namespace ekiben::codec;

constexpr std::string_view kBoundary = "a-boundary-that-no-input-has-4c1f6e";

std::string Written(const std::vector<FormPart>& parts) {
  std::string body;
  for (const FormPart& part : parts) AppendMultipart(part, kBoundary, body);
  FinishMultipart(kBoundary, body);
  return body;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t line = text.find('\n');
  if (line == text.npos || text.find(kBoundary) != text.npos) return 0;
  const auto boundary = MultipartBoundary(text.substr(0, line));
  if (!boundary) return 0;
  const auto parts = ParseMultipart(text.substr(line + 1), *boundary);
  if (!parts) return 0;
  const std::string once = Written(*parts);
  const auto again = ParseMultipart(once, kBoundary);
  if (!again || again->size() != parts->size()) std::abort();
  for (size_t i = 0; i < parts->size(); ++i) {
    if ((*again)[i].body != (*parts)[i].body) std::abort();
  }
  return 0;
}
