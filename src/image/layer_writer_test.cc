// SPDX-License-Identifier: Apache-2.0
#include "image/layer_writer.h"

#include <sys/stat.h>
#include <utime.h>
#include <zlib.h>

#include <gmock/gmock.h>

#include "base/sha256.h"
#include "base/status_matchers.h"
#include "image/image_testing.h"

namespace ekiben::image {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::string Unpacked(const fs::path& file) {
  const gzFile in = gzopen(file.c_str(), "rb");
  std::string bytes(1 << 20, '\0');
  bytes.resize(static_cast<size_t>(gzread(in, bytes.data(), static_cast<unsigned>(bytes.size()))));
  gzclose(in);
  return bytes;
}

TEST(LayerWriterTest, DigestsAreThoseOfTheBytes) {
  const TestFolder folder;
  LayerTree tree;
  tree.AddText("etc/passwd", "root:x:0:0\n");
  const auto blob = WriteLayer(tree, folder.path() / "layer", {});
  ASSERT_THAT(blob, IsOk());
  const std::string packed = folder.Read("layer"), plain = Unpacked(folder.path() / "layer");
  EXPECT_EQ(blob->digest, DigestOf(packed));
  EXPECT_EQ(blob->diff_id, DigestOf(plain));
  EXPECT_EQ(blob->size, packed.size());
  EXPECT_EQ(blob->unpacked, plain.size());
  EXPECT_EQ(plain.size() % 512, 0);
}

TEST(LayerWriterTest, WhenAndByWhomFilesWereMadeDoesNotMatter) {
  const TestFolder folder;
  const fs::path file = folder.Write("in/file", "bytes");
  const auto write = [&](const char* name) {
    LayerTree tree;
    EXPECT_THAT(tree.AddTree("app", folder.path() / "in"), IsOk());
    return WriteLayer(tree, folder.path() / name, {})->digest;
  };
  const std::string first = write("first");
  const utimbuf times{.actime = 1, .modtime = 1};
  utime(file.c_str(), &times);
  chmod(file.c_str(), 0600);
  EXPECT_EQ(write("second"), first);
}

TEST(LayerWriterTest, NothingOfThisMachineIsInIt) {
  const TestFolder folder;
  LayerTree tree;
  tree.AddFile("file", folder.Write("in", "bytes"));
  ASSERT_THAT(WriteLayer(tree, folder.path() / "layer", {}), IsOk());
  const std::string packed = folder.Read("layer"), plain = Unpacked(folder.path() / "layer");
  EXPECT_EQ(packed.substr(3, 5), std::string(5, '\0'));  // No name, and the time 0.
  EXPECT_EQ(plain.substr(0, 4), "file");
  EXPECT_EQ(plain.substr(136, 11), "00000000000");          // The time.
  EXPECT_EQ(plain.substr(265, 64), std::string(64, '\0'));  // Names of user and group.
}

TEST(LayerWriterTest, TheTimeIsTheOneThatWasAskedFor) {
  const TestFolder folder;
  LayerTree tree;
  tree.AddText("file", "");
  ASSERT_THAT(WriteLayer(tree, folder.path() / "layer", {.time = 8}), IsOk());
  EXPECT_EQ(Unpacked(folder.path() / "layer").substr(136, 11), "00000000010");
}

TEST(LayerWriterTest, LongNamesAndNamesInOtherScriptsAreKept) {
  const TestFolder folder;
  LayerTree tree;
  const std::string name = std::string(120, 'n') + "/駅弁" + std::string(120, 'm');
  tree.AddText(name, "x");
  ASSERT_THAT(WriteLayer(tree, folder.path() / "layer", {}), IsOk());
  EXPECT_THAT(Unpacked(folder.path() / "layer"), HasSubstr("path=" + name + "\n"));
}

TEST(LayerWriterTest, NothingIsLeftOfALayerThatFailed) {
  const TestFolder folder;
  LayerTree tree;
  tree.AddFile("file", folder.path() / "none");
  EXPECT_THAT(WriteLayer(tree, folder.path() / "layer", {}), HasCode(Code::kNotFound));
  EXPECT_FALSE(fs::exists(folder.path() / "layer"));
}

TEST(LayerWriterTest, AFileThatIsThereIsNotOverwritten) {
  const TestFolder folder;
  folder.Write("layer", "mine");
  EXPECT_THAT(WriteLayer({}, folder.path() / "layer", {}), HasCode(Code::kFailedPrecondition));
  EXPECT_EQ(folder.Read("layer"), "mine");
}

}  // namespace
}  // namespace ekiben::image
