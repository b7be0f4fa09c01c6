// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include "base/status_matchers.h"
#include "codec/json.h"

namespace ekiben::codec {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TensorSpec Spec(std::string name, DataType type, Shape shape) {
  return {.name = std::move(name), .type = type, .shape = shape};
}

const TensorSpec kIris = Spec("x", DataType::kFloat32, {-1, 4});
const TensorSpec kAny = {.name = "x", .type = DataType::kFloat64, .shape = {}, .any_rank = true};
const TensorSpec kWithMissing = {
    .name = "x", .type = DataType::kFloat64, .shape = {-1, 2}, .missing = true};
const std::vector<TensorSpec> kTable = {Spec("age", DataType::kInt64, {-1, 1}),
                                        Spec("job", DataType::kString, {-1, 1})};
const std::vector<TensorSpec> kText = {Spec("input_ids", DataType::kInt64, {-1, -1}),
                                       Spec("attention_mask", DataType::kInt64, {-1, -1})};

TensorSpec Vector(DataType type) { return Spec("x", type, {-1}); }

// The one input. The test ends where the body is refused.
Tensor DecodeOne(std::string_view body, const TensorSpec& spec) {
  auto tensors = DecodeJson(body, {&spec, 1});
  if (!tensors) {
    ADD_FAILURE() << body << ": " << tensors.error().message();
    return {};
  }
  return std::move(tensors->front());
}

Status Refusal(std::string_view body, std::span<const TensorSpec> specs) {
  const auto tensors = DecodeJson(body, specs);
  EXPECT_THAT(tensors, HasCode(Code::kInvalidArgument)) << body;
  return tensors ? Status() : tensors.error();
}

std::string Message(std::string_view body, const TensorSpec& spec) {
  return Refusal(body, {&spec, 1}).message();
}

std::string Field(std::string_view body, const TensorSpec& spec) {
  return Refusal(body, {&spec, 1}).field();
}

std::vector<std::string_view> Strings(const Tensor& tensor) {
  std::vector<std::string_view> strings;
  for (size_t i = 0; i < tensor.elements(); ++i) strings.push_back(tensor.StringAt(i));
  return strings;
}

TEST(DecodeJsonTest, ANestedListIsTheOneInput) {
  const Tensor tensor = DecodeOne(" [[5.9, 3, 5.1, 1.8],\n [1, 2, 3, -4e0]] ", kIris);
  EXPECT_EQ(tensor.type(), DataType::kFloat32);
  EXPECT_EQ(tensor.shape(), Shape({2, 4}));
  EXPECT_THAT(tensor.As<float>(), ElementsAre(5.9f, 3, 5.1f, 1.8f, 1, 2, 3, -4));
}

TEST(DecodeJsonTest, TheOneInputMayHaveAKey) {
  EXPECT_EQ(DecodeOne(R"({"input": [[1, 2, 3, 4]]})", kIris).shape(), Shape({1, 4}));
  EXPECT_EQ(DecodeOne(R"({"x": [[1, 2, 3, 4]]})", kIris).shape(), Shape({1, 4}));
  EXPECT_EQ(DecodeOne(R"({"input": {"x": [[1, 2, 3, 4]]}})", kIris).shape(), Shape({1, 4}));
  EXPECT_EQ(DecodeOne(R"({"\u0078": [[1, 2, 3, 4]]})", kIris).shape(), Shape({1, 4}));
}

TEST(DecodeJsonTest, SeveralInputsComeInTheOrderOfTheSpecs) {
  for (const std::string_view body :
       {R"({"attention_mask": [[1, 0]], "input_ids": [[101, 102], [7, 8]]})",
        R"({"input": {"input_ids": [[101, 102], [7, 8]], "attention_mask": [[1, 0]]}})"}) {
    const auto tensors = DecodeJson(body, kText);
    ASSERT_THAT(tensors, IsOk());
    EXPECT_THAT((*tensors)[0].As<int64_t>(), ElementsAre(101, 102, 7, 8));
    EXPECT_THAT((*tensors)[1].As<int64_t>(), ElementsAre(1, 0));
  }
}

TEST(DecodeJsonTest, AnInputMayBeCalledInput) {
  const TensorSpec specs[] = {Spec("input", DataType::kInt8, {-1}),
                              Spec("mask", DataType::kBool, {-1})};
  const auto tensors = DecodeJson(R"({"input": [1, 2], "mask": [true, 0]})", specs);
  ASSERT_THAT(tensors, IsOk());
  EXPECT_THAT((*tensors)[0].As<int8_t>(), ElementsAre(1, 2));
  EXPECT_THAT((*tensors)[1].As<bool>(), ElementsAre(true, false));
}

TEST(DecodeJsonTest, ATableIsRecordsOrColumns) {
  for (const std::string_view body :
       {R"([{"age": 39, "job": "x"}, {"job": "y", "age": 40}])",
        R"({"input": [{"age": 39, "job": "x"}, {"age": 40, "job": "y"}]})",
        R"({"age": [39, 40], "job": ["x", "y"]})",
        R"({"input": {"job": [["x"], ["y"]], "age": [[39], [40]]}})"}) {
    const auto tensors = DecodeJson(body, kTable);
    ASSERT_THAT(tensors, IsOk()) << body;
    EXPECT_EQ((*tensors)[0].shape(), Shape({2, 1}));
    EXPECT_THAT((*tensors)[0].As<int64_t>(), ElementsAre(39, 40));
    EXPECT_EQ((*tensors)[1].shape(), Shape({2, 1}));
    EXPECT_THAT(Strings((*tensors)[1]), ElementsAre("x", "y"));
  }
}

TEST(DecodeJsonTest, ColumnsThatNobodyReadsArePassedOver) {
  const std::string unused[] = {"id", "note"};
  for (
      const std::string_view body :
      {R"([{"id": 7, "age": 39, "job": "x"}, {"job": "y", "age": 40, "note": "\u00e9\n"}])",
       R"([{"age": 39, "id": NaN, "job": "x", "note": null}, {"id": true, "age": 40, "job": "y"}])",
       R"({"id": [[1, {"age": [2]}], {}], "age": [39, 40], "note": [], "job": ["x", "y"]})",
       R"({"input": [{"note": {"input": []}, "age": 39, "job": "x"}, {"age": 40, "job": "y"}]})"}) {
    const auto tensors = DecodeJson(body, kTable, {}, unused);
    ASSERT_THAT(tensors, IsOk()) << body;
    EXPECT_THAT((*tensors)[0].As<int64_t>(), ElementsAre(39, 40)) << body;
    EXPECT_THAT(Strings((*tensors)[1]), ElementsAre("x", "y")) << body;
  }
  const auto lone = DecodeJson(R"([{"id": [], "age": 3}])", std::span(kTable).first(1), {}, unused);
  ASSERT_THAT(lone, IsOk());
  const auto typo = DecodeJson(R"([{"notes": 1, "age": 39, "job": "x"}])", kTable, {}, unused);
  EXPECT_THAT(typo, HasMessage(HasSubstr("unknown key 'notes'")));
  EXPECT_EQ(typo.error().hint(), "did you mean 'note'?");
  EXPECT_THAT(DecodeJson(R"([{"id": {"a": 1, "age": 39, "job": "x"}])", kTable, {}, unused),
              HasCode(Code::kInvalidArgument));
}

TEST(DecodeJsonTest, ATableOfOneColumnTakesEveryForm) {
  const TensorSpec column = Spec("age", DataType::kFloat64, {-1, 1});
  for (const std::string_view body :
       {"[[39], [40]]", "[39, 40]", R"([{"age": 39}, {"age": 40}])", R"({"age": [39, 40]})",
        R"({"input": [{"age": 39}, {"age": 40}]})"}) {
    const Tensor tensor = DecodeOne(body, column);
    EXPECT_EQ(tensor.shape(), Shape({2, 1})) << body;
    EXPECT_THAT(tensor.As<double>(), ElementsAre(39, 40)) << body;
  }
}

TEST(DecodeJsonTest, AnyRankTakesEveryShape) {
  EXPECT_EQ(DecodeOne("7", kAny).shape(), Shape());
  EXPECT_EQ(DecodeOne("[[[[7]]]]", kAny).shape(), Shape({1, 1, 1, 1}));
  EXPECT_EQ(DecodeOne(R"({"input": 7})", kAny).shape(), Shape());
}

TEST(DecodeJsonTest, IntegersTakeWholeNumbersInTheirRange) {
  EXPECT_THAT(DecodeOne("[3.0, 3e0, -0, 30e-1]", Vector(DataType::kInt64)).As<int64_t>(),
              ElementsAre(3, 3, 0, 3));
  EXPECT_THAT(DecodeOne("[9223372036854775807, -9223372036854775808]", Vector(DataType::kInt64))
                  .As<int64_t>(),
              ElementsAre(INT64_MAX, INT64_MIN));
  EXPECT_THAT(DecodeOne("[18446744073709551615, 0]", Vector(DataType::kUint64)).As<uint64_t>(),
              ElementsAre(UINT64_MAX, 0));
  EXPECT_THAT(DecodeOne("[-128, 127]", Vector(DataType::kInt8)).As<int8_t>(),
              ElementsAre(-128, 127));
}

TEST(DecodeJsonTest, WhatIsNoIntegerOfTheTypeIsRefused) {
  const TensorSpec rows = Spec("x", DataType::kInt64, {-1, 3});
  EXPECT_EQ(Message("[[1, 2, 1.5]]", rows), "row 0, column 2: expected int64, got 1.5");
  EXPECT_EQ(Field("[[1, 2, 1.5]]", rows), "/0/2");
  EXPECT_EQ(Message("[300]", Vector(DataType::kUint8)), "row 0: 300 is out of range of uint8");
  EXPECT_EQ(Message("[1, -1]", Vector(DataType::kUint8)), "row 1: -1 is out of range of uint8");
  EXPECT_EQ(Message("[18446744073709551615]", Vector(DataType::kInt64)),
            "row 0: 18446744073709551615 is out of range of int64");
  EXPECT_EQ(Message("[18446744073709551616]", Vector(DataType::kUint64)),
            "row 0: 18446744073709551616 is out of range of uint64");
  EXPECT_EQ(Message("[1e300]", Vector(DataType::kInt64)), "row 0: expected int64, got 1e300");
  EXPECT_EQ(Message("[9007199254740993.0]", Vector(DataType::kInt64)),
            "row 0: expected int64, got 9007199254740993.0");
}

TEST(DecodeJsonTest, BooleansTakeZeroAndOne) {
  EXPECT_THAT(DecodeOne("[true, false, 1, 0]", Vector(DataType::kBool)).As<bool>(),
              ElementsAre(true, false, true, false));
  EXPECT_EQ(Message("[2]", Vector(DataType::kBool)), "row 0: expected bool, got 2");
  EXPECT_EQ(Message("[1.0]", Vector(DataType::kBool)), "row 0: expected bool, got 1.0");
}

TEST(DecodeJsonTest, TextAndNumbersAreNotMixed) {
  EXPECT_EQ(Message(R"([["a", 1, 1, 1]])", kIris), "row 0, column 0: expected float32, got \"a\"");
  EXPECT_EQ(Message(R"([[1, true, 1, 1]])", kIris), "row 0, column 1: expected float32, got true");
  EXPECT_EQ(Message(R"([[1, {}, 1, 1]])", kIris),
            "row 0, column 1: expected float32, got an object");
  for (const std::string_view value : {"1", "1.5", "true", "null", "NaN"}) {
    EXPECT_EQ(
        Message(std::string("[\"a\", ") + std::string(value) + "]", Vector(DataType::kString)),
        "row 1: expected string, got " + std::string(value));
  }
  const std::string longer(100, 'a');
  EXPECT_LT(Message("[\"" + longer + "\"]", Vector(DataType::kInt8)).size(), 100);
}

TEST(DecodeJsonTest, StringsMayHaveEscapes) {
  const Tensor tensor = DecodeOne(R"(["", "a\"\u00e9\n", "\ud83c\udf71 bento, [x]", "é"])",
                                  Vector(DataType::kString));
  EXPECT_THAT(Strings(tensor), ElementsAre("", "a\"é\n", "🍱 bento, [x]", "é"));
  const std::string text = std::string(9000, 'x') + "\n" + std::string(9000, 'y');
  const std::string body = "[\"" + std::string(9000, 'x') + "\\n" + std::string(9000, 'y') + "\"]";
  EXPECT_EQ(DecodeOne(body, Vector(DataType::kString)).StringAt(0), text);
}

