// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/status.h"
#include "cli/context.h"
#include "image/image_plan.h"

namespace ekiben::cli {

// The bento that `text` means, a folder with a bento.yaml or a tag, as the source of an image.
// kNotFound where there is none, kFailedPrecondition where it is not as it was built or cannot
// become an image: one whose service cannot be served does only where a tool builds the Dockerfile
// that it brings (`by_dockerfile`).
Result<image::BentoSource> FindBentoSource(std::string_view text, bool by_dockerfile,
                                           const Context& context);

}  // namespace ekiben::cli
