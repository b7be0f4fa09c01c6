// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "registry/push.h"
#include "registry/repository.h"

namespace ekiben::registry {

// What belongs to another manifest of its repository, which it names as its subject.
struct Referrer {
  std::string type = {};  // Its artifactType: "application/vnd.cyclonedx+json".
  Pushed artifact = {};
};

// Sends them, each under its digest. A registry that keeps no lists of what belongs to what has
// them under tags, "sha256-<hex>" for the subject "sha256:<hex>": such a list is completed, and
// what others have put there stays.
Status PushReferrers(Repository& repository, const std::string& subject,
                     std::span<const Referrer> referrers, Progress& progress);

// `list`, an index in JSON or empty, with those that it has not. kFailedPrecondition where it is no
// index.
Result<std::string> WithReferrers(std::string_view list, std::span<const Referrer> referrers);

}  // namespace ekiben::registry