TEST(DecodeJsonTest, MissingValuesNeedLeave) {
  EXPECT_EQ(Message("[[1, null, 2, 3]]", kIris), "row 0, column 1: expected float32, got null");
  EXPECT_EQ(Message("[[1, NaN, 2, 3]]", kIris), "row 0, column 1: expected float32, got NaN");
  EXPECT_EQ(Field("[[1, NaN, 2, 3]]", kIris), "/0/1");
  EXPECT_EQ(Refusal("[[1, null, 2, 3]]", {&kIris, 1}).hint(),
            "this input allows no missing values");
  const Tensor tensor = DecodeOne("[[null, NaN], [ NaN ,0]]", kWithMissing);
  EXPECT_TRUE(std::isnan(tensor.As<double>()[0]) && std::isnan(tensor.As<double>()[1]));
  EXPECT_TRUE(std::isnan(tensor.As<double>()[2]));
  EXPECT_EQ(tensor.As<double>()[3], 0);
}

TEST(DecodeJsonTest, NaNIsReadAsAWordOfItsOwn) {
  for (const std::string_view body :
       {"[[1NaN, 2]]", "[[NaN1, 2]]", "[[NaNNaN, 2]]", "[[-NaN, 2]]", "[[NaN 2]]", "[[1 NaN]]",
        "{NaN: 1}", "[[NaN, 2]]NaN", "[[Na, 2]]", "[[nan, 2]]"}) {
    EXPECT_THAT(DecodeJson(body, {&kWithMissing, 1}), HasCode(Code::kInvalidArgument)) << body;
  }
  EXPECT_EQ(Message("[[NaN, 2], [3 4]]", kWithMissing), "invalid JSON at byte 14: syntax error");
  EXPECT_EQ(Message("[[NaN, 2], [3, \"\\\"NaN\"]]", kWithMissing),
            "row 1, column 1: expected float64, got \"\"NaN\"");
}

