// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "store/bento_yaml.h"

// Any bytes are a bento or an error; what is a bento has names that are safe in a path.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ekiben::store;
  const auto info = ParseBentoYaml(std::string(reinterpret_cast<const char*>(data), size));
  if (!info) return 0;
  if (!IsTagPart(info->tag.name) || !IsTagPart(info->tag.version)) std::abort();
  for (const BentoModel& model : info->models) {
    if (!IsTagPart(model.tag.name)) std::abort();
    if (!model.tag.version.empty() && !IsTagPart(model.tag.version)) std::abort();
  }
  return 0;
}
