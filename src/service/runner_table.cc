// SPDX-License-Identifier: Apache-2.0
#include "service/runner_table.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "codec/cast.h"
#include "service/api_failure.h"

namespace ekiben::service {
namespace {

using worker::Arguments;

// The input that takes the argument with this name, or nothing.
std::optional<size_t> InputNamed(std::span<const TensorSpec> specs, std::string_view name) {
  const auto found = std::ranges::find(specs, name, &TensorSpec::name);
  if (found == specs.end()) return std::nullopt;
  return static_cast<size_t>(found - specs.begin());
}

Duration FromSeconds(double seconds) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

Result<Tensor> Fitted(Value value, const TensorSpec& spec, std::string_view method) {
  auto* const tensor = value.If<Tensor>();
  if (tensor == nullptr) {
    return Error(InvalidArgument(fmt::format("'{}' of '{}' takes an array", spec.name, method)));
  }
  // A column of a table: (rows, 1) where the model takes (rows).
  if (!spec.any_rank && spec.shape.rank() == 1 && tensor->shape().rank() == 2 &&
      tensor->shape()[1] == 1) {
    tensor->Reshape({tensor->shape()[0]});
  }
  if (!spec.any_rank && !spec.shape.Accepts(tensor->shape())) {
    return Error(
        InvalidArgument(fmt::format("'{}' of '{}' takes the shape {}, not {}", spec.name, method,
                                    spec.shape.ToString(), tensor->shape().ToString())));
  }
  if (tensor->type() == spec.type) return std::move(*tensor);
  if (IsFloat(tensor->type()) && !IsFloat(spec.type)) {
    return Error(
        InvalidArgument(fmt::format("'{}' of '{}' takes {}, not {}", spec.name, method,
                                    DataTypeName(spec.type), DataTypeName(tensor->type()))));
  }
  auto cast = codec::CastNumbers(*tensor, spec.type);
  if (!cast) return Error(std::move(cast).error().WithContext(spec.name));
  return cast;
}

// Counts a call for as long as it is under way.
class Counted {
 public:
  explicit Counted(int64_t& count) : count_(count) { ++count_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --count_; }

