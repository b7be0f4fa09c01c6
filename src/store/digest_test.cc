// SPDX-License-Identifier: Apache-2.0
#include "store/digest.h"

#include <sys/stat.h>

#include <fstream>

#include "base/sha256.h"
#include "base/status_matchers.h"
#include "store/store_testing.h"

namespace ekiben::store {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr std::string_view kYaml =
    "service: service:svc\nname: iris\nversion: v1\ncreation_time: '2026-11-22T14:03:08+00:00'\n"
    "labels: {version: a}\nekiben: {format: 1, kind: python}\n";

class DigestTest : public StoreTest {
 protected:
  DigestTest() : folder_(store_.home()) {
    Write("src/service.py", "svc = 1\n");
    Write("src-b", "");
  }

  void Write(const std::string& file, std::string_view text) const {
    fs::create_directories((folder_ / file).parent_path());
    std::ofstream(folder_ / file) << text;
  }
  std::string Digest(std::string_view yaml = kYaml) const {
    return TreeDigest(folder_, yaml).value();
  }

  const fs::path folder_;
};

TEST_F(DigestTest, IsOverOneLineForEachFileSortedByPath) {
  using namespace std::string_literals;
  const std::string yaml =
      "service: service:svc\nname: iris\nlabels: {version: a}\n"
      "ekiben: {format: 1, kind: python}\n";
  const std::string lines = "src-b\0-\0"s + "0\0"s + Sha256Of("") + "\n" + "src/service.py\0-\0"s +
                            "8\0"s + Sha256Of("svc = 1\n") + "\n" + "bento.yaml\0-\0"s +
                            std::to_string(yaml.size()) + "\0"s + Sha256Of(yaml) + "\n";
  EXPECT_EQ(Digest(), ekiben::DigestOf(lines));
}

TEST_F(DigestTest, TimesVersionAndTheDigestItselfDoNotCount) {
  const std::string before = Digest();
  fs::last_write_time(folder_ / "src-b", fs::file_time_type::clock::now() - std::chrono::hours(9));
  EXPECT_EQ(Digest(), before);
  EXPECT_EQ(Digest("service: service:svc\nname: iris\nversion: v2\n"
                   "creation_time: '2027-01-01T00:00:00+00:00'\nlabels: {version: a}\n"
                   "ekiben: {format: 1, kind: python, digest: \"" +
                   before + "\"}\n"),
            before);
}

TEST_F(DigestTest, ADigestOnALineOfItsOwnDoesNotCountEither) {
  EXPECT_EQ(Digest("name: iris\nekiben:\n  format: 1\n  digest: sha256:ab\n  kind: python\n"),
            Digest("name: iris\nekiben:\n  format: 1\n  kind: python\n"));
  EXPECT_NE(Digest("name: iris\nlabels:\n  digest: a\n"), Digest("name: iris\nlabels: {}\n"));
}

TEST_F(DigestTest, EverythingElseCounts) {
  const std::string before = Digest();
  EXPECT_NE(Digest("name: iris\n"), before);
  chmod((folder_ / "src-b").c_str(), 0755);
  EXPECT_NE(Digest(), before);
  chmod((folder_ / "src-b").c_str(), 0644);
  EXPECT_EQ(Digest(), before);
  Write("src/service.py", "svc = 2\n");
  EXPECT_NE(Digest(), before);
  Write("src/service.py", "svc = 1\n");
  Write("src/numpy.py", "");
  EXPECT_NE(Digest(), before);
}

TEST_F(DigestTest, TheFileBentoYamlIsNotLookedAt) {
  const std::string before = Digest();
  Write("bento.yaml", "anything");
  EXPECT_EQ(Digest(), before);
}

TEST_F(DigestTest, LinksAndPipesAreNamed) {
  fs::create_symlink("/etc/passwd", folder_ / "src" / "link");
  EXPECT_THAT(TreeDigest(folder_, kYaml), HasMessage("'src/link' is neither a file nor a folder"));
  fs::remove(folder_ / "src" / "link");
  ASSERT_EQ(mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(TreeDigest(folder_, kYaml), HasMessage(HasSubstr("'pipe' is neither")));
}

}  // namespace
}  // namespace ekiben::store
