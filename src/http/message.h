// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "base/task.h"

namespace ekiben::http {

// What a request is counted as, in logs and metrics, whose client did not wait for the answer.
inline constexpr int kClientHasGone = 499;

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

  // Where the connection comes from; empty where that is not known. Stays when it is cleared.
  std::string client_address;
  uint16_t client_port = 0;

  // Whether the client has closed its side. Callable from any thread while the request is open.
  std::function<bool()> client_has_gone;

  void AddHeader(std::string_view name, std::string_view value);

  // The first header of that name (which is not case-sensitive), or the empty text.
  std::string_view Header(std::string_view name) const;
  size_t HeaderCount(std::string_view name) const;

  // All headers in the order in which they came: calls visit(name, value).
  template <typename Visit>
  void ForEachHeader(Visit&& visit) const {
    for (const Entry& entry : headers_) {
      visit(
          NameOf(entry),
          std::string_view(header_text_).substr(entry.name_at + entry.name_size, entry.value_size));
    }
  }

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

// The Content-Type of an answer. Mostly a literal, which is not copied; Owned() is for a text that
// was made for this answer.
class ContentType {
 public:
  // The text must outlive the answer.
  ContentType(std::string_view literal)
      : literal_(literal) {}                               // NOLINT(google-explicit-constructor)
  ContentType(const char* literal) : literal_(literal) {}  // NOLINT(google-explicit-constructor)

  static ContentType Owned(std::string text) {
    ContentType type("");
    type.owned_ = std::move(text);
    return type;
  }

  std::string_view view() const { return owned_.empty() ? literal_ : std::string_view(owned_); }
  friend bool operator==(const ContentType& type, std::string_view text) {
    return type.view() == text;
  }

 private:
  std::string_view literal_;
  std::string owned_;
};

// A body that comes piece by piece. Destroyed as soon as nobody wants the rest.
class BodyStream {
 public:
  virtual ~BodyStream() = default;

  // The next piece, or nothing at the end. An error breaks the connection off, so that the client
  // sees that the body is not whole. Called again only after the last call has ended.
  virtual Task<Result<std::optional<std::string>>> Next() = 0;
};

// What is answered. Content type and headers are written as they are: who sets them to what came
// from elsewhere makes sure that they end no line.
struct Response {
  int status = 200;
  ContentType content_type = "application/json";  // Empty: the header is left out.
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;

  // The route that answered, as its table numbers them; -1 where none matched. For metrics and
  // logs, which never label by what a client sent.
  int route = -1;

  // Where there is one, the body is what it gives, sent in chunks; `body` is then not looked at.
  std::unique_ptr<BodyStream> stream = nullptr;
};

// Whether an answer of this status never has a body: 204 and 304.
constexpr bool HasNoBody(int status) { return status == 204 || status == 304; }

// Answers requests: called on the loop's thread, once a request. The request stays until the task
// has ended.
using Handler = std::function<Task<Response>(const Request&)>;

// The reason phrase of a status: "Not Found".
std::string_view ReasonPhrase(int status);

// Whether a text can be the name of a header: a token of RFC 9110.
bool IsToken(std::string_view text);

// Compares names of headers, tokens and media types.
bool EqualsIgnoringCase(std::string_view a, std::string_view b);

}  // namespace ekiben::http
