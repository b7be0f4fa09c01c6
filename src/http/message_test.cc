// SPDX-License-Identifier: Apache-2.0
#include "http/message.h"

#include <gtest/gtest.h>

#include "http/request_id.h"

namespace ekiben::http {
namespace {

TEST(RequestTest, HeadersAreFoundInAnyCase) {
  Request request;
  request.AddHeader("Content-Type", "application/json");
  request.AddHeader("Host", "a");
  EXPECT_EQ(request.Header("content-type"), "application/json");
  EXPECT_EQ(request.Header("accept"), "");
  request.AddHeader("host", "b");
  EXPECT_EQ(request.HeaderCount("HOST"), 2);
  request.Clear();
  EXPECT_EQ(request.HeaderCount("host"), 0);
}

TEST(MessageTest, ANameOfAHeaderIsAToken) {
  EXPECT_TRUE(IsToken("x-Model_1"));
  EXPECT_FALSE(IsToken(""));
  for (const char* const text : {"a b", "a:", "\xc3\xa4", "a\r\n", "(a)"}) {
    EXPECT_FALSE(IsToken(text)) << text;
  }
}

TEST(MessageTest, EveryStatusOfTheRegistryHasAPhrase) {
  for (const int status : {200, 201, 202, 204, 302, 304, 307, 404, 410, 422, 451, 501, 511}) {
    EXPECT_NE(ReasonPhrase(status), "Unknown") << status;
  }
}

TEST(RequestIdTest, NewIdsAreUuidsOfVersionSevenAndDiffer) {
  RequestIdSource source;
  std::string first, second;
  source.Next(first);
  source.Next(second);
  EXPECT_EQ(first.size(), 36);
  EXPECT_EQ(first[14], '7');
  EXPECT_TRUE(std::string_view("89ab").contains(first[19])) << first;
  EXPECT_NE(first, second);
}

TEST(RequestIdTest, AClientsIdIsUsedOnlyWhereItIsHarmless) {
  EXPECT_TRUE(IsUsableRequestId("order-7:a_b.c"));
  EXPECT_FALSE(IsUsableRequestId(""));
  EXPECT_FALSE(IsUsableRequestId("a\r\nset-cookie: x"));
  EXPECT_FALSE(IsUsableRequestId(std::string(129, 'a')));
}

}  // namespace
}  // namespace ekiben::http
