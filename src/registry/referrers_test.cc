// SPDX-License-Identifier: Apache-2.0
#include "registry/referrers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/status_matchers.h"

namespace ekiben::registry {
namespace {

using testing::HasSubstr;

const Referrer kOne = {
    .type = "application/vnd.cyclonedx+json",
    .artifact = {.manifest = {.media_type = "m", .bytes = "{}", .digest = "sha256:aa"}}};

TEST(ReferrersTest, AListIsBegunWhereThereIsNone) {
  const auto list = WithReferrers("", std::span(&kOne, 1));
  ASSERT_THAT(list, IsOk());
  EXPECT_EQ(*list, R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json",)"
                   R"("manifests":[{"mediaType":"m","digest":"sha256:aa","size":2,)"
                   R"("artifactType":"application/vnd.cyclonedx+json"}]})");
}

TEST(ReferrersTest, WhatOthersHavePutThereStays) {
  const auto list = WithReferrers(
      R"({"schemaVersion":2, "manifests":[{"digest":"sha256:bb","annotations":{"a":"b"}}]})",
      std::span(&kOne, 1));
  ASSERT_THAT(list, IsOk());
  EXPECT_THAT(*list, HasSubstr(R"([{"digest":"sha256:bb","annotations":{"a":"b"}},{"mediaType")"));
}

TEST(ReferrersTest, AListThatHasThemIsNotWrittenAnew) {
  const std::string list = R"({"manifests" : [{"digest":"sha256:aa"}]})";
  EXPECT_EQ(WithReferrers(list, std::span(&kOne, 1)).value_or(""), list);
}

TEST(ReferrersTest, WhatIsNoListIsRefused) {
  for (const char* const text : {"[]", "what", R"({"layers":[]})"}) {
    const auto list = WithReferrers(text, std::span(&kOne, 1));
    EXPECT_THAT(list, HasCode(Code::kFailedPrecondition)) << text;
  }
}

}  // namespace
}  // namespace ekiben::registry
