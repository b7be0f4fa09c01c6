// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/message.h"

namespace ekiben::http {

// Finds the handler of a request by its path and method. Paths are matched as they are.
//
// Answers what has no route itself: 404 with the nearest paths, 405 with Allow, 307 where a slash
// at the end is all that is too much. GET's handlers answer HEAD too. Routes are added before the
// first request.
class Router {
 public:
  Router() = default;
  // One that comes after another: the paths of that one, `numbered`, keep their numbers.
  explicit Router(std::vector<std::string> numbered) : paths_(std::move(numbered)) {}

  // The handler may refer only to what outlives the router.
  void Add(std::string method, std::string path, Handler handler);

  // Lets `outer` answer all requests, which may then call Route(). Before the first request.
  void Wrap(Handler outer) { outer_ = std::move(outer); }

  Task<Response> Handle(const Request& request) const;
  // Answers by the routes alone.
  Task<Response> Route(const Request& request) const;

  // The number of the route that takes the request's path and method; -1 where none does.
  int Find(const Request& request) const;
  // A number for what is answered at `path` without a route of its own.
  int AddPath(std::string path);

  bool Has(std::string_view path) const { return routes_.contains(path); }

  // The paths by route number, as Response::route counts them; with those of routers before.
  const std::vector<std::string>& paths() const { return paths_; }

 private:
  struct Entry {
    int number;
    std::string method;
    Handler handler;
  };

  Response NoSuchPath(const Request& request) const;

  std::map<std::string, Entry, std::less<>> routes_;
  Handler outer_;
  std::vector<std::string> paths_;
};

}  // namespace ekiben::http
