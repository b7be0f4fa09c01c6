// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "service/service_description.h"

namespace ekiben::routes {

// The OpenAPI document of a service: its APIs with the schemas of what they take and give, the
// system routes, and the errors. Of a model 3.1, with JSON Schema 2020-12; of a service in Python
// 3.0.2 with BentoML's extensions, since its clients read that.
std::string OpenApi(const service::ServiceDescription& service);

}  // namespace ekiben::routes
