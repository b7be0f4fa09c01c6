// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.h"
#include "http/router.h"
#include "observe/log.h"
#include "service/service.h"

namespace ekiben::routes {

// Adds POST /<api> for each API of the service.
//
// A body is JSON (also where curl says it is a form, or nothing is said) or application/x-npy; the
// answer is JSON unless Accept asks for application/x-npy. Both must outlive the router; `deadline`
// is what each request has from its arrival to its answer. What fails inside is logged whole, with
// the request's id; the client learns only that it failed.
void AddApiRoutes(http::Router& router, service::Service& service, observe::Log& log,
                  Duration deadline);

}  // namespace ekiben::routes
