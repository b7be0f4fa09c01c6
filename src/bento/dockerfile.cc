// SPDX-License-Identifier: Apache-2.0
#include "bento/dockerfile.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bento/distro.h"

namespace ekiben::bento {
namespace {

// BentoML's user and folder, which charts and volumes rely on.
constexpr const char* kUser = R"(
ARG BENTO_USER=bentoml
ARG BENTO_USER_UID=1034
ARG BENTO_USER_GID=1034
RUN groupadd -g $BENTO_USER_GID -o $BENTO_USER \
 && useradd -m -u $BENTO_USER_UID -g $BENTO_USER_GID -o -r $BENTO_USER
)";

constexpr const char* kEnvironment = R"(ENV BENTO_PATH=/home/bentoml/bento \
    EKIBEN_HOME=/home/bentoml \
    BENTOML_HOME=/home/bentoml \
    PYTHONUNBUFFERED=1
WORKDIR $BENTO_PATH
)";

constexpr const char* kBento = R"(COPY env/docker env/docker
COPY apis apis
COPY README.md bento.yaml ./
RUN chmod +x env/docker/entrypoint.sh
)";

constexpr const char* kEnd = R"(USER bentoml
EXPOSE 3000
ENTRYPOINT ["/home/bentoml/bento/env/docker/entrypoint.sh"]
)";

constexpr const char* kEntrypoint = R"(#!/bin/sh
# No arguments, or a command that serves: serve this bento. Anything else is run as it is.
set -eu
cd "${BENTO_PATH:-/home/bentoml/bento}"
export EKIBEN_HOST="${EKIBEN_HOST:-0.0.0.0}"
exec ekiben container "$@"
)";

// A value between double quotes as a Dockerfile reads it.
std::string Quoted(std::string_view value) {
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\' || c == '$') out += '\\';
    out += c;
  }
  return out + "\"";
}

// The image, and what is installed in it as root before any of the bento is there.
std::string BaseImage(const ImageParts& parts) {
  const BaseSystem system = SystemOf(parts.docker, parts.python_version, parts.has_conda);
  std::vector<std::string> packages = system.packages;
  for (const std::string& one : parts.docker.system_packages) packages.push_back(one);
  if (parts.needs_git && std::ranges::find(packages, "git") == packages.end()) {
    packages.emplace_back("git");
  }
  std::string out = fmt::format(
      "# In the bento's folder: docker build -f env/docker/Dockerfile .\nFROM {}\n", system.image);
  if (!packages.empty()) {
    out += fmt::format("\nRUN {}\n",
                       fmt::format(fmt::runtime(system.install), fmt::join(packages, " ")));
  }
  return out + (system.python.empty() ? "" : "\n" + system.python);
}

std::string Variables(const ImageParts& parts) {
  std::string out;
  for (const EnvOption& env : parts.envs) {
    if (!env.value) continue;
    const char* const word = env.stage == "build" ? "ARG" : "ENV";
    out += fmt::format("{} {}={}\n", word, env.name, Quoted(*env.value));
  }
  return out.empty() ? out : "\n" + out;
}

std::string PythonPackages(const ImageParts& parts) {
  const std::string pip = fmt::format("RUN python -m pip install --no-cache-dir{}{}",
                                      parts.pip_args.empty() ? "" : " ", parts.pip_args);
  const std::string wheels = parts.has_wheels ? " --find-links env/python/wheels" : "";
  std::string out = parts.is_model ? "\n" : "\nCOPY env/python env/python\n";
  if (parts.has_conda) {
    out +=
        "COPY env/conda env/conda\n"
        "RUN conda env update -n base -f env/conda/environment.yml && conda clean -afy\n";
  }
  if (!parts.requirements.empty()) {
    out += fmt::format("{}{} -r env/python/{}\n", pip, wheels, parts.requirements);
  }
  if (parts.has_wheels) out += fmt::format("{} env/python/wheels/*.whl\n", pip);
  out += fmt::format("{}{} {}ekiben=={}\n", pip, wheels, parts.is_model ? "onnxruntime " : "",
                     parts.ekiben_version);
  return out;
}

std::string Commands(const ImageParts& parts) {
  std::string out;
  if (parts.has_setup_script) {
    out +=
        "\nCOPY env/docker/setup_script env/docker/setup_script\n"
        "RUN chmod +x env/docker/setup_script && env/docker/setup_script\n";
  }
  for (const std::string& command : parts.docker.commands) out += fmt::format("RUN {}\n", command);
  return out;
}

}  // namespace

DockerfileBlocks BlocksOf(const ImageParts& parts) {
  std::string bento = "\n";
  if (parts.has_models) bento += "COPY models models\n";
  if (!parts.is_model) bento += "COPY src src\n";
  return {
      {"SETUP_BENTO_BASE_IMAGE", BaseImage(parts)},
      {"SETUP_BENTO_USER", kUser},
      {"SETUP_BENTO_ENVARS", kEnvironment + Variables(parts)},
      {"SETUP_BENTO_COMPONENTS", PythonPackages(parts) + Commands(parts) + bento + kBento},
      {"SETUP_BENTO_ENTRYPOINT", kEnd},
  };
}

std::string DockerfileText(const DockerfileBlocks& blocks) {
  std::string out;
  for (const auto& [name, text] : blocks) out += text;
  return out;
}

std::string EntrypointText() { return kEntrypoint; }

}  // namespace ekiben::bento