TEST(DecodeJsonTest, AMissingValueIsNamedWhereAnotherInputAllowsIt) {
  const TensorSpec specs[] = {
      {.name = "a", .type = DataType::kFloat32, .shape = {-1}, .missing = true},
      {.name = "b", .type = DataType::kFloat32, .shape = {-1}}};
  const Status status = Refusal(R"({"a": [NaN], "b": [0, NaN]})", specs);
  EXPECT_EQ(status.message(), "'b', row 1: expected float32, got NaN");
  EXPECT_EQ(status.field(), "/b/1");
}

TEST(DecodeJsonTest, InfinityIsNeverAValue) {
  EXPECT_EQ(Message("[[1, Infinity]]", kWithMissing),
            "row 0, column 1: expected float64, got Infinity");
  EXPECT_EQ(Message("[[NaN, -Infinity]]", kWithMissing),
            "row 0, column 1: expected float64, got Infinity");
  EXPECT_EQ(Message("[[1e999, 2]]", kWithMissing),
            "row 0, column 0: 1e999 is out of range of float64");
  EXPECT_EQ(Message("[[1, 2, 3, -1e39]]", kIris),
            "row 0, column 3: -1e39 is out of range of float32");
  EXPECT_EQ(Message("[65520]", Vector(DataType::kFloat16)),
            "row 0: 65520 is out of range of float16");
}

