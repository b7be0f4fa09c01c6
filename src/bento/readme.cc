// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

#include "bento/texts.h"

namespace ekiben::bento {
namespace {

// Text in a cell of a table.
std::string Cell(std::string_view text) {
  std::string cell;
  for (const char c : text.substr(0, text.find("\n\n"))) {
    if (c == '|') cell += '\\';
    cell += c == '\n' ? ' ' : c;
  }
  return cell;
}

std::string ShapeOf(const TensorSpec& spec) {
  const std::string name(DataTypeName(spec.type));
  return spec.any_rank ? name : fmt::format("{} {}", name, spec.shape.ToString());
}

std::string TypeOf(const std::optional<service::IoDescriptor>& descriptor,
                   const std::vector<TensorSpec>& tensors) {
  if (descriptor) return descriptor->name;
  if (tensors.size() == 1) return ShapeOf(tensors.front());
  std::string all;
  for (const TensorSpec& tensor : tensors) {
    all += fmt::format("{}{}: {}", all.empty() ? "" : ", ", tensor.name, ShapeOf(tensor));
  }
  return all;
}

std::string Example(const service::ServiceDescription& description) {
  const auto api = std::ranges::find_if(
      description.apis, [](const auto& one) { return !one.sample_request.empty(); });
  if (api == description.apis.end() || api->sample_request.contains('\'')) return "";
  return fmt::format("    curl http://127.0.0.1:3000{} -d '{}'\n", api->route, api->sample_request);
}

}  // namespace

std::string ReadmeText(const Plan& plan, std::string_view description) {
  const service::ServiceDescription& service = plan.description;
  std::string out = fmt::format("# {}\n\n", plan.tag.name);
  if (!description.empty()) out += fmt::format("{}\n\n", description);
  out += "## APIs\n\n| route | takes | gives | |\n|---|---|---|---|\n";
  for (const service::ApiDescription& api : service.apis) {
    fmt::format_to(std::back_inserter(out), "| `POST {}` | {} | {} | {} |\n", api.route,
                   Cell(TypeOf(api.input, api.inputs)), Cell(TypeOf(api.output, api.outputs)),
                   Cell(api.doc));
  }
  if (!plan.models.empty()) out += "\n## Models\n\n";
  for (const store::ModelInfo& model : plan.models) {
    out += fmt::format("- `{}` ({})\n", model.tag.ToString(),
                       model.module.empty() ? "files" : model.module);
  }
  out += fmt::format("\n## How to serve it\n\n    ekiben serve {}\n{}", plan.tag.name,
                     Example(service));
  if (plan.is_model()) {
    out += fmt::format("\nAs a container image:\n\n    ekiben containerize {}\n", plan.tag.name);
  }
  return out + "\n`apis/openapi.yaml` describes what it answers; served, it is at `/docs.json`.\n";
}

}  // namespace ekiben::bento
