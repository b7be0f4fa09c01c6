// SPDX-License-Identifier: Apache-2.0
#include "routes/python_routes.h"

#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/json_writer.h"
#include "http/problem.h"
#include "routes/said.h"
#include "routes/value_codec.h"

namespace ekiben::routes {
namespace {

using service::ApiAnswer;
using service::ApiFailure;

// The request as the function's context has it.
std::string ContextOf(const http::Request& request) {
  JsonWriter json;
  json.BeginObject();
  WriteContext(request, json);
  return json.EndObject().text();
}

// A function's pieces as pieces of a body.
class StreamBody final : public http::BodyStream {
 public:
  StreamBody(service::PythonService& service, std::unique_ptr<service::ApiStream> pieces,
             const service::IoDescriptor& descriptor, observe::Log& log, std::string request_id)
      : use_(service),
        pieces_(std::move(pieces)),
        descriptor_(descriptor),
        log_(log),
        request_id_(std::move(request_id)) {}

  Task<Result<std::optional<std::string>>> Next() override {
    auto values = co_await pieces_->Next();
    if (!values) co_return Broken(std::move(values).error());
    if (values->empty()) co_return std::nullopt;
    std::string bytes;
    for (Value& value : *values) {
      http::Response piece;
      Status encoded = EncodeValue(std::move(value), descriptor_, piece);
      if (!encoded.ok()) co_return Broken(std::move(encoded));
      bytes += piece.body;
    }
    co_return bytes;
  }

 private:
  // The head has been sent: all that is left is to break off.
  Result<std::optional<std::string>> Broken(Status why) {
    log_.Write(observe::LogLevel::kError, "a stream was broken off", {{"request_id", request_id_}});
    log_.WriteBlock(why.message());
    return Error(std::move(why));
  }

  const service::PythonService::Use use_;  // To the end of the stream, which comes next.
  std::unique_ptr<service::ApiStream> pieces_;
  const service::IoDescriptor& descriptor_;
  observe::Log& log_;
  const std::string request_id_;
};

// One API: its handler's state, which is the same for all requests.
class PythonHandler {
 public:
  PythonHandler(service::PythonService& service, size_t api, observe::Log& log, Duration deadline)
      : service_(service), api_(api), log_(log), deadline_(deadline) {}

  Task<http::Response> Handle(const http::Request& request) const {
    const service::PythonService::Use use(service_);
    auto input = DecodeValue(request, *description().input);
    if (!input) co_return Refuse(input.error(), request);
    const batch::Call call{.deadline = request.received + deadline_,
                           .abandoned = &request.client_has_gone};
    std::string about = description().wants_context ? ContextOf(request) : request.request_id;
    auto answer = co_await service_.Call(api_, std::move(about), *std::move(input), call);
    if (!answer) co_return Refuse(answer.error(), request);
    if (answer->failure) co_return Fail(*answer->failure, request);
    co_return Encode(*std::move(answer), request);
  }

 private:
  const service::ApiDescription& description() const { return service_.description().apis[api_]; }

  http::Response Encode(ApiAnswer answer, const http::Request& request) const {
    http::Response response;
    if (answer.stream != nullptr) {
      // An empty value says of which type the body is.
      const bool is_text = description().output->kind == service::ValueKind::kText;
      Value nothing = is_text ? Value(Text{}) : Value(Null{});
      const Status typed = EncodeValue(std::move(nothing), *description().output, response);
      if (!typed.ok()) return Refuse(typed, request);
      ApplySaid(answer.said, response);
      response.stream = std::make_unique<StreamBody>(
          service_, std::move(answer.stream), *description().output, log_, request.request_id);
      return response;
    }
    const Status encoded = EncodeValue(std::move(answer.value), *description().output, response,
                                       request.Header("accept"));
    if (!encoded.ok()) {
      return Refuse(
          Internal(fmt::format("API '{}' returned what {} cannot encode: {}", description().name,
                               description().output->name, encoded.message())),
          request);
    }
    ApplySaid(answer.said, response);
    return response;
  }

  // What went wrong in the engine.
  http::Response Refuse(const Status& status, const http::Request& request) const {
    if (status.code() == Code::kInternal) Log(status.message(), request);
    http::Response response = http::Problem(status, request.request_id);
    // Nobody reads it; those who count refusals are not to count this.
    const bool has_gone = status.code() == Code::kUnavailable && request.client_has_gone();
    if (has_gone) response.status = http::kClientHasGone;
    return response;
  }

  // What the function, or a runner that it called, raised.
  http::Response Fail(const ApiFailure& failure, const http::Request& request) const {
    if (failure.status >= 500) {
      Log(failure.message, request);
      log_.WriteBlock(failure.traceback);
    }
    // It says which API returned a value of which kind, and nothing of what the function did.
    const bool is_public = failure.kind == "UnencodableResult";
    return http::Problem(failure.status, failure.message, failure.hint, request.request_id,
                         is_public);
  }

  void Log(std::string_view message, const http::Request& request) const {
    log_.Write(observe::LogLevel::kError, message,
               {{"path", description().route}, {"request_id", request.request_id}});
  }

  service::PythonService& service_;
  const size_t api_;
  observe::Log& log_;
  const Duration deadline_;
};

}  // namespace

void AddPythonRoutes(http::Router& router, service::PythonService& service, observe::Log& log,
                     Duration deadline) {
  for (size_t api = 0; api < service.description().apis.size(); ++api) {
    const auto handler = std::make_shared<PythonHandler>(service, api, log, deadline);
    router.Add("POST", service.description().apis[api].route,
               [handler](const http::Request& request) { return handler->Handle(request); });
  }
}

}  // namespace ekiben::routes