TEST(DecodeJsonTest, RaggedListsAreNamedByRow) {
  EXPECT_EQ(Message("[[1, 2, 3, 4], [1, 2, 3]]", kIris), "row 1 has 3 values, row 0 has 4");
  EXPECT_EQ(Field("[[1, 2, 3, 4], [1, 2, 3]]", kIris), "/1");
  EXPECT_EQ(Field(R"({"input": [[1, 2, 3, 4], [1, 2, 3]]})", kIris), "/input/1");
  EXPECT_EQ(Message("[[1, 2, 3, 4], []]", kIris), "row 1 has 0 values, row 0 has 4");
  EXPECT_EQ(Message("[[1, 2, 3, 4], 5]", kIris),
            "row 1: expected a list like those before it, got a value");
  EXPECT_EQ(Message("[1, [2]]", kIris), "row 1: expected a value like those before it, got a list");
  EXPECT_EQ(Message("[[[1, 2], [3, 4]], [[1], [3, 4]]]", kAny),
            "list [1, 0] has 1 value, list [0, 0] has 2");
  const Status status = Refusal(R"({"input_ids": [[1], [1, 2]], "attention_mask": [[1]]})", kText);
  EXPECT_EQ(status.message(), "'input_ids': row 1 has 2 values, row 0 has 1");
  EXPECT_EQ(status.field(), "/input_ids/1");
}

