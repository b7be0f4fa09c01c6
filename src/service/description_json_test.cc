// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/status_matchers.h"
#include "service/service_description.h"

namespace ekiben::service {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kNdarray =
    R"({"name":"NumpyNdarray","value":"tensor","dtype":"float32","shape":[-1,4],)"
    R"("enforce_dtype":false,"enforce_shape":true,"schema":{"type":"array"},"example":[[1.5]],)"
    R"("content_type":"application/json","io":{"id":"bentoml.io.NumpyNdarray","args":{}}})";

std::string WithApis(std::string_view apis) {
  return fmt::format(R"({{"protocol":1,"name":"svc","version":null,"apis":[{}]}})", apis);
}

// A service with one API whose input is `plan`.
std::string WithInput(std::string_view plan) {
  return WithApis(fmt::format(R"({{"name":"a","route":"/a","input":{},"output":{}}})", plan,
                              R"({"name":"JSON","value":"json"})"));
}

std::string Whole() {
  return fmt::format(
      R"({{"protocol":1,"name":"iris","version":"v1","doc":"flowers","apis":[{{"name":"classify",)"
      R"("route":"/classify","doc":"","mode":"async_stream","context":true,"input":{},)"
      R"("output":{{"name":"Text","value":"text","content_type":"text/event-stream"}}}}],)"
      R"("runners":[{{"name":"iris_clf","models":["iris_clf:x"],"module":"bentoml.sklearn",)"
      R"("runnable":"a.b:C","resources":["cpu"],"multi_threading":true,"methods":[)"
      R"({{"name":"predict","batchable":true,"batch_dim":[0,1],"max_batch_size":8,)"
      R"("max_latency_ms":2.5}}]}}],"models":["iris_clf:x"],"hooks":{{"startup":1,"shutdown":0,)"
      R"("deployment":2}},"mounts":[{{"path":"/app","kind":"asgi"}}],"middleware":3}})",
      kNdarray);
}

TEST(ServiceDescriptionTest, WhatAServiceIsPackedFromMayBeSaid) {
  EXPECT_FALSE(ParseServiceDescription(Whole())->packed);
  const auto service = ParseServiceDescription(
      R"({"protocol":1,"name":"svc","apis":[],"packed":{"include":["*.py"],"exclude":["a/"]},)"
      R"("newest":["iris_clf"]})");
  ASSERT_THAT(service, IsOk());
  EXPECT_THAT(service->packed->include, ElementsAre("*.py"));
  EXPECT_THAT(service->packed->exclude, ElementsAre("a/"));
  EXPECT_THAT(service->newest, ElementsAre("iris_clf"));
}

TEST(ServiceDescriptionTest, EverythingAWorkerSaysIsRead) {
  const auto service = ParseServiceDescription(Whole());
  ASSERT_THAT(service, IsOk());
  EXPECT_EQ(service->name, "iris");
  const ApiDescription& api = service->apis.at(0);
  EXPECT_EQ(api.route, "/classify");
  EXPECT_EQ(api.mode, ApiMode::kAsyncStream);
  EXPECT_TRUE(api.wants_context);
  EXPECT_EQ(api.input->dtype, DataType::kFloat32);
  EXPECT_EQ(api.input->shape, (Shape{-1, 4}));
  EXPECT_TRUE(api.input->enforce_shape);
  EXPECT_EQ(api.input->io, R"({"id":"bentoml.io.NumpyNdarray","args":{}})");
  EXPECT_EQ(api.sample_request, "[[1.5]]");
  EXPECT_EQ(api.output->kind, ValueKind::kText);
  EXPECT_TRUE(api.output->stream);
  const RunnerDescription& runner = service->runners.at(0);
  EXPECT_THAT(runner.models, ElementsAre("iris_clf:x"));
  EXPECT_TRUE(runner.multi_threading);
  EXPECT_EQ(runner.methods.at(0).output_batch_dim, 1);
  EXPECT_EQ(runner.methods.at(0).max_batch_size, 8);
  EXPECT_EQ(runner.methods.at(0).max_latency_ms, 2.5);
  EXPECT_EQ(service->hooks.deployment, 2);
  EXPECT_EQ(service->mounts.at(0).kind, "asgi");
  EXPECT_EQ(service->middleware, 3);
}

TEST(ServiceDescriptionTest, WhatIsWrittenIsReadAgain) {
  const std::string written = ParseServiceDescription(Whole())->ToJson();
  const auto again = ParseServiceDescription(written);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->ToJson(), written);
}

