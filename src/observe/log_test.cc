// SPDX-License-Identifier: Apache-2.0
#include "observe/log.h"

#include <cstdlib>

#include <gmock/gmock.h>

namespace ekiben::observe {
namespace {

using testing::EndsWith;
using testing::MatchesRegex;

std::string Written(LogFormat format, LogLevel level, std::initializer_list<LogField> fields) {
  char* text = nullptr;
  size_t size = 0;
  FILE* const out = open_memstream(&text, &size);
  Log(format, out).Write(level, "POST /predict", fields);
  std::fclose(out);
  const std::string line(text, size);
  std::free(text);
  return line;
}

TEST(LogTest, TextIsForPeople) {
  EXPECT_EQ(Written(LogFormat::kText, LogLevel::kInfo, {{"status", int64_t{200}}, {"ms", 1.5}}),
            "POST /predict status=200 ms=1.500\n");
}

TEST(LogTest, AJsonLineHasTimeLevelAndTypedFields) {
  EXPECT_THAT(Written(LogFormat::kJson, LogLevel::kError, {{"status", int64_t{500}}}),
              MatchesRegex(R"(\{"time":"20[0-9T:.-]+Z","level":"error","msg":"POST /predict",)"
                           R"("status":500\}.)"));
}

TEST(LogTest, NobodyForgesALine) {
  EXPECT_THAT(Written(LogFormat::kText, LogLevel::kInfo, {{"id", "a\nerror: b"}}),
              EndsWith("id=\"a\\nerror: b\"\n"));
}

}  // namespace
}  // namespace ekiben::observe