TEST(DecodeJsonTest, AWrongShapeIsRefused) {
  EXPECT_EQ(Message("[[1, 2, 3]]", kIris), "expected shape [-1, 4], got [1, 3]");
  EXPECT_EQ(Refusal("[1, 2, 3, 4]", {&kIris, 1}).message(), "expected shape [-1, 4], got [4]");
  EXPECT_EQ(Refusal("[1, 2, 3, 4]", {&kIris, 1}).hint(),
            "wrap the row in another pair of brackets");
  EXPECT_EQ(Refusal(R"({"age": 39, "job": "x"})", kTable).hint(),
            "wrap the row in another pair of brackets");
  EXPECT_EQ(Field(R"({"x": [[1, 2, 3]]})", kIris), "/x");
  const Status status = Refusal(R"({"input_ids": [1, 2], "attention_mask": [[1]]})", kText);
  EXPECT_EQ(status.message(), "'input_ids': expected shape [-1, -1], got [2]");
  EXPECT_EQ(status.field(), "/input_ids");
}

TEST(DecodeJsonTest, AnEmptyBatchIsRefused) {
  EXPECT_EQ(Message("[]", kIris), "expected shape [-1, 4], got [0]");
  EXPECT_EQ(Refusal("[]", {&kIris, 1}).hint(), "send one row or more");
  EXPECT_EQ(Message("[[]]", kIris), "expected shape [-1, 4], got [1, 0]");
  EXPECT_EQ(Message("[[]]", kAny), "expected values, got the empty shape [1, 0]");
  EXPECT_EQ(Message("[]", Vector(DataType::kFloat32)), "expected values, got the empty shape [0]");
  EXPECT_EQ(Refusal("[]", kTable).message(), "'age': expected values, got the empty shape [0, 1]");
}

TEST(DecodeJsonTest, KeysAreCheckedByName) {
  const Status unknown = Refusal(R"({"input_idz": [[1]]})", kText);
  EXPECT_EQ(unknown.message(),
            "unknown key 'input_idz': expected the keys 'input_ids', 'attention_mask'");
  EXPECT_EQ(unknown.hint(), "did you mean 'input_ids'?");
  EXPECT_EQ(unknown.field(), "/input_idz");
  EXPECT_EQ(Message(R"({"y": 1})", kIris), "unknown key 'y': expected the key 'input' or 'x'");
  EXPECT_EQ(Message(R"({"input": {"input": 1}})", kIris),
            "unknown key 'input': expected the key 'x'");
  EXPECT_EQ(Message(R"({"input": [[1, 2, 3, 4]], "x": 1})", kIris),
            "unknown key 'x' beside 'input'");
  EXPECT_EQ(Field(R"({"input": [[1, 2, 3, 4]], "x": 1})", kIris), "/x");
  EXPECT_EQ(Refusal(R"({"input_ids": [[1]]})", kText).message(),
            "the input 'attention_mask' is missing");
  EXPECT_EQ(Message("{}", kIris), "the input 'x' is missing");
  const Status twice = Refusal(R"({"input_ids": [[1]], "input_ids": [[1]]})", kText);
  EXPECT_EQ(twice.message(), "the key 'input_ids' is given twice");
  EXPECT_EQ(Field(R"({"a/b~c": 1})", kIris), "/a~1b~0c");
}

