// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "reload/change_watch.h"
#include "reload/generations.h"
#include "routes/application_routes.h"
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

// One loading of the service, with the routes that lead to it.
class PythonGeneration final : public reload::Generation {
 public:
  PythonGeneration(service::RunnerTable::Places places, service::PythonService::Options options)
      : service_(places, std::move(options)) {}

  void Prepare() override { service_.Prepare(); }
  void Start(std::function<void(const Status&)> done) override { service_.Start(std::move(done)); }
  bool in_use() const override { return service_.in_use(); }
  void Stop() override { service_.Stop(); }
  void Kill() override { service_.Kill(); }
  bool stopped() const override { return service_.stopped(); }

  service::PythonService& service() { return service_; }

  // Makes `front` serve it. It must live until its last request has been answered.
  void Route(Front& front) {
    router_ = front.NewRouter();
    const Duration timeout = front.options().timeout;
    routes::AddPythonRoutes(*router_, service_, front.log(), timeout);
    routes::AddApplicationRoutes(*router_, service_, front.log(), timeout);
    front.SetWorkersMetrics([this] { return service_.Metrics(); });
    front.Route(router_, routes::OpenApi(service_.description()),
                [this] { return service_.ready(); });
  }

 private:
  service::PythonService service_;
  std::shared_ptr<http::Router> router_;
};

// The folder that the service is loaded from.
std::filesystem::path FolderOf(const PythonTarget& target) {
  std::error_code ignored;
  const std::filesystem::path folder = target.working_dir;
  return std::filesystem::is_directory(folder / target.target, ignored) ? folder / target.target
                                                                        : folder;
}

// A service in Python while it is served: starts its workers, then the port, and loads it anew when
// it has changed.
class PythonServer {
 public:
  PythonServer(const PythonTarget& target, const store::ModelStore& store,
               const ServeOptions& options, std::ostream& out)
      : target_(target),
        store_(store),
        out_(out),
        front_(options),
        backends_(front_.loop(), front_.metrics(), InstancesOf(options)),
        changes_(front_.loop(), {.folder = FolderOf(target),
                                 .models = store.home() / "models",
                                 .on_change = [this](const std::set<std::string>& changed,
                                                     Time since) { OnChange(changed, since); }}),
        generations_(front_.loop(), {.standby = target.reload, .stop_time = kShutdownTime},
                     {.make = [this] { return Make(); },
                      .on_serving = [this](reload::Generation& one) { OnServing(one); },
                      .on_failed = [this](const Status& why) { OnFailed(why); }}) {}

  Status Serve() {
    if (Status bound = front_.Bind(); !bound.ok()) return bound;
    if (target_.reload) WatchFiles();
    generations_.Load();
    front_.Run([this] { StopWorkers(); });
    return std::move(failure_);
  }

 private:
  std::unique_ptr<PythonGeneration> Make() {
    return std::make_unique<PythonGeneration>(
        service::RunnerTable::Places{.loop = front_.loop(),
                                     .metrics = front_.metrics(),
                                     .log = front_.log(),
                                     .store = store_,
                                     .backends = backends_},
        service::PythonService::Options{.python = target_.python,
                                        .target = target_.target,
                                        .working_dir = target_.working_dir,
                                        .alias = target_.alias,
                                        .bento = target_.bento,
                                        .reloads = target_.reload,
                                        .embeds = target_.embeds,
                                        .deploys = !serves_,
                                        .environment = target_.environment,
                                        .configuration = target_.configuration,
                                        .api_workers = target_.api_workers,
                                        .batching = front_.options().batching,
                                        .batching_is_given = target_.batching_is_given});
  }

  void OnServing(reload::Generation& generation) {
    auto& serving = static_cast<PythonGeneration&>(generation);
    serving.Route(front_);
    const service::PythonService& service = serving.service();
    const bool is_first = !std::exchange(serves_, true);
    if (is_first) {
      failure_ = front_.Open();
      if (!failure_.ok()) return front_.Stop();
      Announce(service);
    } else {
      TellReload();
    }
    if (target_.reload) Follow(service.description());
  }

  void OnFailed(const Status& why) {
    if (!serves_) {
      failure_ = why;
      return front_.Stop();
    }
    changes_.FollowAnyModel();
    const std::string told =
        fmt::format("not reloaded, what served before goes on serving: {}", why.message());
    const double ms = Seconds(Now() - since_) * 1e3;
    if (why.hint().empty()) {
      front_.log().Write(observe::LogLevel::kError, told, {{"changed", changed_}, {"ms", ms}});
    } else {
      front_.log().Write(observe::LogLevel::kError, told,
                         {{"hint", why.hint()}, {"changed", changed_}, {"ms", ms}});
    }
  }

  void OnChange(const std::set<std::string>& changed, Time since) {
    if (patience_ != nullptr) return;  // Stopping.
    changed_ = reload::Summary(changed);
    since_ = since;
    generations_.Load();
  }

  // Before the first file is read: what is saved while the service loads counts.
  void WatchFiles() {
    if (const Status watches = changes_.Start(); !watches.ok()) {
      front_.log().Write(observe::LogLevel::kWarning, watches.message(),
                         {{"hint", watches.hint()}});
    }
  }

  // What counts is what the newest generation that could be loaded says.
  void Follow(const service::ServiceDescription& description) {
    std::optional<reload::WatchedFiles::Packed> packed;
    if (description.packed) {
      packed = {.include = description.packed->include, .exclude = description.packed->exclude};
    }
    changes_.Follow(reload::WatchedFiles(std::move(packed)),
                    {description.newest.begin(), description.newest.end()});
  }

  void Announce(const service::PythonService& service) {
    const Duration took = Now() - start_;
    if (front_.options().log_format == observe::LogFormat::kJson) {
      front_.log().Write(observe::LogLevel::kInfo, "ready",
                         {{"url", front_.url()},
                          {"service", service.description().name},
                          {"ms", Seconds(took) * 1e3}});
      return;
    }
    WriteStartLines(service, target_.python, front_.url(), took, out_);
    out_.flush();
  }

  void TellReload() {
    const double ms = Seconds(Now() - since_) * 1e3;
    if (front_.options().log_format == observe::LogFormat::kJson) {
      front_.log().Write(observe::LogLevel::kInfo, "reloaded", {{"changed", changed_}, {"ms", ms}});
      return;
    }
    WriteReloadLine(changed_, Now() - since_, out_);
    out_.flush();
  }

  void StopWorkers() {
    generations_.Stop([this] { front_.Stop(); });
    patience_ = front_.loop().After(kShutdownTime, [this] { front_.Stop(); });
  }

  const Time start_ = Now();
  const PythonTarget& target_;
  const store::ModelStore& store_;
  std::ostream& out_;
  Status failure_;
  Front front_;
  service::BackendLoader backends_;
  bool serves_ = false;
  std::string changed_;  // Of the last reload: what, and when that began.
  Time since_{};
  reload::ChangeWatch changes_;
  reload::Generations generations_;
  std::unique_ptr<Watch> patience_;
};

}  // namespace

Status ServePython(const PythonTarget& target, const store::ModelStore& store,
                   const ServeOptions& options, std::ostream& out) {
  PythonServer server(target, store, options, out);
  return server.Serve();
}

}  // namespace ekiben::server
