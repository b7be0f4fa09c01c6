// SPDX-License-Identifier: Apache-2.0
#include "http/response_reader.h"

#include <algorithm>
#include <string>

#include <gmock/gmock.h>

#include "base/status_matchers.h"

namespace ekiben::http {
namespace {

struct Read {
  Result<ClientResponse> response = Error(Internal("nothing was read"));
  bool keep = false;
};

// Reads an answer that comes in pieces of `piece` bytes.
Read ReadOf(std::string_view text, size_t piece = 1000, bool to_head = false,
            const BodySink& sink = nullptr) {
  size_t at = 0;
  Read read;
  const auto source = [&](char* into, size_t most) -> Result<size_t> {
    const size_t size = std::min({piece, most, text.size() - at});
    std::ranges::copy(text.substr(at, size), into);
    at += size;
    return size;
  };
  read.response = ReadResponse(source, to_head, {.header = 1000, .body = 20}, sink, read.keep);
  return read;
}

TEST(ResponseReaderTest, LengthsAndChunksAreRead) {
  for (const size_t piece : {1U, 7U, 1000U}) {
    const auto whole = ReadOf("HTTP/1.1 200 OK\r\nX: y\r\nContent-Length: 5\r\n\r\nhello", piece);
    ASSERT_TRUE(whole.response);
    EXPECT_EQ(whole.response->body, "hello");
    EXPECT_EQ(whole.response->Header("x"), "y");
    EXPECT_TRUE(whole.keep);
    const auto chunks = ReadOf(
        "HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
        piece);
    ASSERT_TRUE(chunks.response);
    EXPECT_EQ(chunks.response->status, 404);
    EXPECT_EQ(chunks.response->body, "hello");
  }
}

TEST(ResponseReaderTest, ABodyMayGoOnToTheEnd) {
  const auto read = ReadOf("HTTP/1.0 200 OK\r\n\r\nhello");
  ASSERT_TRUE(read.response);
  EXPECT_EQ(read.response->body, "hello");
  EXPECT_FALSE(read.keep);
}

TEST(ResponseReaderTest, AnAnswerToHeadHasNoBody) {
  const auto read = ReadOf("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 1000, true);
  ASSERT_TRUE(read.response);
  EXPECT_EQ(read.response->Header("Content-Length"), "5");
  EXPECT_TRUE(read.keep);
}

TEST(ResponseReaderTest, InterimAnswersArePassedOver) {
  const auto read =
      ReadOf("HTTP/1.1 103 Early\r\nX: y\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
  ASSERT_TRUE(read.response);
  EXPECT_EQ(read.response->status, 201);
  EXPECT_TRUE(read.response->Header("X").empty());
}

TEST(ResponseReaderTest, WhatEndsTooEarlyIsWorthAnotherTry) {
  for (const char* const text :
       {"", "HTTP/1.1 2", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe"}) {
    EXPECT_EQ(ReadOf(text).response.error().code(), Code::kUnavailable) << text;
  }
}

TEST(ResponseReaderTest, WhatIsTooMuchOrNoHttpIsRefused) {
  const std::string header = "HTTP/1.1 200 OK\r\nX: " + std::string(2000, 'y') + "\r\n\r\n";
  for (const std::string& text :
       {std::string("SSH-2.0-OpenSSH_9.2\r\n\r\n"), header,
        "HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n" + std::string(21, 'y')}) {
    EXPECT_EQ(ReadOf(text).response.error().code(), Code::kFailedPrecondition) << text;
  }
}

TEST(ResponseReaderTest, ASinkTakesTheBodyOfASuccessOnly) {
  std::string taken;
  const BodySink sink = [&](const ClientResponse&, std::string_view bytes) {
    taken += bytes;
    return Status();
  };
  const std::string body(100, 'y');
  const auto read = ReadOf("HTTP/1.1 206 P\r\nContent-Length: 100\r\n\r\n" + body, 9, false, sink);
  ASSERT_TRUE(read.response);
  EXPECT_EQ(taken, body);
  EXPECT_EQ(ReadOf("HTTP/1.1 404 N\r\nContent-Length: 2\r\n\r\nno", 9, false, sink).response->body,
            "no");
}

TEST(ResponseReaderTest, WhatASinkFailsWithIsTheError) {
  const auto read = ReadOf(
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 1000, false,
      [](const ClientResponse&, std::string_view) { return ResourceExhausted("no more room"); });
  EXPECT_EQ(read.response.error().message(), "no more room");
}

}  // namespace
}  // namespace ekiben::http
