// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "artifact/packing.h"
#include "base/status.h"
#include "cli/context.h"
#include "cli/registry_options.h"

namespace ekiben::cli {

// What is in the store as an artifact, with the layers that this home has packed before.
inline Result<artifact::Packed> PackOf(const store::ModelInfo& model, const Context& context) {
  return artifact::Pack(model, LayersOf(context.store.home()));
}
inline Result<artifact::Packed> PackOf(const store::BentoInfo& bento, const Context& context) {
  return artifact::Pack(bento, context.bentos.home(), LayersOf(context.bentos.home()));
}

}  // namespace ekiben::cli
