// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/router.h"

namespace ekiben::routes {

// Adds the page that shows a service's APIs and tries them out (Swagger UI over /docs.json): GET
// /docs, the files of it below /docs/, and GET /, which leads there. Paths that are taken stay as
// they are.
//
// The page loads nothing from elsewhere, and its Content-Security-Policy sees to that. All files
// are sent compressed; who does not accept gzip gets them unpacked.
void AddPageRoutes(http::Router& router);

}  // namespace ekiben::routes
