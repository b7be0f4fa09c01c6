// SPDX-License-Identifier: Apache-2.0
#include "registry/session.h"

#include <charconv>
#include <random>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "codec/json_document.h"

namespace ekiben::registry {
namespace {

constexpr int kMostRedirects = 5;
constexpr int kMostProofs = 2;  // A token that was given, and one more where it has expired.
constexpr size_t kMostWords = 300;

// The host that docker's registry answers at.
std::string ApiHost(const std::string& host) {
  return host == "docker.io" ? "registry-1.docker.io" : host;
}

// What a registry says went wrong: the codes and messages of its errors.
std::string WordsOf(const http::ClientResponse& answer) {
  const auto document = codec::JsonValue::Parse(answer.body, {.max_bytes = 64 << 10});
  const codec::JsonValue* const errors = document ? document->Find("errors") : nullptr;
  std::string words;
  if (errors == nullptr) return words;
  for (const codec::JsonValue& one : errors->items()) {
    const codec::JsonValue* const message = one.Find("message");
    const codec::JsonValue* const code = one.Find("code");
    const codec::JsonValue* const said = message != nullptr ? message : code;
    if (said != nullptr) words += (words.empty() ? "" : "; ") + said->text();
  }
  return words.substr(0, kMostWords);
}

bool IsRedirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

double Chance() {
  static thread_local std::minstd_rand random{std::random_device()()};
  return std::uniform_real_distribution<>(0, 1)(random);
}

}  // namespace

Session::Session(const Reference& where, SessionOptions options)
    : where_(where),
      options_(std::move(options)),
      client_({.user_agent = options_.user_agent}),
      authorizer_(client_, where_.Host(), where_.Path()) {}

// A registry on this machine may have TLS or not; others must have it unless told otherwise. One
// whose certificate is wrong is not asked again without.
Result<bool> Session::IsSecure() {
  const std::lock_guard lock(mutex_);
  if (options_.plain_http) return false;
  if (!secure_) {
    auto url = http::Url::Parse(fmt::format("https://{}/v2/", ApiHost(where_.Host())));
    if (!url) return Error(std::move(url).error());
    secure_ = true;
    if (url->IsLoopback()) {
      const auto answer = client_.Send({.url = *std::move(url)});
      if (!answer && answer.error().code() == Code::kPermissionDenied) {
        secure_.reset();
        return Error(answer.error());
      }
      secure_ = answer.has_value();
    }
  }
  return *secure_;
}

Result<http::Url> Session::UrlOf(std::string_view rest) {
  const auto secure = IsSecure();
  if (!secure) return Error(secure.error());
  return http::Url::Parse(fmt::format("{}://{}/v2/{}/{}", *secure ? "https" : "http",
                                      ApiHost(where_.Host()), where_.Path(), rest));
}

Status Session::Refusal(const http::ClientResponse& answer) const {
  const std::string words = WordsOf(answer);
  const std::string said = fmt::format("registry '{}' answers {}{}{}", where_.Host(), answer.status,
                                       words.empty() ? "" : ": ", words);
  if (answer.status == 403) {
    return PermissionDenied(said).WithHint(
        fmt::format("`docker login {}` as somebody who may", where_.Host()));
  }
  return Unavailable(said);
}

Result<http::ClientResponse> Session::Send(http::ClientRequest request, Access access,
                                           const http::BodySink& sink, const std::string& also) {
  const auto own = UrlOf("");
  if (!own) return Error(own.error());
  std::string scope = fmt::format("repository:{}:{}", where_.Path(),
                                  access == Access::kPush ? "pull,push" : "pull");
  if (!also.empty()) scope += fmt::format(" repository:{}:pull", also);
  const http::HeaderList headers = request.headers;
  int redirects = 0, proofs = 0;
  while (true) {
    request.headers = headers;
    std::string proof;
    if (request.url.Origin() == own->Origin()) proof = authorizer_.HeaderFor(scope);
    if (!proof.empty()) request.headers.emplace_back("Authorization", proof);
    auto answer = client_.Send(request, sink);
    if (!answer) return answer;
    if (answer->status == 401 && request.url.Origin() == own->Origin() && proofs++ < kMostProofs) {
      if (Status done = authorizer_.Answer(*answer, scope, proof); !done.ok()) return Error(done);
      continue;
    }
    if (IsRedirect(answer->status) && (request.method == "GET" || request.method == "HEAD")) {
      auto next = request.url.Resolve(answer->Header("Location"));
      const bool is_worse = next && request.url.secure && !next->secure;
      if (!next || is_worse || ++redirects > kMostRedirects) {
        return Error(FailedPrecondition(
            fmt::format("registry '{}' sends on to where nobody goes: {}", where_.Host(),
                        !next      ? "it names no URL"
                        : is_worse ? "from https to http"
                                   : "too many times")));
      }
      request.url = *std::move(next);
      continue;
    }
    if (answer->status == 401) {
      return Error(PermissionDenied(fmt::format("registry '{}' refuses every proof of who asks for "
                                                "'{}'",
                                                where_.Host(), where_.Path()))
                       .WithHint(fmt::format("`docker login {}` again", where_.Host())));
    }
    if (answer->status == 403) return Error(Refusal(*answer));
    if (!IsWorthRetrying(answer->status)) return answer;
    int seconds = 0;
    const std::string_view after = answer->Header("Retry-After");
    std::from_chars(after.data(), after.data() + after.size(), seconds);
    const std::lock_guard lock(mutex_);
    retry_after_.reset();
    if (seconds > 0) retry_after_ = std::chrono::seconds(seconds);
    return Error(Refusal(*answer));
  }
}

Status Session::Retry(const std::function<Status()>& once,
                      const std::function<bool()>& progressed) {
  int failed = 0;
  while (true) {
    Status status = once();
    if (status.code() != Code::kUnavailable) return status;
    if (progressed && progressed()) failed = 0;
    std::optional<std::chrono::seconds> asked;
    {
      const std::lock_guard lock(mutex_);
      asked = std::exchange(retry_after_, std::nullopt);
    }
    const auto pause = options_.retry.PauseAfter(++failed, Chance(), asked);
    if (!pause) return status;
    std::this_thread::sleep_for(*pause);
  }
}

Status Session::Unexpected(const http::ClientResponse& answer, std::string_view doing) const {
  const std::string words = WordsOf(answer);
  const std::string text =
      fmt::format("cannot {}: registry '{}' answers {}{}{}", doing, where_.Host(), answer.status,
                  words.empty() ? "" : ": ", words);
  return answer.status == 404 ? NotFound(text) : FailedPrecondition(text);
}

}  // namespace ekiben::registry
