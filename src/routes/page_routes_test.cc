// SPDX-License-Identifier: Apache-2.0
#include "routes/page_routes.h"

#include <gmock/gmock.h>

#include "http/gzip.h"
#include "http/immediate.h"

namespace ekiben::routes {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;
using testing::StartsWith;

http::Response Get(const http::Router& router, std::string path,
                   std::string_view accept_encoding = "gzip") {
  http::Request request;
  request.method = "GET";
  request.path = std::move(path);
  if (!accept_encoding.empty()) request.AddHeader("accept-encoding", accept_encoding);
  http::Response got;
  Start(router.Handle(request), [&](http::Response response) { got = std::move(response); });
  return got;
}

class PageRoutesTest : public testing::Test {
 protected:
  PageRoutesTest() { AddPageRoutes(router_); }

  http::Router router_;
};

TEST_F(PageRoutesTest, TheRootLeadsToThePage) {
  const http::Response response = Get(router_, "/");
  EXPECT_EQ(response.status, 307);
  EXPECT_THAT(response.headers, Contains(Pair("location", "docs")));
}

TEST_F(PageRoutesTest, ThePageNamesOnlyFilesThatAreServed) {
  const http::Response page = Get(router_, "/docs", "");
  EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
  EXPECT_THAT(page.body, StartsWith("<!doctype html>"));
  EXPECT_THAT(page.body, Not(HasSubstr("@version@")));
  EXPECT_THAT(page.body, Not(HasSubstr("://")));
  for (const std::string_view attribute : {"src=\"", "href=\"docs/"}) {
    for (size_t at = page.body.find(attribute); at != page.body.npos;
         at = page.body.find(attribute, at + 1)) {
      const size_t begin = page.body.find("docs/", at);
      const std::string path = "/" + page.body.substr(begin, page.body.find('?', begin) - begin);
      EXPECT_EQ(Get(router_, path).status, 200) << path;
    }
  }
}

TEST_F(PageRoutesTest, FilesAreCompressedForWhoAcceptsThat) {
  const http::Response packed = Get(router_, "/docs/swagger-ui-bundle.js");
  EXPECT_THAT(packed.headers, Contains(Pair("content-encoding", "gzip")));
  const http::Response plain = Get(router_, "/docs/swagger-ui-bundle.js", "identity");
  EXPECT_THAT(plain.headers, Not(Contains(Pair("content-encoding", testing::_))));
  EXPECT_GT(plain.body.size(), 1'000'000);
  EXPECT_TRUE(http::Gunzip(packed.body) == plain.body);
}

TEST_F(PageRoutesTest, NothingFromElsewhereMayLoad) {
  EXPECT_THAT(Get(router_, "/docs").headers,
              Contains(Pair("content-security-policy", StartsWith("default-src 'none';"))));
}

TEST(PageRoutesOrderTest, PathsThatAreTakenStayAsTheyAre) {
  http::Router router;
  router.Add("GET", "/",
             http::Immediate([](const http::Request&) { return http::Response{.body = "mine"}; }));
  AddPageRoutes(router);
  EXPECT_EQ(Get(router, "/").body, "mine");
  EXPECT_EQ(Get(router, "/docs").status, 200);
}

}  // namespace
}  // namespace ekiben::routes