TEST(ServiceDescriptionTest, PartsKeepTheirOrder) {
  const auto service = ParseServiceDescription(WithInput(
      R"({"name":"Multipart","value":"parts","parts":{"z":{"name":"Image",)"
      R"("value":"blob","media_types":["image/png"]},"a":{"name":"JSON","value":"json"}}})"));
  ASSERT_THAT(service, IsOk());
  const auto& parts = service->apis[0].input->parts;
  ASSERT_EQ(parts.size(), 2);
  EXPECT_EQ(parts[0].name, "z");
  EXPECT_THAT(parts[0].descriptor.media_types, ElementsAre("image/png"));
  EXPECT_EQ(parts[1].descriptor.kind, ValueKind::kJson);
}

TEST(ServiceDescriptionTest, ARouteMayLackItsSlash) {
  const auto service = ParseServiceDescription(
      WithApis(R"({"name":"a","route":"v1/a","input":{"name":"JSON","value":"json"},)"
               R"("output":{"name":"JSON","value":"json"}})"));
  ASSERT_THAT(service, IsOk());
  EXPECT_EQ(service->apis[0].route, "/v1/a");
}

struct Wrong {
  std::string json;
  std::string_view message;
};

TEST(ServiceDescriptionTest, AMistakeIsNamedByItsKey) {
  constexpr std::string_view kJson = R"({"name":"JSON","value":"json"})";
  const std::string api = fmt::format(R"("input":{0},"output":{0})", kJson);
  const std::vector<Wrong> cases = {
      {"[]", "service description: expected an object, got an array"},
      {R"({"protocol":2,"name":"x"})", "protocol: expected 1, got 2"},
      {R"({"protocol":1})", "name: expected a string, got nothing"},
      {WithApis("7"), "apis[0]: expected an object, got a number"},
      {WithApis(R"({"name":"a","route":"/a b",)" + api + "}"), "apis[0].route: '/a b' is no path"},
      {WithApis(R"({"name":"a","route":"/a","mode":"fast",)" + api + "}"), "apis[0].mode"},
      {WithApis(R"({"name":"a","route":"/x",)" + api + R"(},{"name":"b","route":"/x",)" + api +
                "}"),
       "apis[1].route: '/x' is the route of the API 'a' already"},
      {WithInput(R"({"name":"N","value":"array"})"), "apis[0].input.value: expected tensor"},
      {WithInput(R"({"name":"N","value":"tensor","dtype":"complex64"})"),
       "apis[0].input.dtype: 'complex64' is no type"},
      {WithInput(R"({"name":"N","value":"tensor","shape":[1,2,3,4,5,6,7,8,9]})"), "9 axes"},
      {WithInput(R"({"name":"N","value":"tensor","shape":[-2]})"), "less than -1"},
      {WithInput(R"({"name":"I","value":"blob","media_types":["image/png\r\nx: y"]})"),
       "apis[0].input.media_types"},
      {WithInput(R"({"name":"M","value":"parts","parts":{}})"), "expected a part or more"},
      {WithInput(R"({"name":"M","value":"parts","parts":{"p":{"name":"M","value":"parts",)"
                 R"("parts":{"q":{"name":"J","value":"json"}}}}})"),
       "apis[0].input.parts.p.value: a part cannot have parts itself"},
  };
  for (const Wrong& wrong : cases) {
    EXPECT_THAT(ParseServiceDescription(wrong.json), HasMessage(HasSubstr(wrong.message)))
        << wrong.json;
  }
}

TEST(ServiceDescriptionTest, RunnersAreChecked) {
  const auto with = [](std::string_view runners) {
    return ParseServiceDescription(
        fmt::format(R"({{"protocol":1,"name":"s","runners":[{}]}})", runners));
  };
  EXPECT_THAT(with(R"({"name":"a"},{"name":"a"})"), HasMessage(HasSubstr("two runners")));
  EXPECT_THAT(with(R"({"name":"a","methods":[{"name":"m","batch_dim":[0]}]})"),
              HasMessage(HasSubstr("runners[0].methods[0].batch_dim")));
  EXPECT_THAT(with(R"({"name":"a","methods":[{"name":"m","max_batch_size":0}]})"),
              HasMessage(HasSubstr("max_batch_size")));
  EXPECT_THAT(with(R"({"name":"a","methods":[{"name":"m","max_latency_ms":-1}]})"),
              HasMessage(HasSubstr("not negative")));
}

}  // namespace
}  // namespace ekiben::service
