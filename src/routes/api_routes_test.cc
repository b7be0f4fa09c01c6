// SPDX-License-Identifier: Apache-2.0
#include "routes/api_routes.h"

#include <cstdio>

#include "base/status_matchers.h"
#include "codec/npy.h"

namespace ekiben::routes {
namespace {

using testing::HasSubstr;
using testing::Not;

// Sums each row; a row that sums to 13 fails with words that are nobody's business.
class SummingSession final : public runtime::Session {
 public:
  const std::vector<TensorSpec>& inputs() const override { return inputs_; }
  const std::vector<TensorSpec>& outputs() const override { return outputs_; }
  bool concurrent() const override { return true; }
  Result<std::vector<Tensor>> Run(std::span<const Tensor> inputs) override {
    const int64_t rows = inputs.front().shape()[0];
    std::vector<Tensor> outputs;
    outputs.emplace_back(DataType::kFloat64, Shape{rows});
    for (size_t row = 0; row < static_cast<size_t>(rows); ++row) {
      const auto numbers = inputs.front().As<double>();
      outputs.front().As<double>()[row] = numbers[2 * row] + numbers[2 * row + 1];
      if (outputs.front().As<double>()[row] == 13) return Error(Internal("secret: 13"));
    }
    return outputs;
  }

 private:
  const std::vector<TensorSpec> inputs_ = {
      {.name = "x", .type = DataType::kFloat64, .shape = {-1, 2}}};
  const std::vector<TensorSpec> outputs_ = {
      {.name = "sum", .type = DataType::kFloat64, .shape = {-1}}};
};

// Answers at once, on the caller's thread.
class DirectBatcher final : public batch::Batcher {
 public:
  explicit DirectBatcher(runner::Runner& runner) : runner_(runner) {}
  Task<Result<std::vector<Tensor>>> Infer(std::vector<Tensor> inputs, batch::Call) override {
    co_return runner_.Run(0, inputs);
  }

 private:
  runner::Runner& runner_;
};

std::vector<service::Backend> SummingBackend() {
  auto runner = runner::Runner::Create({.name = "adder.sum"},
                                       []() -> Result<std::unique_ptr<runtime::Session>> {
                                         return std::make_unique<SummingSession>();
                                       });
  std::vector<service::Backend> backends;
  auto batcher = std::make_unique<DirectBatcher>(**runner);
  backends.push_back({*std::move(runner), std::move(batcher)});
  return backends;
}

class ApiRoutesTest : public testing::Test {
 protected:
  ApiRoutesTest()
      : service_({.name = "adder",
                  .apis = {{.name = "sum",
                            .route = "/sum",
                            .inputs = SummingSession().inputs(),
                            .outputs = SummingSession().outputs()}}},
                 SummingBackend()) {
    AddApiRoutes(router_, service_, log_, std::chrono::seconds(1));
  }
  ~ApiRoutesTest() override { std::fclose(log_file_); }

  http::Response Post(std::string body, std::string_view content_type = "application/json",
                      std::string_view accept = "") {
    http::Request request;
    request.method = "POST";
    request.path = "/sum";
    request.body = std::move(body);
    request.request_id = "id-7";
    if (!content_type.empty()) request.AddHeader("Content-Type", content_type);
    if (!accept.empty()) request.AddHeader("Accept", accept);
    http::Response got;
    Start(router_.Handle(request), [&](http::Response response) { got = std::move(response); });
    return got;
  }
  std::string Logged() {
    std::rewind(log_file_);
    char text[512] = "";
    return {text, std::fread(text, 1, sizeof text, log_file_)};
  }

  FILE* const log_file_ = std::tmpfile();
  observe::Log log_{observe::LogFormat::kText, log_file_};
  service::Service service_;
  http::Router router_;
};

TEST_F(ApiRoutesTest, AnswersJsonWithJson) {
  const http::Response response = Post("[[1, 2], [3, 4.5]]");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "[3.0, 7.5]");
  EXPECT_EQ(Post(R"({"input": [[1, 2]]})").body, "[3.0]");
}

TEST_F(ApiRoutesTest, ABodyIsJsonWhereNobodySaysOtherwise) {
  EXPECT_EQ(Post("[[1, 2]]", "").status, 200);
  EXPECT_EQ(Post("[[1, 2]]", "application/x-www-form-urlencoded").status, 200);
  EXPECT_EQ(Post("[[1, 2]]", "application/json; charset=utf-8").status, 200);
}

TEST_F(ApiRoutesTest, NpyComesInAndGoesOut) {
  const double numbers[] = {1, 2};
  const std::string body =
      codec::EncodeNpy(Tensor::Of<double>(DataType::kFloat64, {1, 2}, numbers)).value();
  EXPECT_EQ(Post(body, "application/x-npy").body, "[3.0]");
  const http::Response response = Post(body, "application/x-npy", "application/x-npy");
  EXPECT_EQ(response.content_type, "application/x-npy");
  EXPECT_EQ(response.body.substr(1, 5), "NUMPY");
}

TEST_F(ApiRoutesTest, AnotherMediaTypeIsRefusedByName) {
  const http::Response response = Post("a,b", "text/csv");
  EXPECT_EQ(response.status, 415);
  EXPECT_THAT(response.body, HasSubstr("not 'text/csv'"));
}

TEST_F(ApiRoutesTest, WrongInputNamesWhatWasExpectedAndWhatCame) {
  const http::Response response = Post("[[1, 2, 3]]");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("[-1, 2]"));
  EXPECT_THAT(response.body, HasSubstr("[1, 3]"));
}

TEST_F(ApiRoutesTest, WhatFailsInsideIsLoggedAndNotTold) {
  const http::Response response = Post("[[6, 7]]");
  EXPECT_EQ(response.status, 500);
  EXPECT_THAT(response.body, Not(HasSubstr("secret")));
  EXPECT_THAT(Logged(), HasSubstr("adder.sum: secret: 13 path=/sum request_id=id-7"));
}

}  // namespace
}  // namespace ekiben::routes