 private:
  int64_t& count_;
};

}  // namespace

Result<std::vector<Tensor>> NativeInputs(std::span<const TensorSpec> specs, Arguments arguments,
                                         std::string_view method) {
  std::vector<std::optional<Value>> given(specs.size());
  for (size_t i = 0; i < arguments.positional.size(); ++i) {
    if (i >= specs.size()) {
      return Error(InvalidArgument(fmt::format("'{}' takes {} arguments, got {}", method,
                                               specs.size(), arguments.positional.size())));
    }
    given[i] = std::move(arguments.positional[i]);
  }
  for (auto& [name, value] : arguments.named) {
    const auto input = InputNamed(specs, name);
    if (!input) {
      return Error(InvalidArgument(fmt::format("'{}' has no argument '{}'", method, name)));
    }
    given[*input] = std::move(value);
  }
  std::vector<Tensor> inputs;
  for (size_t i = 0; i < specs.size(); ++i) {
    if (!given[i]) {
      return Error(InvalidArgument(fmt::format("'{}' needs '{}'", method, specs[i].name)));
    }
    auto input = Fitted(*std::move(given[i]), specs[i], method);
    if (!input) return Error(std::move(input).error());
    inputs.push_back(*std::move(input));
  }
  return inputs;
}

void RunnerTable::Start(const ServiceDescription& service,
                        std::function<void(const Status&)> done) {
  done_ = std::move(done);
  loading_ = true;
  ekiben::Start(Load(service), [this](const Status& status) {
    loading_ = false;
    if (!status.ok() || stopping_) return Report(status);
    for (const auto& workers : workers_) workers->Start();
    if (ready()) Report({});
  });
}

Task<Status> RunnerTable::Load(const ServiceDescription& service) {
  for (size_t number = 0; number < service.runners.size() && !stopping_; ++number) {
    Status added = co_await AddRunner(service.runners[number], number);
    if (!added.ok()) co_return added;
  }
  co_return Status();
}

void RunnerTable::Report(const Status& status) {
  if (done_) std::exchange(done_, nullptr)(status);
}

Task<Status> RunnerTable::AddRunner(const RunnerDescription& runner, size_t number) {
  const size_t first = methods_.size();
  bool needs_workers = false;
  Traffic& traffic = *traffic_.emplace_back(std::make_unique<Traffic>(
      Traffic{.runner = runner.name, .most = runner.settings.max_concurrency}));
  for (size_t i = 0; i < runner.methods.size(); ++i) {
    const MethodDescription& about = runner.methods[i];
    Method method;
    method.name = fmt::format("{}.{}", runner.name, about.name);
    method.number = i;
    method.traffic = &traffic;
    method.timeout = TimeoutOf(runner);
    // What the service's code says goes over the configuration.
    for (const auto& limit : {about.max_latency_ms, runner.settings.max_latency_ms}) {
      if (!limit) continue;
      method.timeout = std::min(method.timeout, FromSeconds(*limit / 1e3));
      break;
    }
    if (about.native) {
      auto native = co_await LoadNative(runner, about);
      if (!native) co_return std::move(native).error();
      method.native = *std::move(native);
    } else {
      needs_workers = true;
    }
    methods_.push_back(std::move(method));
  }
  if (runner.embedded) {
    placements_.push_back(fmt::format("{} runs inside the API workers", runner.name));
    co_return Status();
  }
  if (!needs_workers) {
    placements_.push_back(fmt::format("{} runs natively", runner.name));
    co_return Status();
  }
  AddWorkers(runner, number);
  for (size_t i = first; i < methods_.size(); ++i) methods_[i].workers = workers_.back().get();
  co_return Status();
}

Task<Result<std::shared_ptr<Backend>>> RunnerTable::LoadNative(const RunnerDescription& runner,
                                                               const MethodDescription& method) {
  if (runner.models.size() != 1) {
    co_return Error(InvalidArgument(
        fmt::format("the runner '{}' is native, but has not one model", runner.name)));
  }
  const auto model = places_.store.Get(runner.models.front());
  if (!model) co_return Error(model.error());
  for (const store::NativeForm& form : NativeForms(*model)) {
    if (form.signature == method.name) {
      std::string name = fmt::format("{}.{}", runner.name, method.name);
      const auto instances = static_cast<size_t>(runner.settings.threads.value_or(0));
      co_return co_await places_.backends.Share(*model, form, std::move(name),
                                                BatchingOf(runner, method), instances);
    }
  }
  co_return Error(FailedPrecondition(fmt::format("the model '{}' has no native form of '{}'",
                                                 model->tag.ToString(), method.name)));
}

batch::BatchPolicy::Options RunnerTable::BatchingOf(const RunnerDescription& runner,
                                                    const MethodDescription& method) const {
  batch::BatchPolicy::Options options = options_.batching;
  if (options_.batching_is_given) return options;
  if (!runner.settings.batching) {
    options.max_rows = 1;
  } else if (method.max_batch_size) {
    options.max_rows = *method.max_batch_size;
  } else if (runner.settings.max_batch_size) {
    options.max_rows = *runner.settings.max_batch_size;
  }
  return options;
}

Duration RunnerTable::TimeoutOf(const RunnerDescription& runner) const {
  const auto& timeout = runner.settings.timeout_s;
  return timeout ? FromSeconds(*timeout) : options_.timeout;
}

std::shared_ptr<const worker::MemoryLimit> RunnerTable::MemoryLimitOf(
    const RunnerDescription& runner) const {
  if (!runner.settings.memory) return nullptr;
  auto limit = std::make_shared<worker::MemoryLimit>(
      runner.name, static_cast<uint64_t>(*runner.settings.memory), runner.workers.size());
  if (!limit->has_group()) {
    places_.log.Write(observe::LogLevel::kWarning,
                      "no control group could be made: each worker is held to its share of the "
                      "runner's memory by RLIMIT_DATA",
                      {{"runner", runner.name}});
  }
  return limit;
}

void RunnerTable::AddWorkers(const RunnerDescription& runner, size_t number) {
  batch::WorkerBatcher::Options options{.name = runner.name, .timeout = TimeoutOf(runner)};
  for (const MethodDescription& about : runner.methods) {
    const std::string name = fmt::format("{}.{}", runner.name, about.name);
    options.methods.push_back(
        {.name = about.name,
         .batchable = about.batchable,
         .batch_axis = static_cast<size_t>(about.input_batch_dim),
         .batching = BatchingOf(runner, about),
         // Counted by the native backend already, where there is one.
         .metrics = BatchMetricsOf(about.native ? name + ".python" : name, places_.metrics)});
  }
  const size_t count = std::max<size_t>(1, runner.workers.size());
  const auto memory_limit = MemoryLimitOf(runner);
  for (size_t i = 0; i < count; ++i) {
    worker::Worker::Options each = options_.worker(number);
    each.environment.emplace_back("EKIBEN_WORKER_INDEX", fmt::format("{}", i));
    each.cores = runner.settings.cores;
    each.memory_limit = memory_limit;
    if (i < runner.workers.size()) {
      each.environment.insert(each.environment.end(), runner.workers[i].begin(),
                              runner.workers[i].end());
    }
    options.workers.push_back(std::move(each));
  }
  placements_.push_back(fmt::format("{} runs in {} Python {}", runner.name, count,
                                    count == 1 ? "worker" : "workers"));
  observe::Counter& ended = places_.metrics.AddCounter(
      "ekiben_worker_ends_total", "Python workers that ended while they were needed.",
      fmt::format("runner=\"{}\"", runner.name));
  const auto on_ready = [this] {
    if (ready()) Report({});
  };
  const auto on_failed = [this, name = runner.name](const Status& why) {
    if (!done_) return;
    Report(LoadFailure(why, places_.log).WithContext(fmt::format("runner '{}'", name)));
  };
  const auto on_down = [this, name = runner.name, &ended](const std::string& how) {
    ended.Add();
    places_.log.Write(observe::LogLevel::kError, "a runner's worker ended",
                      {{"runner", name}, {"how", how}});
  };
  const auto on_metrics = [this, name = runner.name](size_t worker, uint32_t call,
                                                     std::string_view json) {
    options_.on_metrics(fmt::format("{} {}", name, worker), call, json);
  };
  workers_.push_back(std::make_unique<batch::WorkerBatcher>(
      places_.loop, std::move(options),
      batch::WorkerBatcher::Events{.on_ready = on_ready,
                                   .on_failed = on_failed,
                                   .on_down = on_down,
                                   .on_metrics = on_metrics}));
}

size_t RunnerTable::AskForMetrics(uint32_t call) {
  size_t asked = 0;
  for (const auto& workers : workers_) asked += workers->AskForMetrics(call);
  return asked;
}

bool RunnerTable::ready() const {
  return !loading_ &&
         std::ranges::all_of(workers_, [](const auto& workers) { return workers->ready(); });
}

bool RunnerTable::stopped() const {
  return stopping_ && !loading_ && calls_ == 0 &&
         std::ranges::all_of(workers_, [](const auto& workers) { return workers->stopped(); });
}

void RunnerTable::Stop() {
  stopping_ = true;
  if (calls_ == 0) StopWorkers();
}

void RunnerTable::StopWorkers() {
  for (const auto& workers : workers_) workers->Stop();
}

Task<Result<batch::Outcome>> RunnerTable::Run(size_t number, Arguments arguments, Time deadline) {
  if (number >= methods_.size()) {
    co_return Error(InvalidArgument("a worker asks for a method that no runner has"));
  }
  Method& method = methods_[number];
  if (!method.native && method.workers == nullptr) {
    co_return Error(Internal("an embedded runner was called"));
  }
  Traffic& traffic = *method.traffic;
  if (traffic.most && traffic.under_way >= *traffic.most) {
    co_return Error(ResourceExhausted(
        fmt::format("{} calls of the runner '{}' are under way, which is as many as it takes at a "
                    "time",
                    traffic.under_way, traffic.runner)));
  }
  const Counted counted(traffic.under_way);
  deadline = std::min(deadline, Now() + method.timeout);
  const batch::Call call{.deadline = deadline};
  ++calls_;
  Task<Result<batch::Outcome>> running =
      method.native ? RunNative(method, std::move(arguments), call)
                    : method.workers->Infer(method.number, std::move(arguments), call);
  auto outcome = co_await std::move(running);
  if (--calls_ == 0 && stopping_) StopWorkers();
  co_return outcome;
}

Task<Result<batch::Outcome>> RunnerTable::RunNative(Method& method, Arguments arguments,
                                                    batch::Call call) {
  auto inputs = NativeInputs(method.native->runner->inputs(), std::move(arguments), method.name);
  if (!inputs) co_return Error(std::move(inputs).error());
  auto outputs = co_await method.native->batcher->Infer(*std::move(inputs), call);
  if (!outputs) co_return Error(std::move(outputs).error());
  Arguments answer;
  for (Tensor& output : *outputs) answer.positional.emplace_back(std::move(output));
  co_return batch::Outcome(std::move(answer));
}

}  // namespace ekiben::service