TEST(DecodeJsonTest, RecordsAreCheckedByNameToo) {
  const Status missing = Refusal(R"([{"age": 1, "job": "a"}, {"age": 2}])", kTable);
  EXPECT_EQ(missing.message(), "record 1 has no 'job'");
  EXPECT_EQ(missing.field(), "/1");
  const Status unknown = Refusal(R"({"input": [{"age": 1, "jobs": "a"}]})", kTable);
  EXPECT_EQ(unknown.message(), "unknown key 'jobs': expected the keys 'age', 'job'");
  EXPECT_EQ(unknown.hint(), "did you mean 'job'?");
  EXPECT_EQ(unknown.field(), "/input/0/jobs");
  EXPECT_EQ(Refusal(R"([{"age": 1, "age": 2, "job": "a"}])", kTable).message(),
            "the key 'age' is given twice");
  const Status type = Refusal(R"([{"age": 1, "job": "a"}, {"age": "old", "job": "b"}])", kTable);
  EXPECT_EQ(type.message(), "record 1, 'age': expected int64, got \"old\"");
  EXPECT_EQ(type.field(), "/1/age");
  EXPECT_EQ(Refusal(R"([{"age": 1, "job": "a"}, [1, "a"]])", kTable).message(),
            "record 1: expected an object with the keys 'age', 'job', got a list");
  EXPECT_EQ(Refusal(R"([{"age": {}, "job": "a"}])", kTable).message(),
            "record 0, 'age': expected int64, got an object");
  EXPECT_EQ(Refusal(R"({"age": [{"age": 1}], "job": ["a"]})", kTable).message(),
            "'age', row 0: expected int64, got an object");
}

TEST(DecodeJsonTest, SeveralInputsNeedAnObject) {
  for (const std::string_view body : {"[[1]]", R"({"input": [[1]]})"}) {
    EXPECT_EQ(Refusal(body, kText).message(),
              "expected an object with the keys 'input_ids', 'attention_mask', got a list");
  }
  EXPECT_EQ(Refusal("null", kText).message(),
            "expected an object with the keys 'input_ids', 'attention_mask', got null");
}

TEST(DecodeJsonTest, SyntaxIsNamedByByte) {
  EXPECT_EQ(Message("", kIris), "the body is empty, expected JSON");
  EXPECT_EQ(Message(" \n", kIris), "the body is empty, expected JSON");
  EXPECT_EQ(Message("[[1, 2", kIris), "the JSON ends too early, at byte 6");
  EXPECT_EQ(Message("[[1 2]]", kIris), "invalid JSON at byte 4: syntax error");
  EXPECT_EQ(Message("[[1, 2, 3, 4]] x", kIris), "invalid JSON at byte 15: extra data");
  EXPECT_EQ(Message("[\"\xff\"]", Vector(DataType::kString)), "invalid JSON at byte 2: not UTF-8");
  for (const std::string_view body : {"[01]", "[1.]", "[.5]", "[+1]", "[1,]", "[,]", "{\"x\" 1}",
                                      "[\"\\ud800\"]", "['a']", "[1]]", "// [1]", "[\"\t\"]"}) {
    EXPECT_THAT(Message(body, kAny), HasSubstr("byte")) << body;
  }
}

TEST(DecodeJsonTest, DeepAndHugeBodiesAreRefused) {
  const std::string deep(100'000, '[');
  EXPECT_THAT(Message(deep, kAny), HasSubstr("lists are nested more than 8 deep"));
  EXPECT_THAT(Refusal(R"({"input": )" + deep, kTable).message(), HasSubstr("expected an object"));
  const auto tensors = DecodeJson("[1, 2, 3]", {&kAny, 1}, {.max_elements = 2});
  EXPECT_THAT(tensors, HasMessage("more than 2 values"));
}

}  // namespace
}  // namespace ekiben::codec
