// SPDX-License-Identifier: Apache-2.0
#include "service/model_service.h"

#include <utility>

#include <fmt/format.h>

#include "codec/json.h"
#include "service/backend.h"

namespace ekiben::service {
namespace {

constexpr size_t kLongestSample = 1000;  // Elements.

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
          .unused = form.unused,
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
  BackendLoader loader(loop, metrics, options.instances);
  std::vector<Backend> backends;
  for (const store::NativeForm& form : forms) {
    const std::string name = fmt::format("{}.{}", model.tag.ToString(), form.signature);
    auto backend = loader.Load(model, form, name, options.batching);
    if (!backend) return Error(std::move(backend).error());
    description.apis.push_back(Describe(model, form, *backend->runner));
    backends.push_back(*std::move(backend));
  }
  return std::make_unique<Service>(std::move(description), std::move(backends));
}

}  // namespace ekiben::service
