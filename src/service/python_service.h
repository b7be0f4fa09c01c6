// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/io_loop.h"
#include "service/api_pool.h"
#include "service/runner_table.h"
#include "service/service_description.h"
#include "service/worker_metrics.h"

namespace ekiben::service {

// A service written in Python: its functions in API workers, its runners natively or in workers of
// their own. Belongs to the loop.
class PythonService {
 public:
  struct Options {
    std::string python;       // The interpreter.
    std::string target;       // "service:svc"
    std::string working_dir;  // Where that is looked for.
    bool alias = false;       // `import bentoml` means ekiben even where BentoML is installed.
    std::string bento = {};   // The folder of the bento that it comes out of; empty: of none.
    bool reloads = false;     // Files may change while it is served: what was compiled is not kept.
    bool embeds = false;      // Runners that are not native run inside the API workers.
    bool deploys = true;      // Calls the deployment hooks; false where it replaces another.
    // Of the workers, beside this process's own.
    std::vector<std::pair<std::string, std::string>> environment = {};
    std::string configuration;  // What the workers are configured with, as JSON; empty: nothing.
    size_t api_workers = 1;
    batch::BatchPolicy::Options batching;
    bool batching_is_given = false;  // It goes over what runners were configured with.
  };

  // All of `places` must outlive the service.
  PythonService(RunnerTable::Places places, Options options);

  // Starts the first worker's interpreter ahead of time: Start() then takes less long.
  void Prepare() { apis_.Prepare(); }

  // Imports the service and loads its runners. `done` is called once: when everything can be
  // called, or with the reason why it never will; the traceback of the user's code is on the log.
  void Start(std::function<void(const Status&)> done);

  // REQUIRES: started
  const ServiceDescription& description() const { return *description_; }
  // Where each runner runs, a sentence each.
  const std::vector<std::string>& placements() const { return runners_.placements(); }
  size_t api_workers() const { return apis_.size(); }

  // Whether calls can be answered.
  bool ready() const { return apis_.ready() && runners_.ready(); }

  // Calls an API's function. `about` is the request's context as JSON where the API wants it, else
  // the request's id.
  Task<Result<ApiAnswer>> Call(size_t api, std::string about, Value input, batch::Call call);

  // What the user's code counts in all workers, in Prometheus' text format.
  Task<std::string> Metrics();

  // Lets an application of the service answer an HTTP request: `head` is JSON, the answer's `said`
  // is the whole head of the response, its value or stream the body, in blobs.
  Task<Result<ApiAnswer>> Ask(std::string head, Value body, batch::Call call);
  // What answers the requests that applications have for the engine. Before the first Ask().
  void OnFetch(std::function<Task<Fetched>(Fetch)> fetch) { fetch_ = std::move(fetch); }

  // Whoever calls an API has one, and whoever reads a stream. While there is one, the service must
  // not be stopped, nor what it refers to destroyed. Must not outlive the service.
  class Use {
   public:
    explicit Use(PythonService& service) : service_(&service) { ++service.uses_; }
    Use(Use&& other) noexcept : service_(std::exchange(other.service_, nullptr)) {}
    Use& operator=(Use&&) = delete;
    ~Use() {
      if (service_ != nullptr) --service_->uses_;
    }

   private:
    PythonService* service_;
  };
  bool in_use() const { return uses_ > 0; }

  // Lets the workers run their shutdown hooks and end. Start() is then not answered any more.
  void Stop();
  // Ends those that have not.
  void Kill() { apis_.Kill(); }
  // Whether all have ended, and nothing that they asked for is under way.
  bool stopped() const { return apis_.stopped() && runners_.stopped(); }

 private:
  worker::Worker::Options WorkerOptions(const std::string& role, size_t lanes, size_t runner) const;
  void OnDescribed(std::string_view json);
  void Fail(const Status& why);

  const RunnerTable::Places places_;
  const Options options_;
  int uses_ = 0;
  bool stopping_ = false;
  std::optional<ServiceDescription> description_;
  std::function<void(const Status&)> done_;
  std::function<Task<Fetched>(Fetch)> fetch_;
  observe::Counter& ended_;
  WorkerMetrics metrics_;
  RunnerTable runners_;
  ApiPool apis_;
};

}  // namespace ekiben::service
