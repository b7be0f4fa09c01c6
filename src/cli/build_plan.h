// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/status.h"
#include "bento/plan.h"
#include "cli/build.h"
#include "cli/context.h"

namespace ekiben::cli {

// Finds out what is to be built: reads the bentofile, asks Python what the service is, or loads the
// model, which shows that it can be served, and looks up the models. Writes nothing.
Result<bento::Plan> MakePlan(const BuildArgs& args, Context& context);

}  // namespace ekiben::cli
