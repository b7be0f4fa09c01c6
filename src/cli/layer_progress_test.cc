// SPDX-License-Identifier: Apache-2.0
#include "cli/layer_progress.h"

#include <chrono>
#include <sstream>

#include <gmock/gmock.h>

namespace ekiben::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr Time kStart{};
constexpr std::string_view kDigest = "sha256:0123456789abcdef";

const std::vector<LayerProgress::Layer> kLayers = {{"base", 1024}, {"engine", 2048}};

TEST(LayerProgressTest, ElsewhereThanOnATerminalALayerIsALine) {
  std::ostringstream out;
  LayerProgress progress(kLayers, out, false);
  progress.Advance(0, 512, kStart);
  EXPECT_THAT(out.str(), IsEmpty());
  progress.Finish(0, "written", 300, kDigest);
  EXPECT_EQ(out.str(), "written     300.00 B  0123456789ab  base\n");
}

TEST(LayerProgressTest, OnATerminalLinesChangeInPlace) {
  std::ostringstream out;
  LayerProgress progress(kLayers, out, true);
  progress.Advance(1, 1024, kStart);
  EXPECT_THAT(out.str(), HasSubstr("[===============>              ]  engine\x1b[K\n"));
  EXPECT_THAT(out.str(), Not(HasSubstr("\x1b[2A")));
  out.str("");
  progress.Finish(1, "cached", 9, kDigest);
  EXPECT_THAT(out.str(), testing::StartsWith("\x1b[2Awaits"));
}

TEST(LayerProgressTest, ATerminalIsNotDrawnForEveryByte) {
  std::ostringstream out;
  LayerProgress progress(kLayers, out, true);
  progress.Advance(0, 1, kStart);
  out.str("");
  progress.Advance(0, 2, kStart + std::chrono::milliseconds(50));
  EXPECT_THAT(out.str(), IsEmpty());
  progress.Advance(0, 3, kStart + std::chrono::milliseconds(101));
  EXPECT_THAT(out.str(), HasSubstr("3.00 B"));
}

TEST(LayerProgressTest, MoreBytesThanExpectedAreAFullBar) {
  std::ostringstream out;
  LayerProgress progress({{"base", 10}}, out, true);
  progress.Advance(0, 2000, kStart);
  EXPECT_THAT(out.str(), HasSubstr("[==============================]  base"));
}

}  // namespace
}  // namespace ekiben::cli
