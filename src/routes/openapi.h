// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "service/service_description.h"

namespace ekiben::routes {

// The OpenAPI 3.1 document of a service: its APIs with the JSON Schema (2020-12) of what they take
// and give, the system routes, and the errors.
std::string OpenApi(const service::ServiceDescription& service);

}  // namespace ekiben::routes
