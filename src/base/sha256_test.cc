// SPDX-License-Identifier: Apache-2.0
#include "base/sha256.h"

#include <unistd.h>

#include <gtest/gtest.h>

#include "base/status_matchers.h"

namespace ekiben {
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
  const auto path =
      std::filesystem::path(testing::TempDir()) / (std::to_string(getpid()) + "sha256");
  std::filesystem::remove(path);
  EXPECT_THAT(Sha256OfFile(path), HasCode(Code::kNotFound));
  ASSERT_THAT(WriteNewFile(path, "abc"), IsOk());
  EXPECT_EQ(Sha256OfFile(path).value(), kOfAbc);
}

}  // namespace
}  // namespace ekiben
