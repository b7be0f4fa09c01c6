// SPDX-License-Identifier: Apache-2.0
#include "registry/authorizer.h"

#include <algorithm>
#include <ranges>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/base64.h"
#include "codec/json_document.h"

namespace ekiben::registry {
namespace {

constexpr size_t kMaxToken = 64 << 10;

const Challenge* Find(const std::vector<Challenge>& challenges, std::string_view scheme) {
  const auto found = std::ranges::find(challenges, scheme, &Challenge::scheme);
  return found == challenges.end() ? nullptr : &*found;
}

std::string Value(const Challenge& challenge, const char* name) {
  const auto found = challenge.values.find(name);
  return found == challenge.values.end() ? "" : found->second;
}

std::string BasicHeader(const Login& login) {
  return "Basic " + EncodeBase64(login.user + ":" + login.password);
}

// What is asked of the server that gives tokens: by OAuth2 with an identity token, else as docker
// does it.
http::ClientRequest TokenRequest(http::Url realm, const Challenge& bearer, const std::string& scope,
                                 const Login& login) {
  const std::string service = "service=" + http::PercentEncoded(Value(bearer, "service"));
  if (!login.identity_token.empty()) {
    return {.method = "POST",
            .url = std::move(realm),
            .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
            .text = fmt::format(
                "grant_type=refresh_token&client_id=ekiben&{}&scope={}&refresh_token={}", service,
                http::PercentEncoded(scope), http::PercentEncoded(login.identity_token))};
  }
  realm.target += realm.target.contains('?') ? "&" : "?";
  realm.target += service;
  for (const auto one : std::views::split(scope, ' ')) {
    realm.target += "&scope=" + http::PercentEncoded(std::string_view(one.begin(), one.end()));
  }
  http::ClientRequest request{.url = std::move(realm)};
  if (!login.empty()) request.headers.emplace_back("Authorization", BasicHeader(login));
  return request;
}

}  // namespace

std::string Authorizer::HeaderFor(const std::string& scope) const {
  const std::lock_guard lock(mutex_);
  if (!basic_.empty()) return basic_;
  const auto found = tokens_.find(scope);
  return found == tokens_.end() ? "" : found->second;
}

Status Authorizer::Refused() const {
  if (login_ && !login_->empty()) {
    const std::string who =
        login_->user.empty() ? "the one who is logged in" : "'" + login_->user + "'";
    return PermissionDenied(
               fmt::format("registry '{}' does not let {} do that to '{}'", host_, who, path_))
        .WithHint(fmt::format("`docker login {}` as somebody who may", host_));
  }
  return PermissionDenied(
             fmt::format("registry '{}' wants to know who asks for '{}'", host_, path_))
      .WithHint(fmt::format("`docker login {0}` or `podman login {0}`", host_));
}

Result<Login> Authorizer::FindOwnLogin() {
  if (!login_) {
    auto found = FindLogin(host_, path_);
    if (!found) return found;
    login_ = *std::move(found);
  }
  return *login_;
}

Status Authorizer::AnswerBasic(const Login& login) {
  if (login.user.empty()) return Refused();
  basic_ = BasicHeader(login);
  return {};
}

Status Authorizer::FetchToken(const Challenge& bearer, const std::string& scope,
                              const Login& login) {
  auto realm = http::Url::Parse(Value(bearer, "realm"));
  if (!realm) {
    return FailedPrecondition(
        fmt::format("registry '{}' says that '{}' gives tokens, which is no URL", host_,
                    Value(bearer, "realm").substr(0, 200)));
  }
  if (!realm->secure && !realm->IsLoopback()) {
    return PermissionDenied(fmt::format(
        "registry '{}' wants tokens of '{}', to which nothing secret is sent: it is no https",
        host_, realm->Origin()));
  }
  const std::string origin = realm->Origin();
  const auto answer = client_.Send(TokenRequest(*std::move(realm), bearer, scope, login));
  if (!answer) return answer.error();
  if (answer->status >= 500 || answer->status == 429) {
    return Unavailable(fmt::format("'{}' gives no token: status {}", origin, answer->status));
  }
  if (answer->status != 200) return Refused();
  const auto document = codec::JsonValue::Parse(answer->body, {.max_bytes = kMaxToken});
  for (const std::string_view key : {"token", "access_token"}) {
    const codec::JsonValue* const token = document ? document->Find(key) : nullptr;
    if (token == nullptr || token->text().empty()) continue;
    if (token->text().find_first_of("\r\n") != std::string::npos) break;
    tokens_.insert_or_assign(scope, "Bearer " + token->text());
    return {};
  }
  return FailedPrecondition(fmt::format("'{}' answers without a token", origin));
}

Status Authorizer::Answer(const http::ClientResponse& refusal, const std::string& scope,
                          const std::string& used) {
  const std::lock_guard lock(mutex_);
  const auto known = tokens_.find(scope);
  const std::string current = !basic_.empty()          ? basic_
                              : known != tokens_.end() ? known->second
                                                       : "";
  if (current != used) return {};  // Another thread has answered meanwhile.
  const auto login = FindOwnLogin();
  if (!login) return login.error();
  std::vector<Challenge> challenges;
  for (const std::string_view header : refusal.All("WWW-Authenticate")) {
    std::ranges::move(ParseChallenges(header), std::back_inserter(challenges));
  }
  if (const Challenge* const bearer = Find(challenges, "bearer")) {
    return FetchToken(*bearer, scope, *login);
  }
  if (Find(challenges, "basic") != nullptr) {
    return used.empty() ? AnswerBasic(*login) : Refused();
  }
  return PermissionDenied(
      fmt::format("registry '{}' does not say how it wants to know who asks", host_));
}

}  // namespace ekiben::registry
