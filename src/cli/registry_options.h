// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <CLI/App.hpp>

#include "base/status.h"
#include "image/layer_cache.h"
#include "registry/push.h"
#include "registry/reference.h"
#include "registry/session.h"
#include "store/home.h"
#include "store/tag.h"

namespace ekiben::cli {

// What all commands that talk to registries take.
struct RegistryArgs {
  bool plain_http = false;
  int threads = registry::kParallel;
};
void AddRegistryOptions(CLI::App& command, RegistryArgs& args, bool transfers);
// How many blobs travel at once; `names` as CLI11 has them: "-t,--threads".
void AddThreads(CLI::App& command, RegistryArgs& args, const std::string& names);

registry::SessionOptions ToSessionOptions(const RegistryArgs& args);

// Where `text`, what somebody typed, is in a registry: "HOST/PATH", with a tag or a digest or
// neither. Without a host it is below EKIBEN_REGISTRY (`default_registry`); kInvalidArgument where
// that is empty, too.
Result<registry::Reference> RemoteName(std::string_view text, std::string_view default_registry);

// Where a bento or model is pushed to: `text` as RemoteName() has it, with the tag's version where
// it names none, or, where it is empty, the tag below the default registry.
Result<registry::Reference> PushTarget(std::string_view text, const store::Tag& tag,
                                       std::string_view default_registry);

// EKIBEN_REGISTRY, or nothing.
std::string DefaultRegistry();

// The layers that were packed before, of images as well.
image::LayerCache LayersOf(const std::filesystem::path& home);

}  // namespace ekiben::cli
