// SPDX-License-Identifier: Apache-2.0
#include "image/sbom.h"

#include <gmock/gmock.h>

#include "base/sha256.h"
#include "base/status_matchers.h"
#include "codec/json_document.h"
#include "image/image_testing.h"

namespace ekiben::image {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::string kDigest = "sha256:0123456789abcdef0123456789abcdef" + std::string(32, 'f');

class SbomTest : public testing::Test {
 protected:
  SbomTest() {
    plan_.files.program = folder_.Write("ekiben", "program");
    bento_ = {.name = "iris", .version = "v1", .ekiben_version = "ekiben 1.2.3"};
  }

  std::vector<Component> Components() const {
    auto components = ComponentsOf(plan_, bento_);
    EXPECT_THAT(components, IsOk());
    return components.value_or(std::vector<Component>());
  }

  // What their URLs are, of those that have one.
  std::vector<std::string> Purls() const {
    std::vector<std::string> purls;
    for (const Component& one : Components()) {
      if (!one.purl.empty()) purls.push_back(one.purl);
    }
    return purls;
  }

  const TestFolder folder_;
  ImagePlan plan_;
  BentoSource bento_;
};

TEST_F(SbomTest, TheProgramHasItsVersionAndItsHash) {
  const auto components = Components();
  ASSERT_EQ(components.size(), 1);
  EXPECT_EQ(components[0].purl, "pkg:generic/ekiben@1.2.3");
  EXPECT_EQ(components[0].sha256, Sha256Of("program"));
}

TEST_F(SbomTest, APackageIsThereOnceAndItsVersionIsEscaped) {
  const Package gpp{
      .name = "libstdc++6", .version = "1:12.2.0-14+deb12u1", .architecture = "amd64"};
  plan_.files.system = {"/lib/libstdc++.so.6", "/lib/libother.so.1"};
  plan_.packages = {{"/lib/libstdc++.so.6", gpp}, {"/lib/libother.so.1", gpp}};
  EXPECT_THAT(Purls(),
              ElementsAre("pkg:generic/ekiben@1.2.3",
                          "pkg:deb/debian/libstdc%2B%2B6@1%3A12.2.0-14%2Bdeb12u1?arch=amd64"));
}

TEST_F(SbomTest, ALibraryThatNoPackageHasIsNamedByItsFile) {
  plan_.files.own = {folder_.Write("libonnxruntime.so.1.32.0", "onnx"),
                     folder_.Write("libplain.so", "plain")};
  EXPECT_THAT(Purls(), ElementsAre("pkg:generic/ekiben@1.2.3", "pkg:generic/libonnxruntime@1.32.0",
                                   "pkg:generic/libplain"));
  EXPECT_EQ(Components()[1].sha256, Sha256Of("onnx"));
}

TEST_F(SbomTest, AModelHasTheHashOfWhatRunsItAndOnlyThen) {
  bento_.models = {{.name = "a", .version = "v1", .file = folder_.Write("a.onnx", "weights")},
                   {.name = "b", .version = "v2"}};
  const auto components = Components();
  ASSERT_EQ(components.size(), 3);
  EXPECT_EQ(components[1].type, "machine-learning-model");
  EXPECT_EQ(components[1].sha256, Sha256Of("weights"));
  EXPECT_EQ(components[2].name, "b");
  EXPECT_EQ(components[2].sha256, "");
}

TEST_F(SbomTest, AFileThatCannotBeReadEndsItWhereverItStands) {
  bento_.models = {{.name = "a", .version = "v1", .file = folder_.path() / "gone.onnx"},
                   {.name = "b", .version = "v1"}};
  EXPECT_THAT(ComponentsOf(plan_, bento_), HasMessage(HasSubstr("gone.onnx")));
  bento_.models.clear();
  plan_.files.program = folder_.path() / "gone";
  EXPECT_THAT(ComponentsOf(plan_, bento_), HasMessage(HasSubstr("gone")));
}

TEST_F(SbomTest, ThePythonOfAPackageIsNotThereTwice) {
  plan_.interpreter = folder_.Write("python3.11", "python");
  plan_.python_version = "3.11.7";
  plan_.distributions = {{.name = "scikit-learn", .version = "1.9.1+cpu"}};
  EXPECT_THAT(Purls(), ElementsAre("pkg:generic/ekiben@1.2.3", "pkg:generic/python@3.11.7",
                                   "pkg:pypi/scikit-learn@1.9.1%2Bcpu"));
  plan_.packages = {{plan_.interpreter, {.name = "python3.11", .version = "3.11.2-6"}}};
  EXPECT_THAT(Purls(), Not(testing::Contains(HasSubstr("generic/python"))));
}

TEST_F(SbomTest, TheImageBelowIsAComponentWithItsDigest) {
  plan_.base = BaseImage{.name = {"localhost:5000/team/base", "1"}, .digest = kDigest};
  const auto components = Components();
  ASSERT_EQ(components.size(), 2);
  EXPECT_EQ(components[1].type, "container");
  EXPECT_EQ(components[1].sha256, kDigest.substr(7));
  EXPECT_THAT(components[1].purl, testing::StartsWith("pkg:oci/base@sha256%3A0123"));
  EXPECT_THAT(components[1].purl, HasSubstr("?repository_url=localhost%3A5000%2Fteam%2Fbase"));
}

TEST_F(SbomTest, TheBillIsJsonWhateverNamesHave) {
  bento_.name = "a\"b\\";
  const std::vector<Component> components = {{.type = "machine-learning-model", .name = "m"},
                                             {.type = "library", .name = "l", .sha256 = "00"}};
  const auto bill = codec::JsonValue::Parse(SbomJson(bento_, components, kDigest));
  ASSERT_THAT(bill, IsOk());
  EXPECT_EQ(bill->Find("serialNumber")->text(), "urn:uuid:01234567-89ab-cdef-0123-456789abcdef");
  EXPECT_EQ(bill->Find("metadata")->Find("component")->Find("name")->text(), "a\"b\\");
  const auto& listed = bill->Find("components")->items();
  ASSERT_EQ(listed.size(), 2);
  EXPECT_NE(listed[0].Find("modelCard"), nullptr);
  EXPECT_EQ(listed[0].Find("hashes"), nullptr);
  EXPECT_EQ(listed[1].Find("modelCard"), nullptr);
  EXPECT_EQ(listed[1].Find("hashes")->items()[0].Find("content")->text(), "00");
}

TEST_F(SbomTest, TheProvenanceNamesTheImageAndOfWhatItWasMade) {
  const std::vector<Component> components = {{.type = "library", .name = "l", .sha256 = "00"}};
  const auto without = codec::JsonValue::Parse(ProvenanceJson(bento_, components, kDigest));
  ASSERT_THAT(without, IsOk());
  const auto& subject = without->Find("subject")->items()[0];
  EXPECT_EQ(subject.Find("digest")->Find("sha256")->text(), kDigest.substr(7));
  const auto dependencies = [](const codec::JsonValue& statement) {
    return statement.Find("predicate")
        ->Find("buildDefinition")
        ->Find("resolvedDependencies")
        ->items();
  };
  EXPECT_EQ(dependencies(*without).size(), 1);
  bento_.digest = "sha256:" + std::string(64, 'a');
  const auto with = codec::JsonValue::Parse(ProvenanceJson(bento_, components, kDigest));
  ASSERT_EQ(dependencies(*with).size(), 2);
  EXPECT_EQ(dependencies(*with)[0].Find("digest")->Find("sha256")->text(), std::string(64, 'a'));
}

TEST_F(SbomTest, TheSameValuesGiveTheSameBytes) {
  const auto components = Components();
  EXPECT_EQ(SbomJson(bento_, components, kDigest), SbomJson(bento_, Components(), kDigest));
  EXPECT_EQ(ProvenanceJson(bento_, components, kDigest),
            ProvenanceJson(bento_, Components(), kDigest));
}

}  // namespace
}  // namespace ekiben::image
