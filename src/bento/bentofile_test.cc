// SPDX-License-Identifier: Apache-2.0
#include "bento/bentofile.h"

#include <gtest/gtest.h>

#include "base/status_matchers.h"

namespace ekiben::bento {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Result<BuildOptions> Parse(const std::string& text) {
  Document document{.name = "bentofile.yaml", .text = text};
  document.root = store::ReadYaml(text).value();
  return ParseBentofile(document);
}

std::string MessageOf(const std::string& text) {
  const auto options = Parse(text);
  return options ? "" : options.error().message();
}

TEST(BentofileTest, HasTheWholeSchemaOfBentoml) {
  const auto options = Parse(R"(
service: "service:svc"
name: flowers
description: "file: ./README.md"
labels: {owner: team, stage: 1}
include: ["*.py"]
exclude: ["tests/"]
python:
  packages: [scikit-learn, "numpy>=1.26"]
  lock_packages: false
  index_url: "https://index.example/simple"
  find_links: ./wheels
  extra_index_url: ["https://other.example/simple"]
  trusted_host: [index.example]
  no_index: false
  pip_args: "--pre"
  wheels: [./w.whl]
  pack_git_packages: true
docker:
  distro: debian
  python_version: 3.10
  system_packages: [ffmpeg, "libgomp1=12.2.0-14"]
  setup_script: ./setup.sh
  env: ["A=1=2"]
conda: {channels: [conda-forge], dependencies: [python], pip: [scikit-learn]}
models: ["iris_clf:latest", {tag: x, filter: "label:stage=prod", alias: y}]
envs: [{name: TOKEN}, {name: MODE, value: fast, stage: runtime}]
args: {size: 3}
)");
  ASSERT_THAT(options, IsOk());
  EXPECT_EQ(options->service, "service:svc");
  EXPECT_EQ(options->labels.at("stage"), "1");
  EXPECT_THAT(options->python.packages, ElementsAre("scikit-learn", "numpy>=1.26"));
  EXPECT_EQ(options->python.lock_packages, false);
  EXPECT_THAT(options->python.find_links, ElementsAre("./wheels"));
  EXPECT_EQ(options->docker.python_version, "3.10");  // As it was written: not 3.1.
  ASSERT_EQ(options->envs.size(), 3);
  EXPECT_EQ(options->envs[0].name, "A");
  EXPECT_EQ(options->envs[0].value, "1=2");
  EXPECT_FALSE(options->envs[1].value);
  EXPECT_EQ(options->models[1].alias, "y");
}

TEST(BentofileTest, WhatBentomlCallsAnImageSinceItsVersion14IsReadToo) {
  const auto options = Parse(
      "service: s:S\nimage: {python_version: '3.12', python_packages: [torch], "
      "system_packages: [git], requirements_file: r.txt, commands: [echo hi], "
      "lock_python_packages: false}");
  ASSERT_THAT(options, IsOk());
  EXPECT_EQ(options->docker.python_version, "3.12");
  EXPECT_THAT(options->python.packages, ElementsAre("torch"));
  EXPECT_THAT(options->docker.commands, ElementsAre("echo hi"));
  EXPECT_EQ(options->python.requirements_txt, "r.txt");
}

TEST(BentofileTest, WhatIsNoSecretStandsUnderAKeyOfOurOwn) {
  const auto options = Parse("service: a:b\nekiben:\n  allow_secrets: [tests/*.key]\n");
  ASSERT_THAT(options, IsOk());
  EXPECT_THAT(options->allow_secrets, ElementsAre("tests/*.key"));
  EXPECT_THAT(MessageOf("ekiben: {allow_secret: [a]}\n"), HasSubstr("allow_secret"));
}

TEST(BentofileTest, AnUnknownKeyIsShownWithACaretAndTheNearestOne) {
  const auto options = Parse("service: a:b\nlables:\n  owner: me\n");
  ASSERT_FALSE(options);
  EXPECT_EQ(options.error().message(),
            "bentofile.yaml:2:1: unknown key 'lables'\n"
            "  2 | lables:\n"
            "    | ^^^^^^");
  EXPECT_EQ(options.error().hint(), "did you mean 'labels'?");
}

TEST(BentofileTest, AnUnknownKeyIsFoundAtEveryLevel) {
  EXPECT_THAT(MessageOf("python:\n  package: [numpy]\n"),
              HasSubstr("bentofile.yaml:2:3: unknown key 'python.package'"));
  EXPECT_THAT(MessageOf("docker: {distribution: debian}\n"), HasSubstr(":1:10: unknown key"));
  EXPECT_THAT(MessageOf("envs: [{nme: A}]\n"), HasSubstr("unknown key 'envs.nme'"));
}

TEST(BentofileTest, AWrongTypeIsShownWhereItStands) {
  EXPECT_EQ(MessageOf("service: a:b\npython:\n  packages: {numpy: 1}\n"),
            "bentofile.yaml:3:13: python.packages: expected a list, got a map\n"
            "  3 |   packages: {numpy: 1}\n"
            "    |             ^");
  EXPECT_THAT(MessageOf("python: {lock_packages: maybe}\n"),
              HasSubstr("python.lock_packages: expected true or false, got 'maybe'"));
  EXPECT_THAT(MessageOf("labels: [a]\n"), HasSubstr("labels: expected keys and values"));
  EXPECT_THAT(MessageOf("- a\n"), HasSubstr("expected keys and values, got a list"));
  EXPECT_THAT(MessageOf("args: [a]\n"), HasSubstr("args: expected keys and values"));
}

TEST(BentofileTest, WhatADockerfileWouldTakeForMoreThanOneWordIsRefused) {
  EXPECT_THAT(MessageOf("docker: {system_packages: [\"curl; rm -rf /\"]}"),
              HasSubstr("expected the name of a package, got 'curl; rm -rf /'"));
  EXPECT_THAT(MessageOf("docker: {system_packages: [\"a\\nRUN b\"]}"),
              HasSubstr("name of a package"));
  EXPECT_THAT(MessageOf("docker: {base_image: \"a\\nRUN b\"}"), HasSubstr("an image's name"));
  EXPECT_THAT(MessageOf("docker: {base_image: \"a$(b)\"}"), HasSubstr("an image's name"));
  EXPECT_THAT(MessageOf("docker: {env: {\"A B\": c}}"),
              HasSubstr("'A B' is no name of a variable"));
  EXPECT_THAT(MessageOf("docker: {env: {A: \"b\\nRUN c\"}}"), HasSubstr("more than one line"));
  EXPECT_THAT(MessageOf("envs: [{name: \"A;b\"}]"), HasSubstr("no name of a variable"));
  EXPECT_THAT(MessageOf("docker: {distro: \"debian\\nRUN b\"}"), HasSubstr("expected one of"));
  for (const char* const path : {"./libs/foo", "-e .", "/src/foo", "--editable=../foo"}) {
    EXPECT_THAT(MessageOf(std::string("python: {packages: ['") + path + "']}"),
                HasSubstr("expected a requirement, got the path"));
  }
  EXPECT_EQ(MessageOf("python: {packages: ['-e git+https://example.org/a.git', 'numpy']}"), "");
  for (const char* const version : {"3.1", "3", "2.7", "3.9", "3.x", "3.11.", "3.11-slim"}) {
    EXPECT_THAT(MessageOf(std::string("docker: {python_version: '") + version + "'}"),
                HasSubstr("expected a version of Python that is 3.10 or newer"));
  }
  EXPECT_THAT(MessageOf("docker: {python_version: \"3.11\\nRUN b\"}"), HasSubstr("a version"));
  EXPECT_THAT(MessageOf("docker: {cuda_version: \"12; b\"}"), HasSubstr("a version"));
  EXPECT_THAT(MessageOf("docker: {setup_script: \"../a.sh\"}"), HasSubstr("is outside"));
  EXPECT_THAT(MessageOf("image: {base_image: \"a\\nRUN b\"}"), HasSubstr("an image's name"));
  EXPECT_THAT(MessageOf("image: {system_packages: [\"a && b\"]}"), HasSubstr("of a package"));
  EXPECT_THAT(MessageOf("image: {commands: [\"a\\nUSER root\"]}"), HasSubstr("in one line"));
  EXPECT_THAT(MessageOf("conda: {channels: [\"a\\nb\"]}"), HasSubstr("one line"));
  EXPECT_THAT(MessageOf("python: {wheels: [\"../w.whl\"]}"), HasSubstr("inside of the folder"));
  EXPECT_THAT(MessageOf("python: {trusted_host: [\"a b\"]}"), HasSubstr("a host"));
  EXPECT_THAT(MessageOf("python: {packages: [\"a\\nb\"]}"), HasSubstr("in one line"));
  EXPECT_THAT(MessageOf("python: {pip_args: \"x; y\"}"), HasSubstr("options of pip"));
}

TEST(BentofileTest, FilesOutsideOfTheFolderAreRefused) {
  EXPECT_THAT(MessageOf("include: [\"../other/*.py\"]"), HasSubstr("'../other/*.py' is outside"));
  EXPECT_THAT(MessageOf("include: [\"a/../../b\"]"), HasSubstr("is outside"));
  EXPECT_THAT(MessageOf("python: {requirements_txt: ../r.txt}"), HasSubstr("is outside"));
  EXPECT_THAT(Parse("include: [\"/a/../b.py\"]"), IsOk());
}

TEST(BentofileTest, APasswordInAUrlIsRefused) {
  const std::string message =
      MessageOf("python:\n  index_url: \"https://me:secret@index.example/simple\"\n");
  EXPECT_THAT(message, HasSubstr("python.index_url: has a password in it"));
}

}  // namespace
}  // namespace ekiben::bento
