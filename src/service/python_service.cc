// SPDX-License-Identifier: Apache-2.0
#include "service/python_service.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "base/json_text.h"
#include "base/usable_cpus.h"

namespace ekiben::service {
namespace {

constexpr size_t kLanes = 2;  // Of an API worker: for threads, and for its asyncio loop.
constexpr size_t kAsyncLane = 1;

}  // namespace

PythonService::PythonService(RunnerTable::Places places, Options options)
    : places_(places),
      options_(std::move(options)),
      ended_(places.metrics.AddCounter("ekiben_worker_ends_total",
                                       "Python workers that ended while they were needed.",
                                       "runner=\"api\"")),
      metrics_(places.loop),
      runners_(
          places,
          {.batching = options_.batching,
           .batching_is_given = options_.batching_is_given,
           .worker = [this](size_t runner) { return WorkerOptions("runner", 1, runner); },
           .on_metrics = [this](const std::string& worker, uint32_t call,
                                std::string_view json) { metrics_.OnAnswer(worker, call, json); }}),
      apis_(places.loop, WorkerOptions("api", kLanes, 0), options_.api_workers,
            ApiPool::Events{.on_described = [this](std::string_view json) { OnDescribed(json); },
                            .on_failed = [this](const Status& why) { Fail(why); },
                            .on_down =
                                [this](const std::string& how) {
                                  ended_.Add();
                                  places_.log.Write(observe::LogLevel::kError,
                                                    "an API worker ended", {{"how", how}});
                                },
                            .run =
                                [this](size_t method, worker::Arguments arguments, Time deadline) {
                                  return runners_.Run(method, std::move(arguments), deadline);
                                },
                            .on_metrics =
                                [this](size_t worker, uint32_t call, std::string_view json) {
                                  // No runner is called so: their names have no space in front.
                                  metrics_.OnAnswer(fmt::format(" api {}", worker), call, json);
                                },
                            .fetch = [this](Fetch fetch) { return fetch_(std::move(fetch)); }}) {}

worker::Worker::Options PythonService::WorkerOptions(const std::string& role, size_t lanes,
                                                     size_t runner) const {
  // The first API worker's first process, before there are others, calls the deployment hooks.
  const bool deploys = options_.deploys && role == "api";
  worker::Worker::Options worker{
      .command = {options_.python, "-m", "ekiben.worker"},
      // A bento comes with its own models.
      .environment = {{"EKIBEN_BENTO", options_.bento}},
      .working_dir = options_.working_dir,
      .settings = fmt::format(
          R"("role": "{}", "target": {}, "runner": {}, "alias": {}, "reloads": {}, "embeds": {}, "looks": {})",
          role, JsonString(options_.target), runner, options_.alias, options_.reloads,
          options_.embeds, UsableCpus() >= 2),
      .first_settings = deploys ? R"(, "deploys": true)" : "",
      .lanes = lanes};
  std::ranges::copy(options_.environment, std::back_inserter(worker.environment));
  // What is compiled may not lie beside the source: a bento stays as it was built.
  if (!options_.bento.empty()) worker.environment.emplace_back("PYTHONDONTWRITEBYTECODE", "1");
  // Not among the arguments, which everybody on the machine can read: it may have passwords.
  if (!options_.configuration.empty()) {
    worker.environment.emplace_back("EKIBEN_WORKER_CONFIGURATION", options_.configuration);
  }
  return worker;
}

void PythonService::Start(std::function<void(const Status&)> done) {
  done_ = std::move(done);
  apis_.Start();
}

void PythonService::OnDescribed(std::string_view json) {
  if (stopping_) return;
  auto description = ParseServiceDescription(json);
  if (!description) return Fail(description.error());
  description_ = *std::move(description);
  runners_.Start(*description_, [this](const Status& status) {
    if (stopping_) return;
    if (!status.ok()) return Fail(status);
    apis_.StartOthers();
    if (done_) std::exchange(done_, nullptr)({});
  });
}

void PythonService::Fail(const Status& why) {
  if (stopping_) return;
  if (!done_) {
    places_.log.Write(observe::LogLevel::kError, why.message());
    return;
  }
  std::exchange(done_, nullptr)(LoadFailure(why, places_.log));
}

Task<Result<ApiAnswer>> PythonService::Call(size_t api, std::string about, Value input,
                                            batch::Call call) {
  const ApiMode mode = description_->apis[api].mode;
  const size_t lane = mode == ApiMode::kAsync || mode == ApiMode::kAsyncStream ? kAsyncLane : 0;
  return apis_.Call(api, lane, std::move(about), std::move(input), call);
}

Task<std::string> PythonService::Metrics() {
  const Use use(*this);
  WorkerMetrics::Ask ask = [this](uint32_t call) {
    return apis_.AskForMetrics(call) + runners_.AskForMetrics(call);
  };
  co_return co_await metrics_.Collect(std::move(ask));
}

Task<Result<ApiAnswer>> PythonService::Ask(std::string head, Value body, batch::Call call) {
  return apis_.Call(worker::kApplications, kAsyncLane, std::move(head), std::move(body), call);
}

void PythonService::Stop() {
  stopping_ = true;
  apis_.Stop();
  runners_.Stop();
}

}  // namespace ekiben::service
