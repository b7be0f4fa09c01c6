// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.h"
#include "http/router.h"
#include "observe/log.h"
#include "service/python_service.h"

namespace ekiben::routes {

// Adds POST <route> for each API of a service in Python, with bodies and answers as its IO
// descriptors have them (value_codec.h).
//
// What a function raises is told to the client as far as its exception's class allows; the user's
// traceback goes to the log, with the request's id. All must outlive the router; `deadline` is what
// a request has from its arrival to its answer. REQUIRES: the service has been described
// Requests under way hold a PythonService::Use.
void AddPythonRoutes(http::Router& router, service::PythonService& service, observe::Log& log,
                     Duration deadline);

}  // namespace ekiben::routes
