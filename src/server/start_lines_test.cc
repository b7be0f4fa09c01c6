// SPDX-License-Identifier: Apache-2.0
#include "server/start_lines.h"

#include <gtest/gtest.h>

namespace ekiben::server {
namespace {

TEST(StartLinesTest, TheUrlIsOneThatCanBeOpened) {
  EXPECT_EQ(UrlOf("127.0.0.1", 3000), "http://127.0.0.1:3000");
  EXPECT_EQ(UrlOf("0.0.0.0", 3000), "http://127.0.0.1:3000");
  EXPECT_EQ(UrlOf("::1", 80), "http://[::1]:80");
}

TEST(StartLinesTest, AQuoteInASampleDoesNotEndTheWord) {
  EXPECT_EQ(ShellQuoted(R"({"it's": [1]})"), R"('{"it'\''s": [1]}')");
}

service::ApiDescription Api(std::string route, std::string sample, service::ValueKind kind) {
  return {.route = std::move(route),
          .sample_request = std::move(sample),
          .input = service::IoDescriptor{.kind = kind}};
}

TEST(StartLinesTest, TheFirstApiWithAKnownRequestIsTried) {
  const std::vector<service::ApiDescription> apis = {
      Api("/see", "", service::ValueKind::kBlob),
      Api("/sum", "[[0.0]]", service::ValueKind::kTensor)};
  EXPECT_EQ(TryLine(apis, "http://127.0.0.1:3000"),
            "curl http://127.0.0.1:3000/sum -H 'content-type: application/json' -d '[[0.0]]'");
  EXPECT_EQ(TryLine({}, "http://127.0.0.1:3000"), "curl http://127.0.0.1:3000/docs.json");
}

TEST(StartLinesTest, ATextIsSentAsItIs) {
  const std::vector<service::ApiDescription> apis = {
      Api("/say", R"("it's")", service::ValueKind::kText)};
  EXPECT_EQ(TryLine(apis, "http://a:1"),
            R"(curl http://a:1/say -H 'content-type: text/plain' -d 'it'\''s')");
}

TEST(StartLinesTest, ARouteOfAShellsOwnCharactersIsQuoted) {
  const std::vector<service::ApiDescription> apis = {Api("/a&b", "1", service::ValueKind::kJson)};
  EXPECT_EQ(TryLine(apis, "http://a:1"),
            "curl 'http://a:1/a&b' -H 'content-type: application/json' -d '1'");
}

}  // namespace
}  // namespace ekiben::server
