// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ekiben::registry {

// One way in which a server wants to be told who asks: a challenge of a WWW-Authenticate header.
struct Challenge {
  std::string scheme = {};                         // In lower case: "bearer", "basic".
  std::map<std::string, std::string> values = {};  // realm, service, scope; names in lower case.
};

// All challenges of one header (RFC 9110, 11.6.1); what cannot be read is left out.
std::vector<Challenge> ParseChallenges(std::string_view header);

}  // namespace ekiben::registry
