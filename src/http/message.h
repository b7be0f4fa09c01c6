// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/task.h"

namespace ekiben::http {

// One request, whole. Its connection owns it and uses it again for the next one, so that a request
// costs no allocations; it stays as it is until its answer has been given.
class Request {
 public:
  std::string method;      // As sent: "POST".
  std::string path;        // Without the query, as sent.
  std::string query;       // Without the question mark.
  std::string body;        // Chunks already joined.
  std::string request_id;  // The client's where it is fit to be used, else a new one.
  Time received;           // When its last bytes came.

  // Whether the client has closed its side. Callable from any thread while the request is open.
  std::function<bool()> client_has_gone;

  void AddHeader(std::string_view name, std::string_view value);

  // The first header of that name (which is not case-sensitive), or the empty text.
  std::string_view Header(std::string_view name) const;
  size_t HeaderCount(std::string_view name) const;

  // Forgets everything but the memory.
  void Clear();

 private:
  struct Entry {
    size_t name_at, name_size, value_size;
  };

  std::string_view NameOf(const Entry& entry) const;

  std::string header_text_;
  std::vector<Entry> headers_;
};

// What is answered. `content_type` must outlive the response: a literal.
struct Response {
  int status = 200;
  std::string_view content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;

  // The route that answered, as its table numbers them; -1 where none matched. For metrics and
  // logs, which never label by what a client sent.
  int route = -1;
};

// Answers requests: called on the loop's thread, once a request. The request stays until the task
// has ended.
using Handler = std::function<Task<Response>(const Request&)>;

// The reason phrase of a status: "Not Found".
std::string_view ReasonPhrase(int status);

// Compares names of headers, tokens and media types.
bool EqualsIgnoringCase(std::string_view a, std::string_view b);

}  // namespace ekiben::http
