// SPDX-License-Identifier: Apache-2.0
#include "routes/openapi.h"

#include <gmock/gmock.h>

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

}  // namespace
}  // namespace ekiben::routes
