// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "http/message.h"

namespace ekiben::http {

// Decides which pages of other sites a browser lets read the answers of this server (CORS), and
// says so in headers. Not thread-safe.
class Cors {
 public:
  struct Options {
    std::vector<std::string> origins = {};               // "https://example.org"; "*": all.
    std::string origin_pattern = {};                     // ECMAScript; of a whole origin.
    std::vector<std::string> methods = {"GET", "POST"};  // "*": all.
    std::vector<std::string> headers = {};               // Of requests; "*": all.
    std::vector<std::string> exposed = {};               // Of answers, for the page's code.
    bool credentials = false;
    int64_t max_age_s = 600;  // How long a browser need not ask again.
  };

  // kInvalidArgument where the pattern is none, or a text could not stand in a header.
  static Result<Cors> Create(Options options);

  // The answer to the question that a browser sends ahead (OPTIONS): 200, or 400 with what is not
  // allowed. Nothing where the request is no such question.
  std::optional<Response> Preflight(const Request& request) const;

  // Adds to an answer what lets the page read it, where it may.
  void Annotate(const Request& request, Response& response) const;

 private:
  explicit Cors(Options options) : options_(std::move(options)) {}
  bool Allows(std::string_view origin) const;
  void AddOrigin(std::string_view origin, Response& response) const;

  Options options_;
  bool any_origin_ = false, any_method_ = false, any_header_ = false;
  std::optional<std::regex> pattern_;
};

}  // namespace ekiben::http
