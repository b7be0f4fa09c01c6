// SPDX-License-Identifier: Apache-2.0
#include "routes/page_routes.h"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "http/gzip.h"
#include "http/immediate.h"
#include "routes/page_files.h"

namespace ekiben::routes {
namespace {

// Images as data: are the page's own icons, blob: what an API answered.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

// Files are addressed with their version; the page itself is asked for each time.
constexpr std::string_view kForEver = "public, max-age=31536000, immutable";

http::Response Answer(const PageFile& file, bool is_page, const http::Request& request) {
  http::Response response{.content_type = file.media_type};
  if (http::AcceptsGzip(request.Header("accept-encoding"))) {
    response.body = file.gzip;
    response.headers.emplace_back("content-encoding", "gzip");
  } else {
    response.body = http::Gunzip(file.gzip).value_or("");
  }
  response.headers.emplace_back("vary", "accept-encoding");
  response.headers.emplace_back("cache-control", is_page ? "no-cache" : kForEver);
  response.headers.emplace_back("x-content-type-options", "nosniff");
  if (is_page) response.headers.emplace_back("content-security-policy", kPolicy);
  return response;
}

// Relative, so that it holds behind a proxy that serves this below a path.
http::Response ToPage(const http::Request&) {
  return {.status = 307,
          .content_type = "text/plain; charset=utf-8",
          .body = "see docs\n",
          .headers = {{"location", "docs"}}};
}

void AddUnlessTaken(http::Router& router, std::string path,
                    std::function<http::Response(const http::Request&)> answer) {
  if (router.Has(path)) return;
  router.Add("GET", std::move(path), http::Immediate(std::move(answer)));
}

}  // namespace

void AddPageRoutes(http::Router& router) {
  AddUnlessTaken(router, "/", ToPage);
  for (const PageFile& file : PageFiles()) {
    const bool is_page = file.name == PageFiles().front().name;
    AddUnlessTaken(
        router, is_page ? "/docs" : fmt::format("/docs/{}", file.name),
        [&file, is_page](const http::Request& request) { return Answer(file, is_page, request); });
  }
}

}  // namespace ekiben::routes
