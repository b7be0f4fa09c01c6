// SPDX-License-Identifier: Apache-2.0
#include "http/url.h"

#include <gtest/gtest.h>

#include "base/status_matchers.h"

namespace ekiben::http {
namespace {

std::string Resolved(const char* from, const char* location) {
  const auto url = Url::Parse(from)->Resolve(location);
  return url ? url->ToString() : url.error().message();
}

TEST(UrlTest, HostPortAndTargetAreTakenApart) {
  const auto url = Url::Parse("http://Registry.example:5000/v2/a?b=c#d");
  ASSERT_TRUE(url);
  EXPECT_FALSE(url->secure);
  EXPECT_EQ(url->host, "registry.example");
  EXPECT_EQ(url->port, 5000);
  EXPECT_EQ(url->target, "/v2/a?b=c");
  EXPECT_EQ(url->Origin(), "http://registry.example:5000");
}

TEST(UrlTest, PortAndPathMayBeLeftOut) {
  const auto url = Url::Parse("https://[::1]");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->port, 443);
  EXPECT_EQ(url->target, "/");
  EXPECT_EQ(url->Authority(), "[::1]");
}

TEST(UrlTest, WhatCouldEndALineOrNamesAUserIsRefused) {
  for (const char* const text :
       {"https://host/a b", "https://host/\r\nX: y", "https://user:secret@host/", "ftp://host/",
        "https://", "https://host:0/", "https://host:99999/", "https://ho st/", "host/path",
        "https://[::1/", "https://a_b@c"}) {
    EXPECT_FALSE(Url::Parse(text)) << text;
  }
}

TEST(UrlTest, AnErrorDoesNotRepeatAPassword) {
  EXPECT_EQ(Url::Parse("https://user:secret@host/").error().message().find("secret"),
            std::string::npos);
}

TEST(UrlTest, ALocationIsAUrlAPathOrBesideTheLast) {
  EXPECT_EQ(Resolved("https://a.b/v2/x", "/v2/y?z=1"), "https://a.b/v2/y?z=1");
  EXPECT_EQ(Resolved("https://a.b/v2/x", "http://c.d:81/e"), "http://c.d:81/e");
  EXPECT_EQ(Resolved("https://a.b/v2/x", "//c.d/e"), "https://c.d/e");
  EXPECT_EQ(Resolved("http://a.b:5000/v2/x?q=1", "y"), "http://a.b:5000/v2/y");
  EXPECT_EQ(Resolved("http://a.b/v2/x?q=1", "?n=2"), "http://a.b/v2/x?n=2");
  EXPECT_EQ(Resolved("https://a.b/v2", "/r?next=http://c.d/"), "https://a.b/r?next=http://c.d/");
}

TEST(UrlTest, ThisMachineIsKnownByNameAndAddress) {
  for (const char* const text : {"http://localhost:5000/", "http://127.0.0.1/", "http://[::1]/",
                                 "http://registry.localhost/"}) {
    EXPECT_TRUE(Url::Parse(text)->IsLoopback()) << text;
  }
  for (const char* const text :
       {"http://localhost.example/", "http://127.example/", "http://10.0.0.1/"}) {
    EXPECT_FALSE(Url::Parse(text)->IsLoopback()) << text;
  }
}

TEST(UrlTest, QueriesAreEncoded) {
  EXPECT_EQ(PercentEncoded("repository:a/b:pull,push"), "repository%3Aa%2Fb%3Apull%2Cpush");
}

}  // namespace
}  // namespace ekiben::http
