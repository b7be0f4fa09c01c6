// SPDX-License-Identifier: Apache-2.0
#include "http/router.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/nearest.h"
#include "http/problem.h"

namespace ekiben::http {
namespace {

bool Allows(std::string_view route_method, std::string_view method) {
  return method == route_method || (method == "HEAD" && route_method == "GET");
}

// To the same path without the slash at its end. Relative, so that it holds behind a proxy that
// serves this below a path; 307 keeps method and body.
Response WithoutSlash(std::string_view path, std::string_view query) {
  path.remove_suffix(1);
  std::string location = fmt::format("..{}", path.substr(path.rfind('/')));
  if (!query.empty()) location += fmt::format("?{}", query);
  return {.status = 307,
          .content_type = "text/plain; charset=utf-8",
          .body = fmt::format("see {}\n", location),
          .headers = {{"location", std::move(location)}}};
}

}  // namespace

void Router::Add(std::string method, std::string path, Handler handler) {
  const int number = AddPath(path);
  routes_.insert_or_assign(std::move(path), Entry{number, std::move(method), std::move(handler)});
}

int Router::AddPath(std::string path) {
  const auto known = std::ranges::find(paths_, path);
  const auto number = static_cast<int>(known - paths_.begin());
  if (known == paths_.end()) paths_.push_back(std::move(path));
  return number;
}

int Router::Find(const Request& request) const {
  const auto found = routes_.find(std::string_view(request.path));
  const bool fits = found != routes_.end() && Allows(found->second.method, request.method);
  return fits ? found->second.number : -1;
}

Response Router::NoSuchPath(const Request& request) const {
  const std::string_view path = request.path;
  if (path.ends_with('/') && Has(path.substr(0, path.size() - 1))) {
    return WithoutSlash(path, request.query);
  }
  std::vector<std::string> paths;
  for (const auto& [known, route] : routes_) paths.push_back(known);
  std::string hint = DidYouMean(request.path, paths);
  if (hint.empty()) hint = "GET /docs.json lists what there is";
  return Problem(
      NotFound(fmt::format("there is nothing at '{}'", request.path)).WithHint(std::move(hint)),
      request.request_id);
}

Task<Response> Router::Handle(const Request& request) const {
  return outer_ ? outer_(request) : Route(request);
}

Task<Response> Router::Route(const Request& request) const {
  const auto found = routes_.find(std::string_view(request.path));
  if (found == routes_.end()) co_return NoSuchPath(request);
  const Entry& route = found->second;
  Response response;
  if (Allows(route.method, request.method)) {
    response = co_await route.handler(request);
  } else {
    const Status status(Code::kMethodNotAllowed, fmt::format("'{}' takes {}, not {}", request.path,
                                                             route.method, request.method));
    response = Problem(status, request.request_id);
    response.headers.emplace_back("allow", route.method == "GET" ? "GET, HEAD" : route.method);
  }
  response.route = route.number;
  co_return response;
}

}  // namespace ekiben::http
