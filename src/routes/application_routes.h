// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.h"
#include "http/router.h"
#include "observe/log.h"
#include "service/python_service.h"

namespace ekiben::routes {

// Lets the ASGI and WSGI applications and the middleware of a service answer, where it has any.
//
// An application gets what is below its path and has no route. Where there is middleware, every
// request goes through it, but those for the server's health and metrics, which have to be answered
// without a worker; what the engine answers itself is asked of it from inside. All must outlive
// the router. REQUIRES: the routes have been added, and the service has been described
void AddApplicationRoutes(http::Router& router, service::PythonService& service, observe::Log& log,
                          Duration deadline);

}  // namespace ekiben::routes
