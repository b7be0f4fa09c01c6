// SPDX-License-Identifier: Apache-2.0
#include <ostream>
#include <utility>

#include "routes/openapi.h"
#include "routes/python_routes.h"
#include "server/front.h"
#include "server/serve.h"
#include "server/start_lines.h"
#include "service/python_service.h"

namespace ekiben::server {
namespace {

// What the workers get to run their shutdown hooks.
constexpr Duration kShutdownTime = std::chrono::seconds(5);

// A service in Python while it is served: starts its workers, then the port.
class PythonServer {
 public:
  PythonServer(const PythonTarget& target, const store::ModelStore& store,
               const ServeOptions& options, std::ostream& out)
      : target_(target),
        out_(out),
        front_(options),
        backends_(front_.loop(), front_.metrics(), InstancesOf(options)),
        service_({.loop = front_.loop(),
                  .metrics = front_.metrics(),
                  .log = front_.log(),
                  .store = store,
                  .backends = backends_},
                 {.python = target.python,
                  .target = target.target,
                  .working_dir = target.working_dir,
                  .alias = target.alias,
                  .api_workers = target.api_workers,
                  .batching = options.batching}) {}

  Status Serve() {
    if (Status bound = front_.Bind(); !bound.ok()) return bound;
    service_.Start([this](const Status& started) { OnStarted(started); });
    front_.Run([this] { StopWorkers(); });
    return std::move(failure_);
  }

 private:
  void OnStarted(const Status& started) {
    failure_ = started;
    if (failure_.ok()) {
      auto router = front_.NewRouter();
      routes::AddPythonRoutes(*router, service_, front_.log(), front_.options().timeout);
      front_.Route(std::move(router), routes::OpenApi(service_.description()),
                   [this] { return service_.ready(); });
      failure_ = front_.Open();
    }
    if (!failure_.ok()) return front_.Stop();
    Announce();
  }

  void Announce() {
    const Duration took = Now() - start_;
    if (front_.options().log_format == observe::LogFormat::kJson) {
      front_.log().Write(observe::LogLevel::kInfo, "ready",
                         {{"url", front_.url()},
                          {"service", service_.description().name},
                          {"ms", Seconds(took) * 1e3}});
      return;
    }
    WriteStartLines(service_, target_.python, front_.url(), took, out_);
    out_.flush();
  }

  void StopWorkers() {
    service_.Stop();
    patience_ = front_.loop().After(kShutdownTime, [this] { front_.Stop(); });
    WaitForWorkers();
  }

  void WaitForWorkers() {
    if (service_.stopped()) return front_.Stop();
    look_ = front_.loop().After(std::chrono::milliseconds(5), [this] { WaitForWorkers(); });
  }

  const Time start_ = Now();
  const PythonTarget& target_;
  std::ostream& out_;
  Status failure_;
  Front front_;
  service::BackendLoader backends_;
  service::PythonService service_;
  std::unique_ptr<Watch> patience_, look_;
};

}  // namespace

Status ServePython(const PythonTarget& target, const store::ModelStore& store,
                   const ServeOptions& options, std::ostream& out) {
  PythonServer server(target, store, options, out);
  return server.Serve();
}

}  // namespace ekiben::server
