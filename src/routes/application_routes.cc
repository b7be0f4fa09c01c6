// SPDX-License-Identifier: Apache-2.0
#include "routes/application_routes.h"

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/json_writer.h"
#include "codec/json_document.h"
#include "http/problem.h"
#include "routes/said.h"

namespace ekiben::routes {
namespace {

using service::Fetch;
using service::Fetched;

// Answered without Python, whatever becomes of it.
bool IsVital(std::string_view path) {
  return path == "/healthz" || path == "/livez" || path == "/readyz" || path == "/metrics";
}

std::string HeadOf(const http::Request& request, bool routed) {
  JsonWriter json;
  json.BeginObject().Key("routed").Bool(routed);
  WriteContext(request, json);
  return json.EndObject().text();
}

// A request that an application has for the engine, and whether somebody waits for its answer.
struct Inner {
  http::Request request;
  std::shared_ptr<const bool> gone;
};

std::shared_ptr<Inner> ReadInner(Fetch fetch) {
  auto inner = std::make_shared<Inner>();
  http::Request& request = inner->request;
  inner->gone = std::move(fetch.gone);
  request.client_has_gone = [gone = inner->gone] { return *gone; };
  request.received = Now();
  request.body = std::move(fetch.body);
  const auto head = codec::JsonValue::Parse(fetch.head);
  const auto text = [&](std::string_view key) {
    const codec::JsonValue* const found = head ? head->Find(key) : nullptr;
    return found != nullptr ? found->text() : std::string();
  };
  request.method = text("method");
  request.path = text("path");
  request.query = text("query");
  request.request_id = text("id");
  const codec::JsonValue* const client = head ? head->Find("client") : nullptr;
  if (client != nullptr && client->items().size() == 2) {
    request.client_address = client->items()[0].text();
    request.client_port = static_cast<uint16_t>(client->items()[1].Int().value_or(0));
  }
  const codec::JsonValue* const headers = head ? head->Find("headers") : nullptr;
  if (headers == nullptr) return inner;
  for (const codec::JsonValue& pair : headers->items()) {
    if (pair.items().size() == 2) {
      request.AddHeader(pair.items()[0].text(), pair.items()[1].text());
    }
  }
  return inner;
}

// What is left of the engine's answer, for the application that has asked for it.
class InnerRest final : public service::BodyPieces {
 public:
  InnerRest(std::shared_ptr<Inner> inner, std::unique_ptr<http::BodyStream> stream)
      : inner_(std::move(inner)), stream_(std::move(stream)) {}

  Task<Result<std::optional<std::string>>> Next() override { return stream_->Next(); }

 private:
  const std::shared_ptr<Inner> inner_;  // The stream looks at its request.
  const std::unique_ptr<http::BodyStream> stream_;
};

// A body that an application sends piece by piece.
class ApplicationBody final : public http::BodyStream {
 public:
  ApplicationBody(service::PythonService& service, std::unique_ptr<service::ApiStream> pieces,
                  observe::Log& log, std::string request_id)
      : use_(service), pieces_(std::move(pieces)), log_(log), request_id_(std::move(request_id)) {}

  Task<Result<std::optional<std::string>>> Next() override {
    auto values = co_await pieces_->Next();
    if (!values) {
      log_.Write(observe::LogLevel::kError, "a stream was broken off",
                 {{"request_id", request_id_}});
      log_.WriteBlock(values.error().message());
      co_return Error(std::move(values).error());
    }
    if (values->empty()) co_return std::nullopt;
    std::string bytes;
    for (const Value& value : *values) {
      if (const auto* const blob = value.If<Blob>()) bytes += blob->data;
    }
    co_return bytes;
  }

 private:
  const service::PythonService::Use use_;  // To the end of the stream, which comes next.
  const std::unique_ptr<service::ApiStream> pieces_;
  observe::Log& log_;
  const std::string request_id_;
};

class Applications {
 public:
  Applications(http::Router& router, service::PythonService& service, observe::Log& log,
               Duration deadline)
      : router_(router), service_(service), log_(log), deadline_(deadline) {
    for (const service::MountDescription& mount : service.description().mounts) {
      const std::string below = mount.path.ends_with('/') ? mount.path : mount.path + "/";
      mounts_.push_back({mount.path, below, router.AddPath(below + "*")});
    }
  }

  Task<http::Response> Handle(const http::Request& request) const {
    const service::PythonService::Use use(service_);
    const int route = router_.Find(request);
    const Mount* const mount = route < 0 ? MountOf(request.path) : nullptr;
    const bool wrapped = service_.description().middleware > 0 && !IsVital(request.path);
    if (!wrapped && mount == nullptr) co_return co_await router_.Route(request);
    http::Response response = co_await Ask(request, route >= 0);
    response.route = mount != nullptr ? mount->number : route;
    co_return response;
  }

  Task<Fetched> Answer(Fetch fetch) const {
    const std::shared_ptr<Inner> inner = ReadInner(std::move(fetch));
    http::Response response = co_await router_.Route(inner->request);
    Fetched fetched{.head = SaidOf(response), .body = std::move(response.body)};
    if (response.stream != nullptr) {
      fetched.rest = std::make_shared<InnerRest>(inner, std::move(response.stream));
    }
    co_return fetched;
  }

 private:
  struct Mount {
    std::string path, below;
    int number;
  };

  const Mount* MountOf(std::string_view path) const {
    for (const Mount& mount : mounts_) {
      if (path == mount.path || path.starts_with(mount.below)) return &mount;
    }
    return nullptr;
  }

  Task<http::Response> Ask(const http::Request& request, bool routed) const {
    const batch::Call call{.deadline = request.received + deadline_,
                           .abandoned = &request.client_has_gone};
    Value body(Blob{.data = request.body});
    auto answer = co_await service_.Ask(HeadOf(request, routed), std::move(body), call);
    if (!answer) co_return http::Problem(answer.error(), request.request_id);
    if (answer->failure) co_return Fail(*answer->failure, request);
    http::Response response{.content_type = ""};
    ApplySaid(answer->said, response);
    if (answer->stream != nullptr) {
      response.stream = std::make_unique<ApplicationBody>(service_, std::move(answer->stream), log_,
                                                          request.request_id);
    } else if (auto* const blob = std::get_if<Blob>(&answer->value)) {
      response.body = std::move(blob->data);
    }
    co_return response;
  }

  http::Response Fail(const service::ApiFailure& failure, const http::Request& request) const {
    log_.Write(observe::LogLevel::kError, failure.message,
               {{"path", request.path}, {"request_id", request.request_id}});
    log_.WriteBlock(failure.traceback);
    return http::Problem(failure.status, failure.message, failure.hint, request.request_id);
  }

  http::Router& router_;
  service::PythonService& service_;
  observe::Log& log_;
  const Duration deadline_;
  std::vector<Mount> mounts_;
};

}  // namespace

void AddApplicationRoutes(http::Router& router, service::PythonService& service, observe::Log& log,
                          Duration deadline) {
  const service::ServiceDescription& description = service.description();
  if (description.mounts.empty() && description.middleware == 0) return;
  const auto applications = std::make_shared<Applications>(router, service, log, deadline);
  router.Wrap(
      [applications](const http::Request& request) { return applications->Handle(request); });
  service.OnFetch([applications](Fetch fetch) { return applications->Answer(std::move(fetch)); });
}

}  // namespace ekiben::routes
