// SPDX-License-Identifier: Apache-2.0
#include "cli/bento_arguments.h"

#include <fstream>
#include <string>

#include "base/status_matchers.h"
#include "store/store_testing.h"
#include "store/yaml_text.h"

namespace ekiben::cli {
namespace {

using testing::HasSubstr;

store::Yaml Declared() { return store::ParseYaml("{size: 3, name: a}").value(); }

// Its home has the files.
class BentoArgumentsTest : public store::StoreTest {
 protected:
  BentoArgumentsTest() { std::filesystem::create_directories(store_.home()); }

  void Write(const std::string& text) const { std::ofstream(file_) << text; }

  const std::string file_ = (store_.home() / "args.yaml").string();
};

TEST_F(BentoArgumentsTest, WhatIsTypedIsTextAndGoesOverTheFileWhichGoesOverWhatIsDeclared) {
  Write("name: b\nlayers: [1, 2]\nnew: 1\n");
  store::Yaml arguments = Declared();
  ASSERT_TRUE(
      PutArguments({.texts = {"new=7", "empty=", "url=a=b"}, .file = file_}, arguments).ok());
  EXPECT_EQ(store::ToJson(arguments),
            R"({"size": 3, "name": "b", "layers": [1, 2], "new": "7", "empty": "", "url": "a=b"})");
}

TEST_F(BentoArgumentsTest, NothingTypedLeavesWhatIsDeclared) {
  store::Yaml none;
  ASSERT_TRUE(PutArguments({}, none).ok());
  EXPECT_EQ(none.kind, store::Yaml::Kind::kNull);
}

TEST_F(BentoArgumentsTest, AWordWithoutAKeyIsRefusedAndChangesNothing) {
  for (const char* const text : {"size", "=3", ""}) {
    store::Yaml arguments = Declared();
    const Status put = PutArguments({.texts = {"a=b", text}}, arguments);
    EXPECT_THAT(put, HasCode(Code::kInvalidArgument));
    EXPECT_THAT(put.message(), HasSubstr("expected KEY=VALUE"));
    EXPECT_EQ(arguments.members.size(), 2U);
  }
}

TEST_F(BentoArgumentsTest, AFileThatIsMissingOrHasNoKeysIsNamed) {
  store::Yaml arguments = Declared();
  EXPECT_THAT(PutArguments({.file = file_}, arguments).message(), HasSubstr(file_));
  for (const char* const text : {"[1, 2]", "just words", "a: [", "a: 1\na: 2"}) {
    Write(text);
    const Status put = PutArguments({.file = file_}, arguments);
    EXPECT_THAT(put, HasCode(Code::kInvalidArgument)) << text;
    EXPECT_THAT(put.message(), HasSubstr(file_)) << text;
  }
  EXPECT_EQ(store::ToJson(arguments), store::ToJson(Declared()));
}

}  // namespace
}  // namespace ekiben::cli
