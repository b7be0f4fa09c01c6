// SPDX-License-Identifier: Apache-2.0
#include "base/json_writer.h"

#include <gtest/gtest.h>

namespace ekiben {
namespace {

TEST(JsonWriterTest, PutsCommasWhereTheyBelong) {
  JsonWriter json;
  json.BeginObject().Member("a", "x:").Key("b").BeginArray().Int(1).Bool(true).EndArray();
  json.Key("c").BeginObject().EndObject().Key("d").Raw("[null]").EndObject();
  EXPECT_EQ(json.text(), R"({"a":"x:","b":[1,true],"c":{},"d":[null]})");
}

}  // namespace
}  // namespace ekiben
