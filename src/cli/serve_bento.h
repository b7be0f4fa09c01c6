// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "base/status.h"
#include "cli/serve_target.h"
#include "store/bento_info.h"

namespace ekiben::cli {

// kFailedPrecondition where the bento's service is of a style that cannot be served.
Status CheckStyle(const store::BentoInfo& bento);

// How a bento is served: its service from its src/, or its model. `home` is where its models lie
// if there are none within.
//
// kFailedPrecondition where its files are not those that it was built of, where its service is of a
// style that cannot be served, and where a variable that it needs is not set.
Result<ServeTarget> BentoTarget(const store::BentoInfo& bento, const std::filesystem::path& home);

}  // namespace ekiben::cli
