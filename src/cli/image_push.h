// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "cli/context.h"
#include "cli/registry_options.h"
#include "image/image.h"
#include "registry/reference.h"

namespace ekiben::cli {

// The names with a registry each: one that has none is below `default_registry`. kInvalidArgument
// where that is empty, too.
Result<std::vector<registry::Reference>> NamesInRegistry(std::span<const registry::Reference> names,
                                                         std::string_view default_registry);

// Sends an image under its names, which have a registry each: what the registry has is not sent,
// and what another of its repositories has comes from there. A tag names the image only when all of
// it, what is attached to it as well, is there; it is moved where it named another one.
Status PushImage(const image::Image& made, std::span<const registry::Reference> names,
                 const RegistryArgs& args, Context& context);

}  // namespace ekiben::cli
