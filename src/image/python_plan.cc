// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "image/image_plan.h"

namespace ekiben::image {
namespace {

namespace fs = std::filesystem;

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

// Of all packages those that one of the files came with.
std::map<fs::path, Package> Of(const std::map<fs::path, Package>& packages,
                               const std::set<fs::path>& files) {
  std::map<fs::path, Package> found = packages;
  std::erase_if(found, [&](const auto& one) { return !files.contains(one.first); });
  return found;
}

// What Python's own files came with counts as the interpreter's.
std::set<fs::path> FilesOf(const PythonLayer& interpreter, const PythonFiles& python) {
  std::set<fs::path> files = interpreter.libraries;
  files.insert(python.needs.begin(), python.needs.end());
  return files;
}

std::set<fs::path> Joined(std::set<fs::path> files, const std::set<fs::path>& more) {
  files.insert(more.begin(), more.end());
  return files;
}

}  // namespace

Result<ImagePlan> PlanPythonImage(const BentoSource& bento, const PythonFiles& python,
                                  std::vector<std::string>& missing) {
  auto engine = FindEngineFiles(bento.artefacts);
  if (!engine) return Error(std::move(engine).error());
  auto interpreter = FindInterpreter(python, engine->system);
  if (!interpreter) return Error(std::move(interpreter).error());
  const std::set<fs::path> base = Joined(engine->system, interpreter->libraries);
  auto packages = FindPackages(python, base, missing);
  if (!packages) return Error(std::move(packages).error());
  PlannedLayer program = EngineLayer(*engine);
  if (Status added = AddFolderTo(program, python.program); !added.ok()) {
    return Error(std::move(added));
  }
  auto layers = BentoLayers(bento.folder);
  if (!layers) return Error(std::move(layers).error());

  const std::set<fs::path> engines = Joined(engine->system, engine->own);
  const std::set<fs::path> interpreters = FilesOf(*interpreter, python);
  ImagePlan plan{.config = PythonConfig(bento, *engine, python)};
  plan.packages = PackagesOf(Joined(Joined(engines, interpreters), packages->libraries));
  plan.distributions = python.distributions;
  plan.interpreter = python.needs.front();
  plan.python_version = python.version;
  AddPackages(Of(plan.packages, interpreters), interpreter->planned.tree);
  AddPackages(Of(plan.packages, packages->libraries), packages->planned.tree);
  plan.layers.push_back(BaseLayer(*engine, Of(plan.packages, engines)));
  if (!engine->own.empty()) plan.layers.push_back(LibraryLayer(*engine));
  plan.layers.push_back(std::move(interpreter->planned));
  plan.layers.push_back(std::move(packages->planned));
  plan.layers.push_back(std::move(program));
  std::ranges::move(*layers, std::back_inserter(plan.layers));
  plan.files = *std::move(engine);
  plan.files.system = Joined(base, packages->libraries);
  return plan;
}

}  // namespace ekiben::image
