// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/status.h"
#include "cli/containerize.h"
#include "cli/context.h"
#include "image/image_plan.h"

namespace ekiben::cli {

// The plan of a bento's image. Where the bento is a service in Python, an interpreter puts together
// what is Python of it, and what that notes goes to the user.
Result<image::ImagePlan> PlanImage(const ContainerizeArgs& args, const image::BentoSource& bento,
                                   Context& context);

}  // namespace ekiben::cli
