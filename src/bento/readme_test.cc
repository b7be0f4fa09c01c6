// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "bento/texts.h"

namespace ekiben::bento {
namespace {

using testing::HasSubstr;
using testing::Not;

Plan PlanWith(service::ApiDescription api) {
  Plan plan{.tag = store::Tag::Parse("iris:v1").value()};
  plan.description.apis = {std::move(api)};
  return plan;
}

TEST(ReadmeTest, ARowOfTheTableIsOneLineWhateverTheDocumentationHas) {
  const std::string text = ReadmeText(
      PlanWith({.name = "p", .route = "/p", .doc = "First | line\nsecond.\n\nMore below."}), "");
  EXPECT_THAT(text, HasSubstr("First \\| line second. |\n"));
  EXPECT_THAT(text, Not(HasSubstr("More below")));
}

TEST(ReadmeTest, TensorsHaveTypesAndShapesAndSeveralTheirNames) {
  const TensorSpec rows{.name = "rows", .type = DataType::kFloat32, .shape = Shape({-1, 4})};
  const TensorSpec any{.name = "any", .type = DataType::kInt64, .any_rank = true};
  const std::string text = ReadmeText(
      PlanWith({.name = "p", .route = "/p", .inputs = {rows}, .outputs = {rows, any}}), "");
  const std::string shape = "float32 " + rows.shape.ToString();
  EXPECT_THAT(text, HasSubstr("| `POST /p` | " + shape + " | rows: " + shape + ", any: int64 |"));
}

TEST(ReadmeTest, AnExampleThatAShellWouldReadOtherwiseIsLeftOut) {
  EXPECT_THAT(ReadmeText(PlanWith({.name = "p", .route = "/p", .sample_request = R"(["a"])"}), ""),
              HasSubstr(R"(curl http://127.0.0.1:3000/p -d '["a"]')"));
  EXPECT_THAT(
      ReadmeText(PlanWith({.name = "p", .route = "/p", .sample_request = R"(["it's"])"}), ""),
      Not(HasSubstr("curl")));
}

TEST(ReadmeTest, NothingOfTheVersionIsInItSoThatTheDigestStays) {
  Plan plan = PlanWith({.name = "p", .route = "/p"});
  EXPECT_THAT(ReadmeText(plan, ""), Not(HasSubstr("v1")));
  EXPECT_THAT(ReadmeText(plan, "What it is."), HasSubstr("# iris\n\nWhat it is.\n\n## APIs"));
}

TEST(ReadmeTest, ModelsAreListedAndOnlyABentoOfAModelNamesItsImage) {
  Plan plan = PlanWith({.name = "p", .route = "/p"});
  EXPECT_THAT(ReadmeText(plan, ""), Not(HasSubstr("## Models")));
  plan.models = {{.tag = store::Tag::Parse("a:v9").value(), .module = "bentoml.onnx"},
                 {.tag = store::Tag::Parse("b:v9").value()}};
  EXPECT_THAT(ReadmeText(plan, ""), HasSubstr("- `a:v9` (bentoml.onnx)\n- `b:v9` (files)\n"));
  EXPECT_THAT(ReadmeText(plan, ""), Not(HasSubstr("containerize")));
  plan.kind = store::BentoKind::kModel;
  EXPECT_THAT(ReadmeText(plan, ""), HasSubstr("ekiben containerize iris\n"));
}

}  // namespace
}  // namespace ekiben::bento
