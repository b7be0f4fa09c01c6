// SPDX-License-Identifier: Apache-2.0
#include "routes/value_codec.h"

#include <algorithm>

#include "base/status_matchers.h"
#include "codec/multipart.h"
#include "codec/npy.h"

namespace ekiben::routes {
namespace {

using service::IoDescriptor;
using service::ValueKind;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const IoDescriptor kImage{
    .name = "Image", .kind = ValueKind::kBlob, .media_types = {"image/jpeg", "image/png"}};
const IoDescriptor kJson{.name = "JSON", .kind = ValueKind::kJson};
const IoDescriptor kText{.name = "Text", .kind = ValueKind::kText};
const IoDescriptor kArray{.name = "NumpyNdarray", .kind = ValueKind::kTensor};
const IoDescriptor kForm{
    .name = "Multipart", .kind = ValueKind::kParts, .parts = {{"image", kImage}, {"row", kArray}}};

IoDescriptor Array(DataType type, Shape shape, bool enforce) {
  return {.name = "NumpyNdarray",
          .kind = ValueKind::kTensor,
          .dtype = type,
          .shape = shape,
          .enforce_dtype = enforce,
          .enforce_shape = enforce};
}

Result<Value> Decode(const IoDescriptor& descriptor, std::string body,
                     std::string_view content_type = "") {
  http::Request request;
  request.path = "/api";
  request.body = std::move(body);
  if (!content_type.empty()) request.AddHeader("Content-Type", content_type);
  return DecodeValue(request, descriptor);
}

template <typename T>
T Decoded(const IoDescriptor& descriptor, std::string body, std::string_view content_type = "") {
  Result<Value> value = Decode(descriptor, std::move(body), content_type);
  EXPECT_THAT(value, IsOk());
  if (!value || value->If<T>() == nullptr) return {};
  return std::move(*value->If<T>());
}

std::string Form(std::vector<codec::FormPart> parts) {
  std::string body;
  for (const codec::FormPart& part : parts) codec::AppendMultipart(part, "q", body);
  codec::FinishMultipart("q", body);
  return body;
}

constexpr std::string_view kFormType = "multipart/form-data; boundary=q";

Tensor Row() {
  const std::vector<float> values = {1, 2.5};
  return Tensor::Of<float>(DataType::kFloat32, {1, 2}, values);
}

http::Response Encoded(Value value, const IoDescriptor& descriptor, std::string_view accept = "") {
  http::Response response;
  EXPECT_THAT(EncodeValue(std::move(value), descriptor, response, accept), IsOk());
  return response;
}

Status EncodeError(Value value, const IoDescriptor& descriptor) {
  http::Response response;
  return EncodeValue(std::move(value), descriptor, response);
}

TEST(DecodeValueTest, AnArrayIsJsonWhateverTheContentTypeSays) {
  for (const std::string_view type : {"", "application/json", "text/plain", "image/png"}) {
    const auto tensor = Decoded<Tensor>(kArray, "[[1, 2]]", type);
    EXPECT_EQ(tensor.type(), DataType::kInt64);
    EXPECT_EQ(tensor.shape(), (Shape{1, 2}));
  }
}

TEST(DecodeValueTest, AnArrayMayComeAsNpy) {
  const auto tensor = Decoded<Tensor>(kArray, codec::EncodeNpy(Row()).value(), "application/x-npy");
  EXPECT_EQ(tensor.type(), DataType::kFloat32);
  const IoDescriptor integers = Array(DataType::kInt64, {-1, 2}, false);
  EXPECT_THAT(
      Decoded<Tensor>(integers, codec::EncodeNpy(Row()).value(), "application/x-npy").As<int64_t>(),
      ElementsAre(1, 2));
  EXPECT_THAT(Decode(Array(DataType::kInt64, {-1, 2}, true), codec::EncodeNpy(Row()).value(),
                     "application/x-npy"),
              HasMessage(HasSubstr("expected int64, got 2.5")));
}

TEST(DecodeValueTest, AnEnforcedShapeNamesBoth) {
  EXPECT_THAT(Decode(Array(DataType::kFloat32, {-1, 4}, true), "[[1, 2]]"),
              AllOf(HasCode(Code::kInvalidArgument),
                    HasMessage("expected an array of shape [-1, 4], got [1, 2]")));
}

TEST(DecodeValueTest, AnEnforcedTypeNamesBoth) {
  EXPECT_THAT(Decode(Array(DataType::kFloat32, {-1}, true), "[\"x\"]"),
              HasMessage("row 0: expected float32, got \"x\""));
}

TEST(DecodeValueTest, AShapeThatIsNotEnforcedIsReachedWherePossible) {
  const IoDescriptor descriptor = Array(DataType::kFloat32, {-1, 4}, false);
  EXPECT_EQ(Decoded<Tensor>(descriptor, "[1, 2, 3, 4]").shape(), (Shape{1, 4}));
  EXPECT_EQ(Decoded<Tensor>(descriptor, "[1, 2, 3]").shape(), (Shape{3}));
}

TEST(DecodeValueTest, JsonPassesThroughAsItCame) {
  EXPECT_EQ(Decoded<Json>(kJson, "{\"a\":  [1.50]}", "text/plain").text, "{\"a\":  [1.50]}");
  EXPECT_THAT(Decode(kJson, "{\"a\": }"), HasMessage(HasSubstr("invalid JSON at byte 6")));
  EXPECT_THAT(Decode(kJson, ""), HasCode(Code::kInvalidArgument));
}

TEST(DecodeValueTest, TextIsUtf8) {
  EXPECT_EQ(Decoded<Text>(kText, "täglich").text, "täglich");
  EXPECT_EQ(Decoded<Text>(kText, "").text, "");
  EXPECT_THAT(Decode(kText, "\xFF"), HasMessage("the text is not UTF-8, at byte 0"));
}

TEST(DecodeValueTest, AnImageIsTheBareBodyOfAnAcceptedType) {
  const auto blob = Decoded<Blob>(kImage, "\x89PNG", "image/PNG; x=y");
  EXPECT_EQ(blob.data, "\x89PNG");
  EXPECT_EQ(blob.media_type, "image/PNG");
  EXPECT_EQ(Decoded<Blob>(kImage, "x").media_type, "image/jpeg");
  EXPECT_EQ(Decoded<Blob>(kImage, "x", "application/x-www-form-urlencoded").media_type,
            "image/jpeg");
}

TEST(DecodeValueTest, AnotherTypeIsRefusedWithThoseThatAreAllowed) {
  EXPECT_THAT(Decode(kImage, "x", "text/plain"),
              AllOf(HasCode(Code::kInvalidArgument),
                    HasMessage("the media type 'text/plain' is not allowed, allowed media types "
                               "are: image/jpeg, image/png")));
}

TEST(DecodeValueTest, AFileOfAnyTypeKeepsItsType) {
  const IoDescriptor file{.name = "File", .kind = ValueKind::kBlob};
  EXPECT_EQ(Decoded<Blob>(file, "x", "a/b").media_type, "a/b");
  EXPECT_EQ(Decoded<Blob>(file, "x").media_type, "");
}

TEST(DecodeValueTest, AnImageMayBeAPartOfAForm) {
  const auto blob = Decoded<Blob>(
      kImage,
      Form({{.name = "note", .content_type = "text/plain", .body = "hello"},
            {.name = "any", .filename = "a.png", .content_type = "image/png", .body = "PNG"}}),
      kFormType);
  EXPECT_EQ(blob.data, "PNG");
  EXPECT_EQ(blob.filename, "a.png");
  EXPECT_THAT(Decode(kImage, Form({{.name = "note", .content_type = "text/plain"}}), kFormType),
              HasMessage(AllOf(HasSubstr("'text/plain'"), HasSubstr("image/jpeg, image/png"))));
}

TEST(DecodeValueTest, PartsAreFoundByTheirNames) {
  const std::string body = Form({{.name = "row", .body = "[1]"},
                                 {.name = "image", .content_type = "image/png", .body = "PNG"}});
  const auto parts = Decoded<Parts>(kForm, body, kFormType);
  ASSERT_EQ(parts.parts.size(), 2);
  EXPECT_EQ(parts.parts[0].first, "image");
  EXPECT_EQ(parts.parts[0].second.If<Blob>()->data, "PNG");
  EXPECT_EQ(parts.parts[1].second.If<Tensor>()->elements(), 1);
}

TEST(DecodeValueTest, WhatIsWrongWithAPartNamesIt) {
  const codec::FormPart image{.name = "image", .content_type = "image/png", .body = "PNG"};
  const codec::FormPart row{.name = "row", .body = "[1]"};
  EXPECT_THAT(Decode(kForm, Form({image}), kFormType), HasMessage("the part 'row' is missing"));
  EXPECT_THAT(Decode(kForm, Form({image, row, image}), kFormType),
              HasMessage("the part 'image' is given twice"));
  const auto unknown = Decode(kForm, Form({{.name = "rows"}}), kFormType);
  EXPECT_THAT(unknown, HasMessage("unknown part 'rows': expected the parts 'image', 'row'"));
  EXPECT_EQ(unknown.error().hint(), "did you mean 'row'?");
  const auto bad = Decode(kForm, Form({image, {.name = "row", .body = "[1, null]"}}), kFormType);
  EXPECT_THAT(bad, HasMessage(StartsWith("part 'row': row 1: expected a number")));
  EXPECT_EQ(bad.error().field(), "row/1");
}

TEST(DecodeValueTest, PartsComeInAForm) {
  EXPECT_THAT(Decode(kForm, "{}", "application/json"), HasCode(Code::kUnsupportedMediaType));
}

TEST(EncodeValueTest, AnArrayIsJsonOrNpyWhereAskedFor) {
  const http::Response json = Encoded(Row(), kArray);
  EXPECT_EQ(json.body, "[[1.0, 2.5]]");
  EXPECT_EQ(json.content_type, "application/json");
  const http::Response npy = Encoded(Row(), kArray, "application/x-npy");
  EXPECT_EQ(npy.content_type, "application/x-npy");
  EXPECT_EQ(npy.body.substr(1, 5), "NUMPY");
}

TEST(EncodeValueTest, TextSaysItsEncoding) {
  EXPECT_EQ(Encoded(Text{"x"}, kText).content_type, "text/plain; charset=utf-8");
  IoDescriptor events = kText;
  events.content_type = "text/event-stream";
  EXPECT_EQ(Encoded(Text{"x"}, events).content_type, "text/event-stream; charset=utf-8");
}

TEST(EncodeValueTest, JsonAndNothing) {
  EXPECT_EQ(Encoded(Json{"{}"}, kJson).body, "{}");
  EXPECT_EQ(Encoded(Null{}, kJson).body, "");
}

TEST(EncodeValueTest, AnArrayOfMixedElementsComesAsJson) {
  EXPECT_EQ(Encoded(Json{R"([[1, "a"]])"}, kArray).body, R"([[1, "a"]])");
  EXPECT_THAT(EncodeError(Json{"[1]"}, Array(DataType::kInt64, {-1}, true)),
              HasMessage("NumpyNdarray writes tensor values, got json"));
}

TEST(EncodeValueTest, ABlobIsWrittenAsItsTypeWithItsName) {
  const http::Response own =
      Encoded(Blob{.data = "PNG", .media_type = "image/png", .filename = "é 1.png"}, kImage);
  EXPECT_EQ(own.content_type, "image/png");
  EXPECT_THAT(own.headers,
              ElementsAre(std::pair<std::string, std::string>(
                  "content-disposition",
                  "attachment; filename=\"__ 1.png\"; filename*=UTF-8''%C3%A9%201.png")));
  EXPECT_EQ(Encoded(Blob{.data = "x"}, kImage).content_type, "image/jpeg");
  const IoDescriptor any{.name = "File", .kind = ValueKind::kBlob};
  EXPECT_EQ(Encoded(Blob{.data = "x"}, any).content_type, "application/octet-stream");
}

TEST(EncodeValueTest, NothingThatComesWithABlobEndsAHeader) {
  const http::Response response = Encoded(
      Blob{.data = "x", .media_type = "image/png\r\nx: 1", .filename = "a\"\r\ny: 2"}, kImage);
  EXPECT_EQ(response.content_type, "image/jpeg");
  EXPECT_THAT(response.headers.at(0).second, AllOf(Not(HasSubstr("\r")), Not(HasSubstr("\n"))));
  EXPECT_EQ(std::ranges::count(response.headers[0].second, '"'), 2);
}

TEST(EncodeValueTest, PartsAreAFormThatReadsBack) {
  Parts parts;
  parts.parts.emplace_back("row", Row());
  parts.parts.emplace_back("image", Blob{.data = "PNG", .media_type = "image/png"});
  const http::Response response = Encoded(std::move(parts), kForm);
  const auto boundary = codec::MultipartBoundary(response.content_type.view());
  ASSERT_THAT(boundary, IsOk());
  const auto form = codec::ParseMultipart(response.body, *boundary);
  ASSERT_THAT(form, IsOk());
  EXPECT_EQ(form->at(0).name, "image");
  EXPECT_EQ(form->at(0).content_type, "image/png");
  EXPECT_EQ(form->at(1).content_type, "application/json");
  EXPECT_EQ(form->at(1).body, "[[1.0, 2.5]]");
}

TEST(EncodeValueTest, ABrokenPromiseIsOurFailure) {
  EXPECT_THAT(
      EncodeError(Text{"x"}, kArray),
      AllOf(HasCode(Code::kInternal), HasMessage("NumpyNdarray writes tensor values, got text")));
  EXPECT_THAT(EncodeError(Row(), Array(DataType::kInt64, {-1, 2}, true)),
              HasMessage("expected an array of int64, got float32"));
  EXPECT_THAT(EncodeError(Row(), Array(DataType::kFloat32, {-1, 3}, true)),
              HasMessage("expected an array of shape [-1, 3], got [1, 2]"));
  EXPECT_THAT(EncodeError(Parts{}, kForm), HasMessage("the part 'image' is missing"));
}

}  // namespace
}  // namespace ekiben::routes
