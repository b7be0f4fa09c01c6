// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/io_loop.h"
#include "service/api_pool.h"
#include "service/runner_table.h"
#include "service/service_description.h"

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
    size_t api_workers = 1;
    size_t instances = 1;  // Threads of a native method that does not run on the loop.
    batch::BatchPolicy::Options batching;
  };

  // All of `places` must outlive the service.
  PythonService(RunnerTable::Places places, Options options);

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

  // Lets an application of the service answer an HTTP request: `head` is JSON, the answer's `said`
  // is the whole head of the response, its value or stream the body, in blobs.
  Task<Result<ApiAnswer>> Ask(std::string head, Value body, batch::Call call);
  // What answers the requests that applications have for the engine. Before the first Ask().
  void OnFetch(std::function<Task<Fetched>(Fetch)> fetch) { fetch_ = std::move(fetch); }

  // Lets the workers run their shutdown hooks and end.
  void Stop();
  // Whether they have ended.
  bool stopped() const { return apis_.stopped() && runners_.stopped(); }

 private:
  worker::Worker::Options WorkerOptions(const std::string& role, size_t lanes, size_t runner) const;
  void OnDescribed(std::string_view json);
  void Fail(const Status& why);

  const RunnerTable::Places places_;
  const Options options_;
  std::optional<ServiceDescription> description_;
  std::function<void(const Status&)> done_;
  std::function<Task<Fetched>(Fetch)> fetch_;
  observe::Counter& ended_;
  RunnerTable runners_;
  ApiPool apis_;
};

}  // namespace ekiben::service
