// SPDX-License-Identifier: Apache-2.0
#include "archive/listing.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "archive/archive_testing.h"
#include "archive/pack.h"
#include "base/status_matchers.h"

namespace ekiben::archive {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using ListingTest = ArchiveTest;

TEST_F(ListingTest, AllThatIsInATarIsNamed) {
  const auto source = Folder("source");
  Write(source / "usr/bin/python3", std::string(3 << 20, 'x'));
  for (const Form form : {Form::kTar, Form::kGzip}) {
    const auto tar = folder_ / "layer";
    ASSERT_THAT(Pack(source, form, tar), IsOk());
    std::vector<std::string> names;
    const auto note = [&](const Listed& one) { names.push_back(one.is_folder ? "/" : one.name); };
    ASSERT_THAT(ListTar(tar, form, note), IsOk());
    EXPECT_THAT(names, ElementsAre("/", "/", HasSubstr("usr/bin/python3")));
  }
}

TEST_F(ListingTest, WhatIsNoTarIsSaid) {
  Write(folder_ / "layer", "not a tar");
  const Status status = ListTar(folder_ / "layer", Form::kGzip, [](const Listed&) {});
  EXPECT_THAT(status, HasCode(Code::kInvalidArgument));
  EXPECT_THAT(status.message(), HasSubstr("is no tar.gz archive that can be read"));
  EXPECT_THAT(ListTar(folder_ / "none", Form::kGzip, [](const Listed&) {}),
              HasCode(Code::kNotFound));
}

}  // namespace
}  // namespace ekiben::archive
