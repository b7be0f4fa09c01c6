// SPDX-License-Identifier: Apache-2.0
#include "service/backend.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/on_thread.h"

namespace ekiben::service {
namespace {

bool IsBatchable(const store::ModelInfo& model, std::string_view signature) {
  for (const store::Signature& each : model.signatures) {
    if (each.name == signature) {
      return each.batchable && each.input_batch_dim == 0 && each.output_batch_dim == 0;
    }
  }
  return false;
}

std::vector<std::string> MissingInputs(const store::NativeForm& form) {
  std::vector<std::string> names;
  for (const TensorSpec& input : form.inputs) {
    if (input.missing) names.push_back(input.name);
  }
  return names;
}

}  // namespace

std::vector<store::NativeForm> NativeForms(const store::ModelInfo& model) {
  if (!model.native.empty() || model.module != "bentoml.onnx") return model.native;
  return {{.signature = "run", .runtime = "onnx", .file = "saved_model.onnx"}};
}

Result<runtime::Runtime> BackendLoader::RuntimeNamed(const std::string& name) {
  if (const auto found = runtimes_.find(name); found != runtimes_.end()) return found->second;
  const auto file = runtime::FindRuntime(name);
  if (!file) return Error(file.error());
  const auto opened = runtime::Runtime::Open(*file);
  if (opened) runtimes_.emplace(name, *opened);
  return opened;
}

Result<BackendLoader::LoadRunner> BackendLoader::Loading(const store::ModelInfo& model,
                                                         const store::NativeForm& form,
                                                         const std::string& name,
                                                         size_t instances) {
  const auto runtime = RuntimeNamed(form.runtime);
  if (!runtime) return Error(runtime.error());
  runner::Runner::Options options{
      .name = name,
      .instances = instances != 0 ? instances : instances_,
      .rows_independent = form.rows_independent || IsBatchable(model, form.signature),
      .missing = MissingInputs(form)};
  return [runtime = *runtime, options = std::move(options), file = model.path / form.file] {
    return runner::Runner::Create(options, [&] { return runtime.Load(file); });
  };
}

Backend BackendLoader::Finish(std::unique_ptr<runner::Runner> runner,
                              batch::BatchPolicy::Options batching) {
  ++loads_;
  auto batcher =
      batch::MakeBatcher(loop_, *runner, batching, BatchMetricsOf(runner->name(), metrics_));
  return {std::move(runner), std::move(batcher)};
}

Result<Backend> BackendLoader::Load(const store::ModelInfo& model, const store::NativeForm& form,
                                    const std::string& name, batch::BatchPolicy::Options batching,
                                    size_t instances) {
  const auto load = Loading(model, form, name, instances);
  if (!load) return Error(load.error());
  auto runner = (*load)();
  if (!runner) return Error(std::move(runner).error());
  return Finish(*std::move(runner), batching);
}

Task<Result<std::shared_ptr<Backend>>> BackendLoader::Share(store::ModelInfo model,
                                                            store::NativeForm form,
                                                            std::string name,
                                                            batch::BatchPolicy::Options batching,
                                                            size_t instances) {
  const std::filesystem::path file = model.path / form.file;
  // A version can be deleted and saved again: then its file is another one.
  std::error_code ignored;
  const auto written = std::filesystem::last_write_time(file, ignored).time_since_epoch();
  std::weak_ptr<Backend>& shared = shared_[fmt::format(
      "{}\n{}\n{}\n{}\n{}\n{}\n{}", file.string(), written.count(), form.signature, name,
      batching.max_rows, batching.max_waiting, instances)];
  if (auto backend = shared.lock()) co_return backend;
  auto load = Loading(model, form, name, instances);
  if (!load) co_return Error(std::move(load).error());
  LoadRunner alone = [this, load = *std::move(load)] {
    const std::lock_guard lock(one_at_a_time_);
    return load();
  };
  auto runner = co_await OnThread(loop_, std::move(alone));
  if (!runner) co_return Error(std::move(runner).error());
  auto owned = std::make_shared<Backend>(Finish(*std::move(runner), batching));
  shared = owned;
  co_return owned;
}

batch::BatchMetrics BatchMetricsOf(const std::string& name, observe::MetricRegistry& metrics) {
  const std::string labels = fmt::format("runner=\"{}\"", name);
  return {.batch_rows = metrics.AddHistogram("ekiben_batch_rows", "Rows of each batch that ran.",
                                             labels, observe::BatchSizeBounds()),
          .refused = metrics.AddCounter("ekiben_refused_total",
                                        "Requests turned away because of load.", labels),
          .abandoned = metrics.AddCounter(
              "ekiben_abandoned_total",
              "Requests dropped from the queue: client gone or deadline passed.", labels)};
}

}  // namespace ekiben::service
