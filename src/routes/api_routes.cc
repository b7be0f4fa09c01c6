// SPDX-License-Identifier: Apache-2.0
#include "routes/api_routes.h"

#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "codec/json.h"
#include "codec/multipart.h"
#include "codec/npy.h"
#include "http/problem.h"

namespace ekiben::routes {
namespace {

bool IsJson(std::string_view type) {
  // curl -d calls everything a form unless told otherwise.
  return type.empty() || http::EqualsIgnoringCase(type, "application/json") ||
         http::EqualsIgnoringCase(type, "application/x-www-form-urlencoded");
}

bool IsNpy(std::string_view type) { return http::EqualsIgnoringCase(type, codec::kNpyMediaType); }

// One API: its handler's state, which is the same for all requests.
class ApiHandler {
 public:
  ApiHandler(service::Service& service, size_t api, observe::Log& log, Duration deadline)
      : service_(service), api_(api), log_(log), deadline_(deadline) {
    for (const TensorSpec& output : description().outputs) output_names_.push_back(output.name);
  }

  Task<http::Response> Handle(const http::Request& request) const {
    auto inputs = Decode(request);
    if (!inputs) co_return Refuse(inputs.error(), request);
    const batch::Call call{.deadline = request.received + deadline_,
                           .abandoned = &request.client_has_gone};
    auto outputs = co_await service_.Call(api_, *std::move(inputs), call);
    if (!outputs) co_return Refuse(outputs.error(), request);
    auto response = Encode(*outputs, request);
    if (!response) co_return Refuse(response.error(), request);
    co_return *std::move(response);
  }

 private:
  const service::ApiDescription& description() const { return service_.description().apis[api_]; }

  Result<std::vector<Tensor>> Decode(const http::Request& request) const {
    const std::vector<TensorSpec>& specs = description().inputs;
    const std::string_view type = codec::MediaTypeOf(request.Header("content-type"));
    if (IsJson(type)) {
      return codec::DecodeJson(request.body, specs, {}, description().unused);
    }
    if (!IsNpy(type)) {
      return Error(Status(Code::kUnsupportedMediaType,
                          fmt::format("'{}' takes application/json or {}, not '{}'", request.path,
                                      codec::kNpyMediaType, type)));
    }
    if (specs.size() != 1) {
      return Error(InvalidArgument(fmt::format("'{}' has {} inputs, and an npy body holds one",
                                               request.path, specs.size())));
    }
    auto tensor = codec::DecodeNpy(request.body, specs.front());
    if (!tensor) return Error(std::move(tensor).error());
    std::vector<Tensor> inputs;
    inputs.push_back(*std::move(tensor));
    return inputs;
  }

  Result<http::Response> Encode(const std::vector<Tensor>& outputs,
                                const http::Request& request) const {
    http::Response response;
    if (IsNpy(codec::MediaTypeOf(request.Header("accept")))) {
      if (outputs.size() != 1) {
        return Error(InvalidArgument(
            fmt::format("'{}' has {} outputs, and an npy body holds one; ask for JSON",
                        request.path, outputs.size())));
      }
      auto body = codec::EncodeNpy(outputs.front());
      if (!body) return Error(std::move(body).error());
      response.content_type = codec::kNpyMediaType;
      response.body = *std::move(body);
      return response;
    }
    Status encoded = codec::EncodeJson(outputs, output_names_, response.body);
    if (!encoded.ok()) return Error(std::move(encoded));
    return response;
  }

  http::Response Refuse(const Status& status, const http::Request& request) const {
    if (status.code() == Code::kInternal) {
      log_.Write(observe::LogLevel::kError, status.message(),
                 {{"path", description().route}, {"request_id", request.request_id}});
    }
    http::Response response = http::Problem(status, request.request_id);
    // Nobody reads it; those who count refusals are not to count this.
    const bool has_gone = status.code() == Code::kUnavailable && request.client_has_gone();
    if (has_gone) response.status = http::kClientHasGone;
    return response;
  }

  service::Service& service_;
  const size_t api_;
  observe::Log& log_;
  const Duration deadline_;
  std::vector<std::string> output_names_;
};

}  // namespace

void AddApiRoutes(http::Router& router, service::Service& service, observe::Log& log,
                  Duration deadline) {
  for (size_t api = 0; api < service.description().apis.size(); ++api) {
    const auto handler = std::make_shared<ApiHandler>(service, api, log, deadline);
    router.Add("POST", service.description().apis[api].route,
               [handler](const http::Request& request) { return handler->Handle(request); });
  }
}

}  // namespace ekiben::routes
