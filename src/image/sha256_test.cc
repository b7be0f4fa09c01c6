// SPDX-License-Identifier: Apache-2.0
#include "image/sha256.h"

#include <gmock/gmock.h>

#include "base/status_matchers.h"
#include "image/image_testing.h"

namespace ekiben::image {
namespace {

constexpr std::string_view kOfAbc =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Sha256Test, AgreesWithTheStandardsExample) { EXPECT_EQ(Sha256Of("abc"), kOfAbc); }

TEST(Sha256Test, PiecesAreTheWhole) {
  Sha256 hash;
  hash.Update("a");
  hash.Update("");
  hash.Update("bc");
  EXPECT_EQ(hash.Hex(), kOfAbc);
}

TEST(Sha256Test, AFileIsItsBytes) {
  const TestFolder folder;
  EXPECT_EQ(*Sha256OfFile(folder.Write("file", "abc")), kOfAbc);
  EXPECT_THAT(Sha256OfFile(folder.path() / "none"), HasCode(Code::kNotFound));
}

}  // namespace
}  // namespace ekiben::image
