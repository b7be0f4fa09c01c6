// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "bento/plan.h"
#include "store/bento_store.h"
#include "store/model_store.h"

namespace ekiben::bento {

// What is told of a build while it goes on.
struct Listener {
  std::function<void(std::string_view step)> on_step;
  std::function<void(std::string_view text)> on_warning;
};

// The models of a plan: those of the description and those that the options name, in this order and
// each once. kNotFound where the store does not have one.
Result<std::vector<store::ModelInfo>> FindModels(const Plan& plan, const store::ModelStore& store);

// Writes the bento and puts it into the store: everything of it, or nothing. The same plan and the
// same files give the same digest.
Result<store::BentoInfo> Build(const Plan& plan, const store::BentoStore& store,
                               const Listener& listener);

}  // namespace ekiben::bento
