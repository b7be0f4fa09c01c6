// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "bento/dockerfile.h"
#include "bento/plan.h"
#include "store/bento_store.h"
#include "store/model_store.h"

namespace ekiben::bento {

// What is told of a build while it goes on.
struct Listener {
  std::function<void(std::string_view step)> on_step;
  std::function<void(std::string_view text)> on_warning;
};

// Finds what the options name: fills `models` and `aliases` of the plan. kNotFound where the store
// does not have one, kInvalidArgument where two have the same alias.
Status FindNamedModels(Plan& plan, const store::ModelStore& store);

// Puts the models of the description before those, so that each is there once. kNotFound where the
// store does not have one.
Status FindServiceModels(Plan& plan, const store::ModelStore& store);

// Makes the Dockerfile of `docker.dockerfile_template`: the blocks that the file does not override
// are those that are given.
using RenderDockerfile =
    std::function<Result<std::string>(const std::filesystem::path& file, const DockerfileBlocks&)>;

// Writes the bento and puts it into the store: everything of it, or nothing. The same plan and the
// same files give the same digest.
Result<store::BentoInfo> Build(const Plan& plan, const store::BentoStore& store,
                               const Listener& listener, const RenderDockerfile& render);

}  // namespace ekiben::bento
