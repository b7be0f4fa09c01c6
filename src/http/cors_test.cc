// SPDX-License-Identifier: Apache-2.0
#include "http/cors.h"

#include <map>

#include <gmock/gmock.h>

namespace ekiben::http {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Key;
using testing::Not;
using testing::Pair;

constexpr const char* kOrigin = "https://example.org";

Cors Made(Cors::Options options) { return *Cors::Create(std::move(options)); }

Request Asking(std::string method, const std::map<std::string, std::string>& headers) {
  Request request;
  request.method = std::move(method);
  for (const auto& [name, value] : headers) request.AddHeader(name, value);
  return request;
}

Request Preflight(std::string origin, std::string method, std::string headers = "") {
  return Asking("OPTIONS", {{"origin", std::move(origin)},
                            {"access-control-request-method", std::move(method)},
                            {"access-control-request-headers", std::move(headers)}});
}

TEST(CorsTest, AnAllowedPageMayReadTheAnswer) {
  const Cors cors = Made({.origins = {kOrigin}, .exposed = {"x-request-id"}});
  Response response;
  cors.Annotate(Asking("POST", {{"origin", kOrigin}}), response);
  EXPECT_THAT(response.headers, Contains(Pair("access-control-allow-origin", kOrigin)));
  EXPECT_THAT(response.headers, Contains(Pair("vary", "origin")));
  EXPECT_THAT(response.headers, Contains(Pair("access-control-expose-headers", "x-request-id")));
}

TEST(CorsTest, AnotherPageMayNot) {
  const Cors cors = Made({.origins = {kOrigin}});
  Response response;
  cors.Annotate(Asking("POST", {{"origin", "https://example.org.evil.net"}}), response);
  cors.Annotate(Asking("POST", {}), response);
  EXPECT_THAT(response.headers, IsEmpty());
  EXPECT_EQ(cors.Preflight(Preflight("https://evil.net", "POST"))->status, 400);
}

TEST(CorsTest, APatternHasToFitTheWholeOrigin) {
  const Cors cors = Made({.origin_pattern = R"(https://[a-z]+\.example\.org)"});
  EXPECT_EQ(cors.Preflight(Preflight("https://a.example.org", "POST"))->status, 200);
  EXPECT_EQ(cors.Preflight(Preflight("https://a.example.org.evil.net", "POST"))->status, 400);
  EXPECT_EQ(cors.Preflight(Preflight(std::string(100'000, 'a'), "POST"))->status, 400);
  EXPECT_FALSE(Cors::Create({.origin_pattern = "("}));
}

TEST(CorsTest, EveryOriginIsAStarUnlessThereAreCredentials) {
  Response open, personal;
  Made({.origins = {"*"}}).Annotate(Asking("GET", {{"origin", kOrigin}}), open);
  EXPECT_THAT(open.headers, Contains(Pair("access-control-allow-origin", "*")));
  Made({.origins = {"*"}, .credentials = true})
      .Annotate(Asking("GET", {{"origin", kOrigin}}), personal);
  EXPECT_THAT(personal.headers, Contains(Pair("access-control-allow-origin", kOrigin)));
  EXPECT_THAT(personal.headers, Contains(Pair("access-control-allow-credentials", "true")));
}

TEST(CorsTest, ABrowserIsToldWhatItMaySend) {
  const Cors cors = Made({.origins = {"*"}, .headers = {"x-token"}, .max_age_s = 5});
  const auto yes = cors.Preflight(Preflight(kOrigin, "POST", "content-type, X-Token"));
  EXPECT_EQ(yes->status, 200);
  EXPECT_THAT(yes->headers, Contains(Pair("access-control-allow-methods", "GET, POST")));
  EXPECT_THAT(yes->headers, Contains(Pair("access-control-max-age", "5")));
  EXPECT_EQ(cors.Preflight(Preflight(kOrigin, "DELETE"))->body, "not allowed by CORS: method");
  EXPECT_EQ(cors.Preflight(Preflight(kOrigin, "POST", "x-other"))->body,
            "not allowed by CORS: headers");
}

TEST(CorsTest, OtherRequestsAreNoQuestions) {
  const Cors cors = Made({.origins = {"*"}});
  EXPECT_FALSE(cors.Preflight(Asking("OPTIONS", {{"origin", kOrigin}})));
  EXPECT_FALSE(cors.Preflight(Asking("POST", {{"origin", kOrigin}})));
}

TEST(CorsTest, ATextThatWouldEndALineIsRefused) {
  EXPECT_FALSE(Cors::Create({.origins = {"a\r\nb: c"}}));
  EXPECT_FALSE(Cors::Create({.exposed = {""}}));
}

}  // namespace
}  // namespace ekiben::http
