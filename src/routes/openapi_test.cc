// SPDX-License-Identifier: Apache-2.0
#include "routes/openapi.h"

#include <gmock/gmock.h>

#include "codec/json_document.h"

namespace ekiben::routes {
namespace {

using testing::HasSubstr;

service::ServiceDescription Iris() {
  return {.name = "iris_clf",
          .version = "abc",
          .apis = {{.name = "predict",
                    .route = "/predict",
                    .inputs = {{.name = "X", .type = DataType::kFloat64, .shape = {-1, 4}}},
                    .outputs = {{.name = "label", .type = DataType::kInt64, .shape = {-1}}},
                    .sample_request = "[[0.0, 0.0, 0.0, 0.0]]"}}};
}

TEST(OpenApiTest, AnApiHasTheSchemaOfItsInput) {
  EXPECT_THAT(OpenApi(Iris()),
              HasSubstr(R"({"oneOf":[{"type":"array","items":{"type":"array","items":)"
                        R"({"type":"number"},"minItems":4,"maxItems":4}},)"));
}

TEST(OpenApiTest, AnAnswerPromisesNoLengths) {
  service::ServiceDescription service = Iris();
  service.apis[0].outputs[0].shape = {1};
  EXPECT_THAT(OpenApi(service),
              HasSubstr(R"("schema":{"type":"array","items":{"type":"integer"}})"));
}

TEST(OpenApiTest, AnInputThatMayBeMissingTakesNull) {
  service::ServiceDescription service = Iris();
  service.apis[0].inputs[0].missing = true;
  EXPECT_THAT(OpenApi(service), HasSubstr(R"({"type":["number","null"]})"));
}

TEST(OpenApiTest, SeveralInputsAreAnObjectByName) {
  service::ServiceDescription service = Iris();
  service.apis[0].inputs.push_back({.name = "job", .type = DataType::kString, .shape = {-1, 1}});
  EXPECT_THAT(OpenApi(service), HasSubstr(R"("required":["X","job"])"));
}

service::ServiceDescription Classifier() {
  service::IoDescriptor array{.name = "NumpyNdarray",
                              .kind = service::ValueKind::kTensor,
                              .schema = R"({"type":"array","items":{"type":"number"}})",
                              .example = "[[1.5]]",
                              .io = R"({"id":"bentoml.io.NumpyNdarray","args":{"shape":null}})"};
  service::IoDescriptor text{.name = "Text", .kind = service::ValueKind::kText};
  return {.name = "iris_classifier",
          .apis = {{.name = "classify",
                    .route = "/classify",
                    .doc = "Names the flower.",
                    .input = std::move(array),
                    .output = std::move(text)}}};
}

TEST(OpenApiTest, AServiceInPythonHasWhatBentoMLsClientReads) {
  const std::string document = OpenApi(Classifier());
  EXPECT_TRUE(codec::JsonValue::Parse(document)) << document;
  for (const std::string_view piece :
       {R"("openapi":"3.0.2")", R"("title":"iris_classifier")", R"("x-bentoml-name":"classify")",
        R"x("summary":"InferenceAPI(NumpyNdarray → Text)")x",
        R"("operationId":"iris_classifier__classify")",
        R"("x-bentoml-io-descriptor":{"id":"bentoml.io.NumpyNdarray","args":{"shape":null}})",
        R"("example":[[1.5]])", R"("text/plain":{"schema":{"type":"string"}})"}) {
    EXPECT_THAT(document, HasSubstr(piece));
  }
}

TEST(OpenApiTest, DefinitionsOfASchemaBecomeThoseOfTheDocument) {
  service::ServiceDescription service = Classifier();
  service.apis[0].input->schema =
      R"({"$ref":"#/$defs/Row","$defs":{"Row":{"items":{"$ref":"#/$defs/Cell"}},"Cell":{}}})";
  const std::string document = OpenApi(service);
  EXPECT_THAT(document, HasSubstr(R"("schema":{"$ref":"#/components/schemas/Row"})"));
  EXPECT_THAT(document, HasSubstr(R"("Row":{"items":{"$ref":"#/components/schemas/Cell"}})"));
}

struct Conversion {
  std::string_view schema, converted;
};

TEST(OpenApiTest, SchemasAreThoseOfOpenApi30) {
  const std::vector<Conversion> cases = {
      {R"({"type":["number","null"]})", R"({"type":"number","nullable":true})"},
      {R"({"type":["number","array"]})",
       R"({"anyOf":[{"type":"number"},{"type":"array","items":{}}]})"},
      {R"({"anyOf":[{"type":"string"},{"type":"null"}],"default":null})",
       R"({"anyOf":[{"type":"string"}],"default":null,"nullable":true})"},
      {R"({"const":"a","examples":["a"]})", R"({"enum":["a"]})"},
      {R"({"exclusiveMinimum":0})", R"({"minimum":0,"exclusiveMinimum":true})"},
      {R"({"type":"array"})", R"({"type":"array","items":{}})"},
      {R"({"properties":{"type":{"const":1}},"additionalProperties":false})",
       R"({"properties":{"type":{"enum":[1]}},"additionalProperties":false})"},
  };
  for (const Conversion& each : cases) {
    service::ServiceDescription service = Classifier();
    service.apis[0].input->schema = each.schema;
    EXPECT_THAT(OpenApi(service), HasSubstr("\"schema\":" + std::string(each.converted)));
  }
}

TEST(OpenApiTest, AFormHasItsPartsAsProperties) {
  service::ServiceDescription service = Classifier();
  service::IoDescriptor form{.name = "Multipart", .kind = service::ValueKind::kParts};
  form.parts.push_back({"image", {.name = "Image", .kind = service::ValueKind::kBlob}});
  service.apis[0].input = std::move(form);
  EXPECT_THAT(OpenApi(service),
              HasSubstr(R"("multipart/form-data":{"schema":{"type":"object","properties":{)"
                        R"("image":{"type":"string","format":"binary"}},"required":["image"]})"));
}

}  // namespace
}  // namespace ekiben::routes
