// SPDX-License-Identifier: Apache-2.0
#include "service/model_service.h"

#include <map>
#include <utility>

#include <fmt/format.h>

#include "codec/json.h"
#include "runtime/runtime.h"

namespace ekiben::service {
namespace {

constexpr size_t kLongestSample = 1000;  // Elements.

// Opens each runtime plugin once.
class Runtimes {
 public:
  Result<runtime::Runtime> Get(const std::string& name) {
    if (const auto found = opened_.find(name); found != opened_.end()) return found->second;
    const auto file = runtime::FindRuntime(name);
    if (!file) return Error(file.error());
    const auto opened = runtime::Runtime::Open(*file);
    if (opened) opened_.emplace(name, *opened);
    return opened;
  }

 private:
  std::map<std::string, runtime::Runtime> opened_;
};

// The native forms to serve. A plain ONNX model is its own native form, whoever saved it.
std::vector<store::NativeForm> NativeForms(const store::ModelInfo& model) {
  if (!model.native.empty() || model.module != "bentoml.onnx") return model.native;
  return {{.signature = "run", .runtime = "onnx", .file = "saved_model.onnx"}};
}

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

Result<std::unique_ptr<runner::Runner>> MakeRunner(const store::ModelInfo& model,
                                                   const store::NativeForm& form,
                                                   const ModelServiceOptions& options,
                                                   Runtimes& runtimes) {
  const auto runtime = runtimes.Get(form.runtime);
  if (!runtime) return Error(runtime.error());
  return runner::Runner::Create(
      {.name = fmt::format("{}.{}", model.tag.ToString(), form.signature),
       .instances = options.instances,
       .rows_independent = form.rows_independent || IsBatchable(model, form.signature),
       .missing = MissingInputs(form)},
      [&] { return runtime->Load(model.path / form.file); });
}

batch::BatchMetrics MetricsFor(const std::string& runner, observe::MetricRegistry& metrics) {
  const std::string labels = fmt::format("runner=\"{}\"", runner);
  return {.batch_rows = metrics.AddHistogram("ekiben_batch_rows", "Rows of each batch that ran.",
                                             labels, observe::BatchSizeBounds()),
          .refused = metrics.AddCounter("ekiben_refused_total",
                                        "Requests turned away because of load.", labels),
          .abandoned = metrics.AddCounter(
              "ekiben_abandoned_total",
              "Requests dropped from the queue: client gone or deadline passed.", labels)};
}

// A row of zeros as JSON; empty where that is too long to be read or typed.
std::string SampleRequest(std::span<const TensorSpec> inputs) {
  const std::vector<Tensor> row = runner::ZeroRow(inputs);
  std::vector<std::string> names;
  size_t elements = 0;
  for (const TensorSpec& input : inputs) names.push_back(input.name);
  for (const Tensor& tensor : row) elements += tensor.elements();
  std::string json;
  if (elements > kLongestSample || !codec::EncodeJson(row, names, json).ok()) return {};
  return json;
}

ApiDescription Describe(const store::ModelInfo& model, const store::NativeForm& form,
                        const runner::Runner& runner) {
  return {.name = form.signature,
          .route = "/" + form.signature,
          .doc = fmt::format("`{}` of the model {}", form.signature, model.tag.ToString()),
          .inputs = runner.inputs(),
          .outputs = runner.outputs(),
          .batches = runner.rows_independent(),
          .sample_request = SampleRequest(runner.inputs())};
}

Status NothingToServe(const store::ModelInfo& model) {
  std::string why = "it was saved without a native form";
  std::string hint = "save it with ekiben's save_model, which makes the native form where it can";
  for (const auto& [signature, reason] : model.not_native) {
    why = fmt::format("{}: {}", signature, reason);
    hint = "save_model could make no native form; save it anew once that is mended";
  }
  return FailedPrecondition(fmt::format("the model '{}' cannot be served without Python: {}",
                                        model.tag.ToString(), why))
      .WithHint(std::move(hint));
}

}  // namespace

Result<std::unique_ptr<Service>> LoadModelService(const store::ModelInfo& model,
                                                  const ModelServiceOptions& options, Loop& loop,
                                                  observe::MetricRegistry& metrics) {
  const std::vector<store::NativeForm> forms = NativeForms(model);
  if (forms.empty()) return Error(NothingToServe(model));

  ServiceDescription description{.name = model.tag.name, .version = model.tag.version};
  for (const auto& [signature, reason] : model.not_native) {
    description.unserved.push_back({signature, reason});
  }
  Runtimes runtimes;
  std::vector<Service::Backend> backends;
  for (const store::NativeForm& form : forms) {
    auto runner = MakeRunner(model, form, options, runtimes);
    if (!runner) return Error(std::move(runner).error());
    description.apis.push_back(Describe(model, form, **runner));
    auto batcher = batch::MakeBatcher(loop, **runner, options.batching,
                                      MetricsFor((*runner)->name(), metrics));
    backends.push_back({*std::move(runner), std::move(batcher)});
  }
  return std::make_unique<Service>(std::move(description), std::move(backends));
}

}  // namespace ekiben::service
