// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "image/image_plan.h"

namespace ekiben::image {
namespace {

void SetVariable(ImageConfig& config, std::string_view name, std::string_view value) {
  std::erase_if(config.environment, [&](const std::string& variable) {
    return variable.starts_with(fmt::format("{}=", name));
  });
  config.environment.push_back(fmt::format("{}={}", name, value));
}

// `serve` takes the interpreter of the environment that is active.
ImageConfig PythonConfig(const BentoSource& bento, const EngineFiles& engine,
                         const PythonFiles& python) {
  ImageConfig config = ConfigOf(bento, engine);
  SetVariable(config, "PATH", fmt::format("{}/bin:/usr/bin", python.environment));
  SetVariable(config, "VIRTUAL_ENV", python.environment);
  SetVariable(config, "PYTHONDONTWRITEBYTECODE", "1");
  SetVariable(config, "PYTHONUNBUFFERED", "1");
  for (const auto& [name, value] : bento.docker.environment) SetVariable(config, name, value);
  return config;
}

}  // namespace

Result<ImagePlan> PlanPythonImage(const BentoSource& bento, const PythonFiles& python,
                                  std::vector<std::string>& missing) {
  const auto engine = FindEngineFiles(bento.artefacts);
  if (!engine) return Error(engine.error());
  std::set<std::filesystem::path> libraries = engine->system;
  auto base = BaseLayer(*engine);
  if (!base) return Error(std::move(base).error());
  auto interpreter = InterpreterLayer(python, libraries);
  if (!interpreter) return Error(std::move(interpreter).error());
  auto packages = PackagesLayer(python, libraries, missing);
  if (!packages) return Error(std::move(packages).error());
  PlannedLayer program = EngineLayer(*engine);
  if (Status added = AddFolderTo(program, python.program); !added.ok()) {
    return Error(std::move(added));
  }
  auto layers = BentoLayers(bento.folder);
  if (!layers) return Error(std::move(layers).error());

  ImagePlan plan{.config = PythonConfig(bento, *engine, python)};
  plan.layers.push_back(*std::move(base));
  if (!engine->own.empty()) plan.layers.push_back(LibraryLayer(*engine));
  plan.layers.push_back(*std::move(interpreter));
  plan.layers.push_back(*std::move(packages));
  plan.layers.push_back(std::move(program));
  std::ranges::move(*layers, std::back_inserter(plan.layers));
  return plan;
}

}  // namespace ekiben::image
