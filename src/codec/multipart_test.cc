// SPDX-License-Identifier: Apache-2.0
#include "codec/multipart.h"

#include <algorithm>

#include "base/status_matchers.h"

namespace ekiben::codec {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kTwoParts =
    "--x1\r\n"
    "Content-Disposition: form-data; name=\"image\"; filename=\"cat.png\"\r\n"
    "Content-Type: image/png\r\n"
    "\r\n"
    "\x89PNG\r\n--x\r\n\r\n"
    "--x1\r\n"
    "content-disposition: form-data; name=text\r\n"
    "\r\n"
    "hello\r\n"
    "--x1--\r\n";

std::vector<FormPart> Parsed(std::string_view body, std::string_view boundary = "x1") {
  auto parts = ParseMultipart(body, boundary);
  EXPECT_THAT(parts, IsOk());
  return parts ? *std::move(parts) : std::vector<FormPart>();
}

// A form of one part whose headers, without their last line end, are given.
std::string WithHeaders(std::string_view headers) {
  return "--x1\r\n" + std::string(headers) + "\r\n\r\nbody\r\n--x1--";
}

TEST(MultipartTest, PartsHaveNamesFilesTypesAndBodies) {
  const auto parts = Parsed(kTwoParts);
  ASSERT_EQ(parts.size(), 2);
  EXPECT_EQ(parts[0].name, "image");
  EXPECT_EQ(parts[0].filename, "cat.png");
  EXPECT_EQ(parts[0].content_type, "image/png");
  EXPECT_EQ(parts[0].body, "\x89PNG\r\n--x\r\n");
  EXPECT_EQ(parts[1].name, "text");
  EXPECT_EQ(parts[1].filename, std::nullopt);
  EXPECT_EQ(parts[1].body, "hello");
}

TEST(MultipartTest, BodiesAreViewsOfWhatWasSent) {
  const auto parts = Parsed(kTwoParts);
  EXPECT_GE(parts[0].body.data(), kTwoParts.data());
  EXPECT_LT(parts[0].body.data(), kTwoParts.data() + kTwoParts.size());
}

TEST(MultipartTest, APreambleIsSkippedAndAFormMayBeEmpty) {
  EXPECT_EQ(Parsed("hello\r\n--x1\r\ncontent-disposition: form-data; name=a\r\n\r\n1\r\n--x1--")
                .at(0)
                .body,
            "1");
  EXPECT_TRUE(Parsed("--x1--\r\n").empty());
  EXPECT_EQ(Parsed("--x1\r\ncontent-disposition: form-data; name=a\r\n\r\n\r\n--x1--").at(0).body,
            "");
}

TEST(MultipartTest, NamesAreReadAsBrowsersAndCurlWriteThem) {
  EXPECT_EQ(Parsed(WithHeaders("content-disposition: form-data; name=\"a%22b\\\"c%41\""))[0].name,
            "a\"b\"c%41");
  EXPECT_EQ(Parsed(WithHeaders("content-disposition: form-data; name=\"é;=\""))[0].name, "é;=");
}

TEST(MultipartTest, AFilenameLosesFoldersAndControlCharacters) {
  const auto filename = [](std::string_view parameter) {
    return Parsed(WithHeaders("content-disposition: form-data; name=a; " + std::string(parameter)))
        .at(0)
        .filename.value_or("none");
  };
  EXPECT_EQ(filename("filename=\"../../etc/passwd\""), "passwd");
  EXPECT_EQ(filename("filename=\"C:\\temp\\cat.png\""), "cat.png");
  EXPECT_EQ(filename("filename=\"a%0D%0Ax: y\""), "ax: y");
  EXPECT_EQ(filename("filename=\"x\"; filename*=UTF-8''%e2%82%ac.txt"), "€.txt");
  EXPECT_EQ(filename("filename=\"\xFF\""), "file");
}

TEST(MultipartTest, WhatIsNoFormIsRefusedWithTheByte) {
  const auto message = [](std::string_view body) {
    const auto parts = ParseMultipart(body, "x1");
    EXPECT_THAT(parts, HasCode(Code::kInvalidArgument));
    return parts ? std::string() : parts.error().message();
  };
  EXPECT_THAT(message("nothing"), HasSubstr("the boundary does not come"));
  EXPECT_THAT(message("--x1\r\ncontent-disposition: form-data; name=a\r\n\r\nbody"),
              HasSubstr("the closing boundary does not come"));
  EXPECT_THAT(message("--x1\r\ncontent-disposition: form-data; name=a\r\n"),
              HasSubstr("do not end"));
  EXPECT_THAT(message("--x1oops"), HasSubstr("at byte 4: expected a line end"));
  EXPECT_THAT(message(WithHeaders("content-type: text/plain")), HasSubstr("no name"));
  EXPECT_THAT(message(WithHeaders("content-disposition: form-data; name=\"a")),
              HasSubstr("cannot be read"));
  EXPECT_THAT(message(WithHeaders("content-disposition: attachment; name=a")),
              HasSubstr("form-data"));
  EXPECT_THAT(message(WithHeaders("no header")), HasSubstr("colon"));
  EXPECT_THAT(message(WithHeaders("content-transfer-encoding: base64\r\n"
                                  "content-disposition: form-data; name=a")),
              HasSubstr("'base64'"));
  EXPECT_THAT(message(WithHeaders("x: " + std::string(9000, 'y'))), HasSubstr("too long"));
}

TEST(MultipartTest, TheNumberOfPartsIsLimited) {
  EXPECT_THAT(ParseMultipart(kTwoParts, "x1", {.max_parts = 1}),
              HasMessage(HasSubstr("more than 1 parts")));
}

TEST(MultipartTest, TheBoundaryComesFromTheContentType) {
  EXPECT_EQ(MultipartBoundary("multipart/form-data; boundary=x1").value(), "x1");
  EXPECT_EQ(MultipartBoundary("multipart/form-data; charset=utf-8; Boundary=\"a b\"").value(),
            "a b");
  for (const std::string_view wrong :
       {"multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary"}) {
    EXPECT_THAT(MultipartBoundary(wrong), HasMessage(HasSubstr("no boundary"))) << wrong;
  }
  EXPECT_THAT(MultipartBoundary("multipart/form-data; boundary=" + std::string(71, 'x')),
              HasCode(Code::kInvalidArgument));
}

TEST(MultipartTest, WhatIsWrittenIsReadAgain) {
  std::string body;
  AppendMultipart({.name = "a b", .filename = "ä.png", .content_type = "image/png", .body = "\r\n"},
                  "q", body);
  AppendMultipart({.name = "b", .content_type = "text/plain", .body = ""}, "q", body);
  FinishMultipart("q", body);
  const auto parts = Parsed(body, "q");
  ASSERT_EQ(parts.size(), 2);
  EXPECT_EQ(parts[0].name, "a b");
  EXPECT_EQ(parts[0].filename, "ä.png");
  EXPECT_EQ(parts[0].body, "\r\n");
  EXPECT_EQ(parts[1].content_type, "text/plain");
}

TEST(MultipartTest, NothingThatIsWrittenEndsItsHeader) {
  std::string body;
  AppendMultipart({.name = "a\"\r\nx: 1", .filename = "b\\\"\n", .content_type = "a/b\r\ny: 2"},
                  "q", body);
  EXPECT_THAT(body, Not(HasSubstr("\nx: 1")));
  EXPECT_THAT(body, Not(HasSubstr("\ny: 2")));
  EXPECT_EQ(std::ranges::count(body.substr(0, body.find("\r\n\r\n")), '\n'), 3);
}

}  // namespace
}  // namespace ekiben::codec
