// SPDX-License-Identifier: Apache-2.0
#include "http/parser.h"

#include <string>

#include "base/status_matchers.h"

namespace ekiben::http {
namespace {

// Feeds `text` whole, or `step` bytes at a time as a slow client would.
Result<RequestParser::Progress> Parse(std::string_view text, Request& request, size_t step = 0,
                                      const Limits& limits = {}) {
  RequestParser parser(limits);
  parser.Begin(request);
  if (step == 0) return parser.Feed(text);
  RequestParser::Progress all;
  for (size_t end = step; !all.complete; end = std::min(end + step, text.size())) {
    const auto some = parser.Feed(text.substr(all.used, end - all.used));
    if (!some) return some;
    all = {.used = all.used + some->used, .complete = some->complete};
    if (end == text.size()) break;
  }
  return all;
}

Code CodeOf(std::string_view text, const Limits& limits = {}) {
  Request request;
  const auto progress = Parse(text, request, 0, limits);
  return progress ? Code::kOk : progress.error().code();
}

constexpr std::string_view kPost =
    "POST /predict?a=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n[2]";
constexpr std::string_view kChunked =
    "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
    "chunked\r\n\r\n1\r\n[\r\n2\r\n2]\r\n0\r\n\r\n";

TEST(RequestParserTest, ReadsARequestWhole) {
  Request request;
  const auto progress = Parse(kPost, request);
  ASSERT_THAT(progress, IsOk());
  EXPECT_TRUE(progress->complete);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/predict");
  EXPECT_EQ(request.query, "a=1");
  EXPECT_EQ(request.body, "[2]");
}

TEST(RequestParserTest, ReadsARequestThatComesByteByByte) {
  for (const std::string_view text : {kPost, kChunked}) {
    Request request;
    const auto progress = Parse(text, request, 1);
    ASSERT_THAT(progress, IsOk());
    EXPECT_TRUE(progress->complete);
    EXPECT_EQ(request.body, "[2]");
  }
}

TEST(RequestParserTest, TheOriginIsNoPartOfThePath) {
  Request request;
  for (const auto& [target, path, query] : {
           std::tuple("http://a:80/predict?b=/c", "/predict", "b=/c"),
           std::tuple("HTTPS://a", "/", ""),
           std::tuple("http://a?b", "/", "b"),
           std::tuple("/http://a/b", "/http://a/b", ""),
           std::tuple("*", "*", ""),
       }) {
    const std::string text = "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n\r\n";
    ASSERT_THAT(Parse(text, request), IsOk());
    EXPECT_EQ(request.path, path);
    EXPECT_EQ(request.query, query);
  }
}

TEST(RequestParserTest, LeavesAPipelinedRequestAlone) {
  Request request;
  const std::string two = std::string(kPost) + "GET / HTTP/1.1\r\n";
  EXPECT_EQ(Parse(two, request)->used, kPost.size());
}

TEST(RequestParserTest, RefusesWhatTwoServersCouldReadInTwoWays) {
  for (const std::string_view text : {
           "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
           "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           "POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
           "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\nabc",
           "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
           "GET / HTTP/1.1\nHost: x\n\n",
           "GET / HTTP/1.1\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\n[\r\n0\r\n\r\n",
       }) {
    EXPECT_EQ(CodeOf(text), Code::kInvalidArgument) << text;
  }
}

TEST(RequestParserTest, AnOldClientNeedsNoHost) {
  EXPECT_EQ(CodeOf("GET / HTTP/1.0\r\n\r\n"), Code::kOk);
}

TEST(RequestParserTest, LimitsHoldOnBothSides) {
  const Limits limits{.header_bytes = 100, .headers = 3, .body_bytes = 3};
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\n";
  EXPECT_EQ(CodeOf(head + "Content-Length: 3\r\n\r\nabc", limits), Code::kOk);
  EXPECT_EQ(CodeOf(head + "Content-Length: 4\r\n\r\nabcd", limits), Code::kPayloadTooLarge);
  EXPECT_EQ(CodeOf(head + "A: 1\r\nB: 2\r\n\r\n", limits), Code::kOk);
  EXPECT_EQ(CodeOf(head + "A: 1\r\nB: 2\r\nC: 3\r\n\r\n", limits), Code::kHeaderTooLarge);
  EXPECT_EQ(CodeOf(head + "A: " + std::string(100, 'a') + "\r\n\r\n", limits),
            Code::kHeaderTooLarge);
}

TEST(RequestParserTest, ChunksTogetherMayNotExceedTheLimit) {
  const Limits limits{.body_bytes = 3};
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(CodeOf(head + "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", limits), Code::kOk);
  EXPECT_EQ(CodeOf(head + "2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n", limits), Code::kPayloadTooLarge);
}

}  // namespace
}  // namespace ekiben::http
