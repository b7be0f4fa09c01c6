// SPDX-License-Identifier: Apache-2.0
#include "http/gzip.h"

#include <gmock/gmock.h>

namespace ekiben::http {
namespace {

// Python's gzip.compress(b"hello hello hello", mtime=0).
constexpr std::string_view kHello(
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\x57\xc8\x40\x90\x00\x80\x88\xf9"
    "\xe5\x11\x00\x00\x00",
    28);

TEST(GzipTest, WhatWasCompressedComesBack) { EXPECT_EQ(Gunzip(kHello), "hello hello hello"); }

TEST(GzipTest, WhatIsNoMemberIsNothing) {
  EXPECT_EQ(Gunzip(""), std::nullopt);
  EXPECT_EQ(Gunzip("hello hello hello hello"), std::nullopt);
  std::string broken(kHello);
  broken.erase(14, 4);
  EXPECT_EQ(Gunzip(broken), std::nullopt);
}

TEST(GzipTest, GzipIsAcceptedWhereItIsNamedOrMeant) {
  for (const std::string_view header : {"gzip", "deflate, GZip", "br;q=1, gzip;q=0.5", "*"}) {
    EXPECT_TRUE(AcceptsGzip(header)) << header;
  }
  for (const std::string_view header :
       {"", "identity", "gzip;q=0", "gzip; q=0.0, br", "*, gzip;q=0", "*;q=0", "xgzip"}) {
    EXPECT_FALSE(AcceptsGzip(header)) << header;
  }
}

}  // namespace
}  // namespace ekiben::http
