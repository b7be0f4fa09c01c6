// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "image/image_plan.h"

namespace ekiben::image {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCertificates = "etc/ssl/certs/ca-certificates.crt";
constexpr const char* kUsualPath = "/usr/local/bin:/usr/bin:/bin";

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

// What the image below sets stays where this one sets nothing.
ImageConfig ConfigUpon(const BaseImage& base, const BentoSource& bento, const EngineFiles& engine,
                       const PythonFiles& python) {
  ImageConfig config = PythonConfig(bento, engine, python);
  const std::vector<std::string> ours = std::exchange(config.environment, base.config.environment);
  for (const std::string& variable : ours) {
    const size_t equals = variable.find('=');
    const std::string name = variable.substr(0, equals);
    if (name == "SSL_CERT_FILE" && !base.files.Has(kCertificates)) continue;
    SetVariable(config, name, variable.substr(equals + 1));
  }
  const std::string path = base.Variable("PATH");
  if (!path.empty() && !bento.docker.environment.contains("PATH")) {
    SetVariable(config, "PATH", fmt::format("{}/bin:{}", python.environment, path));
  }
  config.labels.insert(base.config.labels.begin(), base.config.labels.end());
  return config;
}

// Where the image has a Python of that minor version, by its variable PATH.
Result<std::string> InterpreterIn(const BaseImage& base, const std::string& minor) {
  std::string path = base.Variable("PATH");
  if (path.empty()) path = kUsualPath;
  for (size_t at = 0; at <= path.size();) {
    const size_t end = std::min(path.find(':', at), path.size());
    const fs::path program = fs::path(path.substr(at, end - at)) / ("python" + minor);
    if (base.files.Has(program.relative_path().string())) return program.string();
    at = end + 1;
  }
  return Error(FailedPrecondition(fmt::format("the base image '{}' has no python{} in its PATH",
                                              base.name.ToString(), minor))
                   .WithHint(fmt::format("name one that has, as python:{}-slim, or none: the image "
                                         "gets the interpreter at hand then",
                                         minor)));
}

// What the program needs and the image has not.
Status CheckLibraries(const BaseImage& base, const EngineFiles& engine) {
  for (const fs::path& library : engine.system) {
    if (base.files.HasName(library.filename().string())) continue;
    return FailedPrecondition(fmt::format("the base image '{}' has no {}, which ekiben needs",
                                          base.name.ToString(), library.filename().string()))
        .WithHint("name an image of Debian 12, or one with a C library that is not older");
  }
  return {};
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

// What lies above the packages: the program with its own Python, and the bento.
Result<std::vector<PlannedLayer>> UpperLayers(const EngineFiles& engine, const PythonFiles& python,
                                              const BentoSource& bento) {
  std::vector<PlannedLayer> layers;
  PlannedLayer& program = layers.emplace_back(EngineLayer(engine));
  if (Status added = AddFolderTo(program, python.program); !added.ok()) {
    return Error(std::move(added));
  }
  auto own = BentoLayers(bento.folder);
  if (!own) return Error(std::move(own).error());
  std::ranges::move(*own, std::back_inserter(layers));
  return layers;
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
  auto upper = UpperLayers(*engine, python, bento);
  if (!upper) return Error(std::move(upper).error());

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
  std::ranges::move(*upper, std::back_inserter(plan.layers));
  plan.files = *std::move(engine);
  plan.files.system = Joined(base, packages->libraries);
  return plan;
}

Result<ImagePlan> PlanPythonImageOn(BaseImage base, const BentoSource& bento,
                                    const PythonFiles& python, std::vector<std::string>& missing) {
  auto engine = FindEngineFiles(bento.artefacts);
  if (!engine) return Error(std::move(engine).error());
  if (Status fits = CheckLibraries(base, *engine); !fits.ok()) return Error(std::move(fits));
  const auto interpreter = InterpreterIn(base, MinorOf(python.version));
  if (!interpreter) return Error(interpreter.error());
  auto packages = PackagesUpon(python, *interpreter, missing);
  if (!packages) return Error(std::move(packages).error());
  for (const fs::path& library : packages->libraries) {
    const std::string name = library.filename().string();
    if (base.files.HasName(name)) continue;
    missing.push_back(fmt::format("the base image has no {}, which a package needs", name));
  }
  auto upper = UpperLayers(*engine, python, bento);
  if (!upper) return Error(std::move(upper).error());

  // They are the image's own.
  engine->system.clear();
  engine->folders.clear();
  ImagePlan plan{.config = ConfigUpon(base, bento, *engine, python)};
  if (!engine->own.empty()) plan.layers.push_back(LibraryLayer(*engine));
  plan.layers.push_back(std::move(packages->planned));
  std::ranges::move(*upper, std::back_inserter(plan.layers));
  plan.packages = PackagesOf(engine->own);
  plan.distributions = python.distributions;
  plan.files = *std::move(engine);
  plan.base = std::move(base);
  return plan;
}

}  // namespace ekiben::image
