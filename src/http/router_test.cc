// SPDX-License-Identifier: Apache-2.0
#include "http/router.h"

#include <gmock/gmock.h>

namespace ekiben::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

class RouterTest : public testing::Test {
 protected:
  RouterTest() {
    router_.Add("POST", "/predict",
                [](const Request&) -> Task<Response> { co_return Response{.body = "[2]"}; });
    router_.Add("GET", "/livez",
                [](const Request&) -> Task<Response> { co_return Response{.body = "\n"}; });
  }
  Response Ask(std::string method, std::string path, std::string query = "") {
    Request request;
    request.query = std::move(query);
    request.method = std::move(method);
    request.path = std::move(path);
    Response got;
    Start(router_.Handle(request), [&](Response response) { got = std::move(response); });
    return got;
  }
  Router router_;
};

TEST_F(RouterTest, AnswersWithTheHandlerOfThePath) {
  const Response response = Ask("POST", "/predict");
  EXPECT_EQ(response.body, "[2]");
  EXPECT_EQ(router_.paths()[static_cast<size_t>(response.route)], "/predict");
}

TEST_F(RouterTest, HeadIsAnsweredLikeGet) { EXPECT_EQ(Ask("HEAD", "/livez").status, 200); }

TEST_F(RouterTest, AnUnknownPathNamesTheNearest) {
  const Response response = Ask("POST", "/predcit");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.route, -1);
  EXPECT_THAT(response.body, HasSubstr("did you mean '/predict'?"));
}

TEST_F(RouterTest, ASlashAtTheEndLeadsToThePathWithoutIt) {
  Response response = Ask("POST", "/predict/");
  EXPECT_EQ(response.status, 307);
  EXPECT_THAT(response.headers, ElementsAre(Pair("location", "../predict")));
  router_.Add("POST", "/v1/check", [](const Request&) -> Task<Response> { co_return Response{}; });
  EXPECT_THAT(Ask("POST", "/v1/check/", "a=1").headers,
              ElementsAre(Pair("location", "../check?a=1")));
  EXPECT_EQ(Ask("POST", "/").status, 404);
  EXPECT_EQ(Ask("POST", "//").status, 404);
  EXPECT_EQ(Ask("POST", "/predict//").status, 404);
}

TEST_F(RouterTest, AWrongMethodIsToldTheRightOne) {
  const Response response = Ask("GET", "/predict");
  EXPECT_EQ(response.status, 405);
  EXPECT_THAT(response.headers, ElementsAre(Pair("allow", "POST")));
  EXPECT_THAT(Ask("POST", "/livez").headers, ElementsAre(Pair("allow", "GET, HEAD")));
}

TEST_F(RouterTest, ARouterThatComesAfterAnotherKeepsTheNumbersOfItsPaths) {
  Router after(router_.paths());
  const auto handler = [](const Request&) -> Task<Response> { co_return Response{}; };
  after.Add("POST", "/explain", handler);
  after.Add("GET", "/livez", handler);
  EXPECT_THAT(after.paths(), ElementsAre("/predict", "/livez", "/explain"));
  EXPECT_TRUE(after.Has("/livez"));
  EXPECT_FALSE(after.Has("/predict"));

  Request request;
  request.method = "POST";
  request.path = "/predict";
  int status = 0;
  Start(after.Handle(request), [&](const Response& response) { status = response.status; });
  EXPECT_EQ(status, 404);
}

}  // namespace
}  // namespace ekiben::http
