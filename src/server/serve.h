// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "batch/batch_policy.h"
#include "http/cors.h"
#include "http/limits.h"
#include "observe/log.h"
#include "store/model_info.h"
#include "store/model_store.h"

namespace ekiben::server {

struct ServeOptions {
  std::string host = "127.0.0.1";
  uint16_t port = 3000;                         // 0: any that is free.
  Duration timeout = std::chrono::seconds(60);  // From a request's arrival to its answer.
  bool access_log = false;                      // A line for each request.
  std::vector<std::string> quiet_paths = {};    // Without those to one of these.
  observe::LogFormat log_format = observe::LogFormat::kText;
  size_t instances = 0;  // Threads of a heavy model; 0: one a core.
  batch::BatchPolicy::Options batching;
  http::Limits limits;
  std::optional<size_t> max_concurrency = {};  // POST requests at a time; more get 429.
  std::optional<http::Cors> cors = {};
  bool metrics = true;                       // Whether there is GET /metrics.
  std::vector<double> duration_bounds = {};  // In seconds; empty: the usual ones.
};

// Serves the model until SIGTERM or SIGINT: then accepts no more, finishes what is under way, and
// returns. A second signal ends the process at once, with 128 + its number.
//
// Says on `out` what it serves, where, and how to try it; with JSON logs the log says that instead.
// Logs go to stderr. An error means that serving could not begin.
Status ServeModel(const store::ModelInfo& model, const ServeOptions& options, std::ostream& out);

// A service written in Python, and who runs it.
struct PythonTarget {
  std::string target;       // "service:svc", a file, or a folder.
  std::string working_dir;  // Where that is looked for; it becomes the workers' current folder.
  std::string python;       // The interpreter.
  size_t api_workers = 1;
  bool reload = false;     // Load it anew when its files, or models that it asks for, have changed.
  bool embeds = false;     // Runners that are not native run inside the API workers.
  bool alias = false;      // `import bentoml` means ekiben even where BentoML is installed.
  std::string bento = {};  // The folder of the bento that it comes out of; empty: of none.
  // Of the workers, beside this process's own.
  std::vector<std::pair<std::string, std::string>> environment = {};
  std::string configuration;       // What the workers are configured with, as JSON; empty: nothing.
  bool batching_is_given = false;  // ServeOptions::batching goes over the configuration.
};

// Serves a service written in Python, likewise. A service that cannot be loaded is an error, with
// the user's traceback on stderr.
Status ServePython(const PythonTarget& target, const store::ModelStore& store,
                   const ServeOptions& options, std::ostream& out);

// How many threads a heavy model gets.
size_t InstancesOf(const ServeOptions& options);

}  // namespace ekiben::server
