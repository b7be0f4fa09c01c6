// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "store/yaml.h"

namespace ekiben::bento {

// What the Python of a bento needs. Paths are relative to the folder that is built.
struct PythonOptions {
  std::optional<std::string> requirements_txt;
  std::vector<std::string> packages;  // As pip takes them; unused where there is requirements_txt.
  std::optional<bool> lock_packages;  // Nothing: yes.
  std::optional<bool> pack_git_packages;
  std::optional<std::string> index_url;
  std::optional<bool> no_index;
  std::vector<std::string> trusted_host;
  std::vector<std::string> find_links;
  std::vector<std::string> extra_index_url;
  std::optional<std::string> pip_args;
  std::vector<std::string> wheels;

  bool empty() const { return !requirements_txt && packages.empty() && wheels.empty(); }
};

// What the image is made of.
struct DockerOptions {
  std::optional<std::string> distro;
  std::optional<std::string> python_version;
  std::optional<std::string> cuda_version;
  std::vector<std::string> system_packages;
  std::optional<std::string> setup_script;
  std::optional<std::string> base_image;
  std::optional<std::string> dockerfile_template;
  std::vector<std::string> commands;  // Run while the image is made, after the packages.
};

struct CondaOptions {
  std::optional<std::string> environment_yml;
  std::vector<std::string> channels;
  std::vector<std::string> dependencies;
  std::vector<std::string> pip;

  bool empty() const { return !environment_yml && dependencies.empty() && pip.empty(); }
};

// A model that is packed although no runner names it.
struct ModelOption {
  std::string tag;
  std::string filter;  // "label:stage=prod"
  std::string alias;
};

// A variable of the environment that the service runs in.
struct EnvOption {
  std::string name;
  std::optional<std::string> value;  // Nothing: who runs the bento has to set it.
  std::string stage = "all";         // "all", "build" or "runtime".
};

// How a bento is built: what a bentofile says, in BentoML's words. A value.
struct BuildOptions {
  std::string service;  // "service:svc"; empty: found by itself.
  std::string name;     // Empty: the service's.
  std::string description;
  std::map<std::string, std::string> labels;
  std::vector<std::string> include = {"*"};  // Patterns as .gitignore has them.
  std::vector<std::string> exclude;
  PythonOptions python;
  DockerOptions docker;
  CondaOptions conda;
  std::vector<ModelOption> models;
  std::vector<EnvOption> envs;
  std::string env_file;  // docker.env as the path of a file; it is read when the bento is built.
  std::vector<std::string> allow_secrets;  // Patterns of files that are not looked at for secrets.
  store::Yaml args = {.kind = store::Yaml::Kind::kMap};
};

}  // namespace ekiben::bento
