// SPDX-License-Identifier: Apache-2.0
#include "image/docker_options.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "store/bento_yaml.h"
#include "store/yaml_reader.h"

namespace ekiben::image {
namespace {

using store::Yaml;

// Whether conda is to install something; BentoML writes its channels in any case.
bool UsesConda(const Yaml* conda) {
  if (conda == nullptr) return false;
  return std::ranges::any_of(conda->members, [](const auto& member) {
    const Yaml& value = member.second;
    return member.first != "channels" && (!value.text.empty() || !value.items.empty());
  });
}

// A map, or a list of NAME=value.
std::map<std::string, std::string> ReadEnvironment(store::YamlReader& reader, const Yaml& docker) {
  const Yaml* const env = reader.Member(docker, "env");
  if (env == nullptr || env->kind == Yaml::Kind::kMap) {
    return reader.TextMap(docker, "env", "docker.env");
  }
  std::map<std::string, std::string> environment;
  for (const Yaml& item : env->items) {
    const std::string text = reader.Text(item, "docker.env");
    const size_t equals = text.find('=');
    if (equals != text.npos) environment[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return environment;
}

void ReadDocker(store::YamlReader& reader, const Yaml& docker, DockerOptions& options) {
  const auto text = [&](std::string_view key) {
    return reader.Text(docker, key, fmt::format("docker.{}", key));
  };
  options.base_image = text("base_image");
  options.cuda_version = text("cuda_version");
  options.setup_script = text("setup_script");
  options.dockerfile_template = text("dockerfile_template");
  if (const Yaml* packages = reader.List(docker, "system_packages", "docker.system_packages")) {
    for (const Yaml& package : packages->items) {
      options.system_packages.push_back(reader.Text(package, "docker.system_packages"));
    }
  }
  options.environment = ReadEnvironment(reader, docker);
}

Status Refused(std::string_view what, std::string_view why) {
  return FailedPrecondition(fmt::format("{} {}", what, why))
      .WithHint("--backend docker|podman|buildah builds the image from the bento's Dockerfile");
}

}  // namespace

Result<DockerOptions> ParseDockerOptions(const std::string& bento_yaml) {
  const auto document = store::ParseYamlMap(bento_yaml, store::kMaxBentoYaml);
  if (!document) return Error(document.error());
  store::YamlReader reader;
  DockerOptions options;
  if (const Yaml* docker = reader.Map(*document, "docker", "docker")) {
    ReadDocker(reader, *docker, options);
  }
  options.has_conda = UsesConda(reader.Map(*document, "conda", "conda"));
  if (const Yaml* ours = reader.Map(*document, "ekiben", "ekiben")) {
    const Yaml* const commands = reader.List(*ours, "commands", "ekiben.commands");
    options.has_commands = commands != nullptr && !commands->items.empty();
  }
  if (!reader.status().ok()) return Error(reader.status());
  return options;
}

Status CheckDockerOptions(const DockerOptions& options) {
  constexpr std::string_view kRuns = "would have to run in the image, which this does not";
  if (!options.cuda_version.empty()) {
    return Refused(fmt::format("docker.cuda_version '{}'", options.cuda_version),
                   "needs an image that has CUDA, and this one has what is on this machine");
  }
  if (!options.system_packages.empty()) {
    return Refused(
        fmt::format("docker.system_packages ({})", fmt::join(options.system_packages, ", ")),
        "would have to be installed in the image, which runs nothing while it is made");
  }
  if (!options.setup_script.empty()) return Refused("docker.setup_script", kRuns);
  if (!options.dockerfile_template.empty()) return Refused("docker.dockerfile_template", kRuns);
  if (options.has_commands) return Refused("image.commands", kRuns);
  if (options.has_conda) {
    return Refused("conda", "environments are made by conda, in the image");
  }
  return {};
}

}  // namespace ekiben::image
