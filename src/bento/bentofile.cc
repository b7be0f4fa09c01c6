// SPDX-License-Identifier: Apache-2.0
#include "bento/bentofile.h"

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/nearest.h"
#include "bento/env_file.h"
#include "bento/fields.h"
#include "store/tag.h"

namespace ekiben::bento {
namespace {

using store::Yaml;

bool IsAlnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Whether `text` begins with a letter or digit and has, beside these, only characters of `others`.
bool IsWord(std::string_view text, std::string_view others) {
  return !text.empty() && text.size() <= 255 && IsAlnum(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return IsAlnum(c) || others.contains(c); });
}

// "3.N" or "3.N.P", and not older than what ekiben runs in.
bool IsPythonVersion(std::string_view text) {
  constexpr int kOldest = 10;
  const std::string_view minor = text.starts_with("3.") ? text.substr(2) : "";
  const std::string_view patch = minor.substr(std::min(minor.find('.'), minor.size()));
  const auto is_number = [](std::string_view digits) {
    return !digits.empty() && digits.size() <= 3 &&
           std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
  };
  const std::string number(minor.substr(0, minor.size() - patch.size()));
  return is_number(number) && std::stoi(number) >= kOldest &&
         (patch.empty() || is_number(patch.substr(1)));
}

bool IsOneLine(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

void CheckOneOf(Fields& fields, std::string_view key, const std::optional<std::string>& value,
                std::initializer_list<std::string_view> allowed) {
  if (!value || std::ranges::find(allowed, *value) != allowed.end()) return;
  const std::vector<std::string> names(allowed.begin(), allowed.end());
  fields.Fail(key, fmt::format("expected one of {}, got '{}'", fmt::join(allowed, ", "), *value),
              DidYouMean(*value, names));
}

// Each text of a list by a rule; the mistake names the one that breaks it.
void CheckEach(Fields& fields, std::string_view key, const std::vector<std::string>& texts,
               bool (*is_fine)(std::string_view), std::string_view expected) {
  for (const std::string& text : texts) {
    if (is_fine(text)) continue;
    return fields.Fail(key, fmt::format("expected {}, got '{}'", expected, text));
  }
}

void CheckPath(Fields& fields, std::string_view key, const std::optional<std::string>& path) {
  if (path && !StaysInside(*path)) {
    fields.Fail(key, fmt::format("'{}' is outside of the folder that is built", *path));
  }
}

// A package in a folder would be installed from where it lies, which is no place in an image.
void CheckPackagePaths(Fields& fields, const std::vector<std::string>& packages) {
  for (const std::string& text : packages) {
    std::string_view path = text;
    for (const std::string_view option : {"-e ", "--editable ", "--editable="}) {
      if (path.starts_with(option)) path.remove_prefix(option.size());
    }
    if (!path.starts_with('.') && !path.starts_with('/')) continue;
    return fields.Fail("packages", fmt::format("expected a requirement, got the path '{}'", text),
                       "build a wheel of it, and name that in python.wheels");
  }
}

// A URL that carries a password would be readable by whoever gets the bento.
void CheckUrl(Fields& fields, std::string_view key, const std::string& url) {
  const size_t scheme = url.find("://");
  if (!IsOneLine(url) || url.contains(' ')) {
    return fields.Fail(key, fmt::format("expected a URL, got '{}'", url));
  }
  if (scheme == url.npos) return;
  const std::string_view host = std::string_view(url).substr(scheme + 3);
  if (host.substr(0, host.find('/')).contains('@')) {
    fields.Fail(key, "has a password in it, which would be in the bento",
                "let UV_INDEX_URL, or a netrc file, have it");
  }
}

void ReadPython(Fields& fields, PythonOptions& python) {
  python.requirements_txt = fields.Text("requirements_txt");
  python.packages = fields.Texts("packages");
  python.lock_packages = fields.Bool("lock_packages");
  python.pack_git_packages = fields.Bool("pack_git_packages");
  python.index_url = fields.Text("index_url");
  python.no_index = fields.Bool("no_index");
  python.trusted_host = fields.Texts("trusted_host");
  python.find_links = fields.Texts("find_links");
  python.extra_index_url = fields.Texts("extra_index_url");
  python.pip_args = fields.Text("pip_args");
  python.wheels = fields.Texts("wheels");

  CheckPath(fields, "requirements_txt", python.requirements_txt);
  CheckEach(fields, "packages", python.packages, IsOneLine, "a requirement in one line");
  CheckPackagePaths(fields, python.packages);
  CheckEach(fields, "wheels", python.wheels, StaysInside, "a path inside of the folder");
  const auto is_host = [](std::string_view text) { return IsWord(text, "-._:"); };
  CheckEach(fields, "trusted_host", python.trusted_host, is_host, "a host, or host:port");
  if (python.index_url) CheckUrl(fields, "index_url", *python.index_url);
  for (const std::string& url : python.extra_index_url) CheckUrl(fields, "extra_index_url", url);
  for (const std::string& url : python.find_links) CheckUrl(fields, "find_links", url);
  const auto is_option = [](char c) {
    return IsAlnum(c) || std::string_view(" -_=.,:/").contains(c);
  };
  if (python.pip_args && !std::ranges::all_of(*python.pip_args, is_option)) {
    fields.Fail("pip_args", fmt::format("expected options of pip, got '{}'", *python.pip_args));
  }
}

EnvOption EnvOf(std::string name, std::optional<std::string> value) {
  return {.name = std::move(name), .value = std::move(value)};
}

// A map, a list of "NAME=value", or the path of a file with such lines.
void ReadDockerEnv(Fields& fields, BuildOptions& options) {
  const Yaml* const env = fields.Any("env");
  if (env == nullptr) return;
  if (env->kind == Yaml::Kind::kScalar) {
    options.env_file = env->text;
    CheckPath(fields, "env", options.env_file);
  } else if (env->kind == Yaml::Kind::kMap) {
    for (auto& [name, value] : fields.TextMap("env")) {
      options.envs.push_back(EnvOf(std::move(name), std::move(value)));
    }
  } else {
    for (const std::string& text : fields.Texts("env")) {
      const size_t equals = text.find('=');
      if (equals == text.npos) {
        return fields.Fail("env", fmt::format("expected NAME=value, got '{}'", text));
      }
      options.envs.push_back(EnvOf(text.substr(0, equals), text.substr(equals + 1)));
    }
  }
}

void CheckDocker(Fields& fields, const DockerOptions& docker) {
  CheckOneOf(fields, "distro", docker.distro, {"debian", "alpine", "ubi8", "amazonlinux"});
  CheckEach(fields, "system_packages", docker.system_packages, IsSystemPackage,
            "the name of a package");
  if (docker.base_image && !IsImageName(*docker.base_image)) {
    fields.Fail("base_image",
                fmt::format("expected an image's name, got '{}'", *docker.base_image));
  }
  if (docker.python_version && !IsPythonVersion(*docker.python_version)) {
    fields.Fail("python_version", fmt::format("expected a version of Python that is 3.10 or newer, "
                                              "such as '3.11', got '{}'",
                                              *docker.python_version));
  }
  CheckEach(fields, "commands", docker.commands, IsOneLine, "a command in one line");
}

void ReadDocker(Fields& fields, BuildOptions& options) {
  DockerOptions& docker = options.docker;
  docker.distro = fields.Text("distro");
  docker.python_version = fields.Text("python_version");
  docker.cuda_version = fields.Text("cuda_version");
  docker.system_packages = fields.Texts("system_packages");
  docker.setup_script = fields.Text("setup_script");
  docker.base_image = fields.Text("base_image");
  docker.dockerfile_template = fields.Text("dockerfile_template");
  ReadDockerEnv(fields, options);
  CheckDocker(fields, docker);
  CheckPath(fields, "setup_script", docker.setup_script);
  CheckPath(fields, "dockerfile_template", docker.dockerfile_template);
  if (docker.cuda_version && !IsWord(*docker.cuda_version, ".")) {
    fields.Fail("cuda_version", fmt::format("expected a version, got '{}'", *docker.cuda_version));
  }
}

// What BentoML says since 1.4 in the place of `docker` and `python`.
void ReadImage(Fields& fields, BuildOptions& options) {
  DockerOptions& docker = options.docker;
  PythonOptions& python = options.python;
  const auto take = [](std::optional<std::string> value, std::optional<std::string>& into) {
    if (value) into = std::move(value);
  };
  const auto add = [](std::vector<std::string> texts, std::vector<std::string>& into) {
    into.insert(into.end(), texts.begin(), texts.end());
  };
  take(fields.Text("base_image"), docker.base_image);
  take(fields.Text("distro"), docker.distro);
  take(fields.Text("python_version"), docker.python_version);
  add(fields.Texts("system_packages"), docker.system_packages);
  add(fields.Texts("python_packages"), python.packages);
  take(fields.Text("requirements_file"), python.requirements_txt);
  add(fields.Texts("commands"), docker.commands);
  if (const auto lock = fields.Bool("lock_python_packages")) python.lock_packages = lock;
  CheckDocker(fields, docker);
  CheckPath(fields, "requirements_file", python.requirements_txt);
  CheckEach(fields, "python_packages", python.packages, IsOneLine, "a requirement in one line");
}

void ReadConda(Fields& fields, CondaOptions& conda) {
  conda.environment_yml = fields.Text("environment_yml");
  conda.channels = fields.Texts("channels");
  conda.dependencies = fields.Texts("dependencies");
  conda.pip = fields.Texts("pip");
  CheckPath(fields, "environment_yml", conda.environment_yml);
  for (const auto& [key, texts] :
       {std::pair("channels", &conda.channels), std::pair("dependencies", &conda.dependencies),
        std::pair("pip", &conda.pip)}) {
    CheckEach(fields, key, *texts, IsOneLine, "one line");
  }
}

void ReadModels(Fields& fields, BuildOptions& options) {
  fields.Each("models", [&](const Yaml& item) {
    ModelOption model;
    if (item.kind == Yaml::Kind::kScalar) {
      model.tag = item.text;
    } else {
      Fields entry(fields.document(), item, "models", fields.status());
      model = {.tag = entry.Text("tag").value_or(""),
               .filter = entry.Text("filter").value_or(""),
               .alias = entry.Text("alias").value_or("")};
      entry.Finish();
    }
    if (const auto tag = store::Tag::Parse(model.tag); !tag) {
      return fields.FailAt(item, fmt::format("models: {}", tag.error().message()));
    }
    options.models.push_back(std::move(model));
  });
}

void ReadEnvs(Fields& fields, BuildOptions& options) {
  fields.Each("envs", [&](const Yaml& item) {
    Fields entry(fields.document(), item, "envs", fields.status());
    const auto stage = entry.Text("stage");
    CheckOneOf(entry, "stage", stage, {"all", "build", "runtime"});
    options.envs.push_back({.name = entry.Text("name").value_or(""),
                            .value = entry.Text("value"),
                            .stage = stage.value_or("all")});
    entry.Finish();
  });
}

void CheckEnvs(Fields& fields, std::string_view key, const std::vector<EnvOption>& envs) {
  if (const Status wrong = CheckEnvOptions(envs); !wrong.ok()) {
    fields.Fail(key, wrong.message());
  }
}

void CheckPatterns(Fields& fields, std::string_view key, const std::vector<std::string>& patterns) {
  for (const std::string& pattern : patterns) {
    if (StaysInside(pattern.starts_with('!') ? pattern.substr(1) : pattern)) continue;
    fields.Fail(key, fmt::format("'{}' is outside of the folder that is built", pattern),
                "build from the folder above, or move the files into this one");
  }
}

void ReadAll(Fields& fields, BuildOptions& options) {
  options.service = fields.Text("service").value_or("");
  options.name = fields.Text("name").value_or("");
  options.description = fields.Text("description").value_or("");
  for (auto& [key, value] : fields.TextMap("labels")) options.labels[key] = value;
  if (fields.Any("include") != nullptr) options.include = fields.Texts("include");
  options.exclude = fields.Texts("exclude");
  fields.Map("python", [&](Fields& python) { ReadPython(python, options.python); });
  fields.Map("docker", [&](Fields& docker) { ReadDocker(docker, options); });
  CheckEnvs(fields, "docker", options.envs);
  fields.Map("conda", [&](Fields& conda) { ReadConda(conda, options.conda); });
  fields.Map("image", [&](Fields& image) { ReadImage(image, options); });
  ReadModels(fields, options);
  ReadEnvs(fields, options);
  CheckEnvs(fields, "envs", options.envs);
  if (const Yaml* const args = fields.Any("args")) {
    options.args = *args;
    if (args->kind != Yaml::Kind::kMap) fields.Fail("args", "expected keys and values");
  }
  fields.Map("ekiben",
             [&](Fields& ekiben) { options.allow_secrets = ekiben.Texts("allow_secrets"); });
  CheckPatterns(fields, "include", options.include);
  // A name like those of tags; the version is made when it is built.
  if (!options.name.empty()) {
    if (const auto tag = store::Tag::Parse(options.name); !tag || !tag->version.empty()) {
      fields.Fail("name", fmt::format("expected a name without a version, got '{}'", options.name));
    }
  }
}

}  // namespace

bool IsImageName(std::string_view text) { return IsWord(text, "-._/:@"); }
bool IsSystemPackage(std::string_view text) { return IsWord(text, "+-.=:~"); }
bool IsEnvName(std::string_view text) {
  return !text.empty() && !(text.front() >= '0' && text.front() <= '9') &&
         std::ranges::all_of(text, [](char c) { return IsAlnum(c) || c == '_'; });
}

bool StaysInside(std::string_view path) {
  if (path.contains('\0')) return false;
  std::filesystem::path normal = std::filesystem::path(path).lexically_normal();
  // A pattern's slash at the beginning means the folder itself.
  normal = normal.relative_path();
  return normal.empty() || *normal.begin() != "..";
}

Result<BuildOptions> ParseBentofile(const Document& document) {
  Status status;
  BuildOptions options;
  Fields fields(document, document.root, "", status);
  ReadAll(fields, options);
  fields.Finish();
  if (!status.ok()) return Error(std::move(status));
  return options;
}

}  // namespace ekiben::bento
