// SPDX-License-Identifier: Apache-2.0
#include "image/image_plan.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ekiben::image {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kOnnxRuntime = "libonnxruntime.so";

// As Go calls this machine.
#if defined(__x86_64__)
constexpr const char* kArchitecture = "amd64";
#elif defined(__aarch64__)
constexpr const char* kArchitecture = "arm64";
#endif

std::vector<std::string> EnvironmentOf(const EngineFiles& files) {
  std::vector<std::string> environment = {
      "PATH=/usr/bin",
      "HOME=/home/ekiben",
      "EKIBEN_HOST=0.0.0.0",
      // Said, since without a /proc the program does not know where it lies.
      fmt::format("EKIBEN_RUNTIMES=/{}", kPluginFolder),
      "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt",
  };
  for (const fs::path& library : files.own) {
    const std::string name = library.filename().string();
    if (!name.starts_with(kOnnxRuntime)) continue;
    environment.push_back(fmt::format("EKIBEN_ONNXRUNTIME=/{}/{}", kLibraryFolder, name));
  }
  if (!files.folders.empty()) {
    std::vector<std::string> folders;
    for (const fs::path& folder : files.folders) folders.push_back(folder.string());
    environment.push_back(fmt::format("LD_LIBRARY_PATH={}", fmt::join(folders, ":")));
  }
  return environment;
}

}  // namespace

std::string ThisPlatform() { return fmt::format("linux/{}", kArchitecture); }

ImageConfig ConfigOf(const BentoSource& bento, const EngineFiles& files) {
  const std::string program = fmt::format("/{}", kProgram);
  ImageConfig config{.architecture = kArchitecture,
                     .created = bento.created,
                     .entrypoint = {program, "container"},
                     .command = {"serve", "--production"},
                     .environment = EnvironmentOf(files),
                     .user = fmt::format("{}:{}", kUser, kUser),
                     .working_folder = fmt::format("/{}", kBentoFolder),
                     .ports = {"3000/tcp"}};
  config.labels = {{"ekiben.bento", bento.name + ":" + bento.version},
                   {"ekiben.version", bento.ekiben_version},
                   {"org.opencontainers.image.title", bento.name},
                   {"org.opencontainers.image.version", bento.version}};
  for (const auto& [key, value] : bento.labels) config.labels.insert_or_assign(key, value);
  config.healthcheck.command = {program, "healthcheck"};
  return config;
}

Result<ImagePlan> PlanNativeImage(const BentoSource& bento) {
  const auto files = FindEngineFiles(bento.artefacts);
  if (!files) return Error(files.error());
  std::set<fs::path> libraries = files->system;
  libraries.insert(files->own.begin(), files->own.end());
  auto packages = PackagesOf(libraries);
  auto base = BaseLayer(*files, packages);
  auto layers = BentoLayers(bento.folder);
  if (!layers) return Error(std::move(layers).error());

  ImagePlan plan{.config = ConfigOf(bento, *files)};
  plan.layers.push_back(std::move(base));
  if (!files->own.empty()) plan.layers.push_back(LibraryLayer(*files));
  plan.layers.push_back(EngineLayer(*files));
  std::ranges::move(*layers, std::back_inserter(plan.layers));
  plan.files = *files;
  plan.packages = std::move(packages);
  return plan;
}

}  // namespace ekiben::image
