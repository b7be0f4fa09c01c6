// SPDX-License-Identifier: Apache-2.0
#include "http/proxy.h"

#include <gtest/gtest.h>

#include "base/status_matchers.h"

namespace ekiben::http {
namespace {

std::string ProxyFor(const ProxyRules& rules, const char* url) {
  const auto proxy = rules.For(*Url::Parse(url));
  if (!proxy) return "error";
  return *proxy ? (*proxy)->ToString() : "direct";
}

TEST(ProxyTest, EachSchemeHasItsOwn) {
  const ProxyRules rules{.http_proxy = "http://a:1", .https_proxy = "b:2"};
  EXPECT_EQ(ProxyFor(rules, "http://x.y/"), "http://a:1/");
  EXPECT_EQ(ProxyFor(rules, "https://x.y/"), "http://b:2/");
  EXPECT_EQ(ProxyFor({}, "https://x.y/"), "direct");
}

TEST(ProxyTest, NamesAndWhatIsBelowThemAreExcluded) {
  const ProxyRules rules{.https_proxy = "b:2", .no_proxy = "one.com, .two.com,10.0.0.1"};
  for (const char* const url :
       {"https://one.com/", "https://a.one.com/", "https://two.com/", "https://10.0.0.1/"}) {
    EXPECT_EQ(ProxyFor(rules, url), "direct") << url;
  }
  EXPECT_EQ(ProxyFor(rules, "https://someone.com/"), "http://b:2/");
}

TEST(ProxyTest, AStarExcludesAll) {
  EXPECT_EQ(ProxyFor({.https_proxy = "b:2", .no_proxy = "*"}, "https://x.y/"), "direct");
}

TEST(ProxyTest, ThisMachineIsAskedDirectly) {
  EXPECT_EQ(ProxyFor({.http_proxy = "a:1"}, "http://127.0.0.1:5000/"), "direct");
}

TEST(ProxyTest, WhatIsNoUrlIsRefused) {
  EXPECT_EQ(ProxyFor({.https_proxy = "socks5://b:2"}, "https://x.y/"), "error");
}

}  // namespace
}  // namespace ekiben::http
