// SPDX-License-Identifier: Apache-2.0
#include "bento/lock.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/status_matchers.h"
#include "bento/bento_testing.h"

namespace ekiben::bento {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

class LockTest : public FolderTest {
 protected:
  static std::string Words(const LockRequest& request) {
    return fmt::format("{}", fmt::join(LockArguments(request), " "));
  }
};

TEST_F(LockTest, LocksTheClosureWithHashesAndNoIndex) {
  EXPECT_EQ(Words({.python = "/py", .python_version = "3.11"}),
            "pip compile requirements.txt --output-file requirements.lock.txt --no-header --quiet "
            "--generate-hashes --python /py --python-version 3.11 --no-emit-index-url");
}

TEST_F(LockTest, AnIndexThatTheBentofileNamesIsInTheLock) {
  LockRequest request{.root = "/src"};
  request.options.index_url = "https://index.example/simple";
  request.options.find_links = {"./wheels", "https://other.example/links"};
  request.options.trusted_host = {"index.example"};
  request.options.no_index = true;
  const std::string words = Words(request);
  EXPECT_THAT(words, HasSubstr("--emit-index-url --no-index --index-url https://index.example"));
  EXPECT_THAT(words, HasSubstr("--find-links /src/./wheels --find-links https://other.example"));
  EXPECT_THAT(words, HasSubstr("--allow-insecure-host index.example"));
}

TEST_F(LockTest, WhatComesOutOfARepositoryHasNoHash) {
  EXPECT_THAT(Words({.hashes = false}), Not(HasSubstr("--generate-hashes")));
}

TEST_F(LockTest, WheelsAreLockedWithTheRestAndLeaveTheLock) {
  EXPECT_THAT(Words({.wheels = {"wheels/tiny-1.0-py3-none-any.whl"}}),
              HasSubstr("compile requirements.txt wheels.in --output-file"));
  EXPECT_EQ(WithoutWheels("numpy==2.0 \\\n    --hash=sha256:a\n    # via tiny\n"
                          "./wheels/tiny-1.0-py3-none-any.whl \\\n    --hash=sha256:b\n"
                          "    # via -r wheels.in\nsix==1.0 \\\n    --hash=sha256:c"),
            "numpy==2.0 \\\n    --hash=sha256:a\n    # via tiny\n"
            "six==1.0 \\\n    --hash=sha256:c");
  EXPECT_EQ(WithoutWheels(""), "");
}

TEST_F(LockTest, TheProgramIsFoundInPathAndItsFailureIsReported) {
  Write("bin/uv", "#!/bin/sh\n[ -e fail ] && exit 3\necho \"$@\" > requirements.lock.txt\n");
  fs::permissions(folder_ / "bin/uv", fs::perms(0755));
  const std::string before = std::getenv("PATH");
  setenv("PATH", ((folder_ / "bin").string() + ":" + before).c_str(), 1);
  EXPECT_THAT(LockPackages({.folder = folder_}), IsOk());
  EXPECT_THAT(ReadAll(folder_ / kLock), HasSubstr("pip compile requirements.txt"));
  Write("fail");
  EXPECT_THAT(LockPackages({.folder = folder_}),
              HasMessage(HasSubstr("uv ended with exit status 3")));
  setenv("PATH", (folder_ / "none").c_str(), 1);
  const Status missing = LockPackages({.folder = folder_});
  setenv("PATH", before.c_str(), 1);
  EXPECT_THAT(missing, HasCode(Code::kNotFound));
  EXPECT_THAT(missing.hint(), HasSubstr("pip install uv"));
}

}  // namespace
}  // namespace ekiben::bento
