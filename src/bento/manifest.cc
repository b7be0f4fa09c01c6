// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "bento/texts.h"
#include "store/yaml_block.h"
#include "store/yaml_text.h"

namespace ekiben::bento {
namespace {

using store::PlainNode;
using store::TextNode;
using store::Yaml;

constexpr const char* kBentomlLayout = "1.1.11";  // The release whose layout is written.

// Members in their order.
class MapNode {
 public:
  MapNode& Add(std::string key, Yaml value) {
    map_.members.emplace_back(std::move(key), std::move(value));
    return *this;
  }
  MapNode& Text(std::string key, const std::optional<std::string>& text) {
    return Add(std::move(key), text ? TextNode(*text) : Yaml());
  }
  MapNode& Truth(std::string key, std::optional<bool> truth) {
    return Add(std::move(key), truth ? PlainNode(*truth ? "true" : "false") : Yaml());
  }
  // Null where there are none, as BentoML writes it.
  MapNode& Texts(std::string key, const std::vector<std::string>& texts) {
    return Add(std::move(key), texts.empty() ? Yaml() : store::TextsNode(texts));
  }
  Yaml Take() { return std::move(map_); }

 private:
  Yaml map_{.kind = Yaml::Kind::kMap};
};

Yaml ModelsNode(const Plan& plan) {
  Yaml list{.kind = Yaml::Kind::kList};
  for (const store::ModelInfo& model : plan.models) {
    const auto add = [&](const std::string* alias) {
      MapNode node;
      node.Text("tag", model.tag.ToString()).Text("module", model.module);
      node.Text("creation_time", store::ToIso(model.creation_time));
      if (alias != nullptr) node.Text("alias", *alias);
      list.items.push_back(node.Take());
    };
    // An entry has one alias, so a model that has several is there several times.
    bool has_alias = false;
    for (const auto& [alias, tag] : plan.aliases) {
      if (tag != model.tag.ToString()) continue;
      add(&alias);
      has_alias = true;
    }
    if (!has_alias) add(nullptr);
  }
  return list;
}

Yaml RunnersNode(const service::ServiceDescription& description) {
  Yaml list{.kind = Yaml::Kind::kList};
  for (const service::RunnerDescription& runner : description.runners) {
    const size_t colon = runner.runnable.rfind(':');
    MapNode node;
    node.Text("name", runner.name);
    node.Text("runnable_type", runner.runnable.substr(colon == std::string::npos ? 0 : colon + 1));
    node.Add("models", store::TextsNode(runner.models)).Add("resource_config", Yaml());
    list.items.push_back(node.Take());
  }
  return list;
}

Yaml ApisNode(const service::ServiceDescription& description) {
  Yaml list{.kind = Yaml::Kind::kList};
  for (const service::ApiDescription& api : description.apis) {
    const auto type = [](const auto& descriptor, const auto& tensors) -> std::string {
      if (descriptor) return descriptor->name;
      return tensors.size() == 1 ? "NumpyNdarray" : "JSON";
    };
    MapNode node;
    node.Text("name", api.name).Text("input_type", type(api.input, api.inputs));
    list.items.push_back(node.Text("output_type", type(api.output, api.outputs)).Take());
  }
  return list;
}

Yaml DockerNode(const Plan& plan) {
  const DockerOptions& docker = plan.options.docker;
  Yaml env{.kind = Yaml::Kind::kMap};
  for (const EnvOption& one : plan.options.envs) {
    if (one.value && one.stage != "build") env.members.emplace_back(one.name, TextNode(*one.value));
  }
  MapNode node;
  node.Text("distro", docker.base_image ? docker.distro : docker.distro.value_or("debian"));
  node.Text("python_version", MinorVersion(plan.python_version));
  node.Text("cuda_version", docker.cuda_version);
  node.Add("env", env.members.empty() ? Yaml() : std::move(env));
  node.Texts("system_packages", docker.system_packages);
  node.Text("setup_script", docker.setup_script).Text("base_image", docker.base_image);
  return node.Text("dockerfile_template", docker.dockerfile_template).Take();
}

Yaml PythonNode(const PythonOptions& python) {
  MapNode node;
  node.Text("requirements_txt", python.requirements_txt).Texts("packages", python.packages);
  node.Truth("lock_packages", python.lock_packages.value_or(true));
  node.Text("index_url", python.index_url).Truth("no_index", python.no_index);
  node.Texts("trusted_host", python.trusted_host).Texts("find_links", python.find_links);
  node.Texts("extra_index_url", python.extra_index_url).Text("pip_args", python.pip_args);
  return node.Texts("wheels", python.wheels).Take();
}

Yaml CondaNode(const CondaOptions& conda) {
  MapNode node;
  node.Text("environment_yml", conda.environment_yml).Texts("channels", conda.channels);
  return node.Texts("dependencies", conda.dependencies).Texts("pip", conda.pip).Take();
}

Yaml OursNode(const Plan& plan) {
  MapNode node;
  node.Add("format", PlainNode("1")).Text("kind", plan.is_model() ? "model" : "python");
  Yaml required{.kind = Yaml::Kind::kList};
  for (const EnvOption& env : plan.options.envs) {
    if (!env.value) required.items.push_back(TextNode(env.name));
  }
  if (!required.items.empty()) node.Add("required_env", std::move(required));
  const std::vector<std::string>& commands = plan.options.docker.commands;
  if (!commands.empty()) node.Add("commands", store::TextsNode(commands));
  if (!plan.options.args.members.empty()) node.Add("args", plan.options.args);
  return node.Take();
}

}  // namespace

std::string MinorVersion(std::string_view version) {
  const size_t dot = version.find('.');
  if (dot == version.npos) return std::string(version);
  return std::string(version.substr(0, version.find('.', dot + 1)));
}

std::string ManifestText(const Plan& plan) {
  const service::ServiceDescription& description = plan.description;
  MapNode node;
  node.Text("service", plan.service).Text("name", plan.tag.name);
  node.Text("version", plan.tag.version).Text("bentoml_version", kBentomlLayout);
  node.Text("creation_time", store::ToIso(plan.creation_time));
  node.Add("labels", store::TextMapNode(plan.options.labels)).Add("models", ModelsNode(plan));
  node.Add("runners", RunnersNode(description)).Add("apis", ApisNode(description));
  node.Add("docker", DockerNode(plan)).Add("python", PythonNode(plan.options.python));
  node.Add("conda", CondaNode(plan.options.conda)).Add("ekiben", OursNode(plan));
  return ToBlock(node.Take());
}

std::string DigestLine(std::string_view digest) {
  return fmt::format("  digest: {}\n", store::JsonText(digest));
}

std::string CondaText(const CondaOptions& conda) {
  MapNode node;
  node.Add("channels",
           store::TextsNode(conda.channels.empty() ? std::vector<std::string>{"conda-forge"}
                                                   : conda.channels));
  Yaml dependencies = store::TextsNode(conda.dependencies);
  if (!conda.pip.empty()) {
    dependencies.items.push_back(TextNode("pip"));
    dependencies.items.push_back(MapNode().Add("pip", store::TextsNode(conda.pip)).Take());
  }
  return ToBlock(node.Add("dependencies", std::move(dependencies)).Take());
}

}  // namespace ekiben::bento
