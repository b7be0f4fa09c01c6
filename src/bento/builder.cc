// SPDX-License-Identifier: Apache-2.0
#include "bento/builder.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/file.h"
#include "bento/distro.h"
#include "bento/env_file.h"
#include "bento/git_packages.h"
#include "bento/lock.h"
#include "bento/requirements.h"
#include "bento/secrets.h"
#include "bento/sources.h"
#include "bento/staged_files.h"
#include "bento/texts.h"
#include "store/bento_yaml.h"
#include "store/digest.h"
#include "store/yaml.h"
#include "store/yaml_block.h"

namespace ekiben::bento {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxText = size_t{1} << 20;  // Of a file that an option names.
constexpr const char* kWheels = "wheels";     // Beside the requirements.
constexpr size_t kMaxNodes = 10'000'000;      // Of a document that we have made ourselves.

// The files of one service in the folder "service:svc" may be in.
std::vector<std::string> FilesOf(const std::string& service) {
  std::string module = service.substr(0, service.find(':'));
  std::ranges::replace(module, '.', '/');
  return {module + ".py", module + "/__init__.py", "src/" + module + ".py",
          "src/" + module + "/__init__.py"};
}

// Writes one bento into its staging folder, step by step; after the first failure no step does
// anything.
class Writer {
 public:
  Writer(const Plan& plan, const fs::path& staged, const Listener& listener,
         const RenderDockerfile& render)
      : plan_(plan),
        options_(plan.options),
        staged_(staged),
        listener_(listener),
        secrets_(plan.options.allow_secrets),
        render_(render) {}

  Status Write() {
    if (!plan_.is_model()) PutSources();
    PutModels();
    PutEnvironment();
    CheckOptions();
    if (!plan_.is_model()) PutPython();
    PutDocker();
    PutDescription();
    PutManifest();
    return std::move(status_);
  }

 private:
  void Do(Status status) {
    if (status_.ok()) status_ = std::move(status);
  }
  template <typename T>
  bool Take(Result<T> result, T& into) {
    if (!result) {
      Do(std::move(result).error());
    } else if (status_.ok()) {
      into = *std::move(result);
    }
    return status_.ok();
  }
  void Tell(const std::string& step) const { listener_.on_step(step); }

  void PutSources() {
    Sources sources;
    if (!Take(CollectSources(plan_.folder, options_.include, options_.exclude), sources)) return;
    for (const std::string& warning : sources.warnings) listener_.on_warning(warning);
    const std::vector<std::string> files = FilesOf(plan_.service);
    if (std::ranges::none_of(files, [&](const auto& file) { return sources.Has(file); })) {
      return Do(NotFound(fmt::format("'{}', where the service is, is not among the files of the "
                                     "bento",
                                     files.front()))
                    .WithHint("add it to include in the bentofile, or take it out of exclude"));
    }
    for (const SourceFile& file : sources.files) secrets_.LookAtFile(file.path, file.from);
    Do(secrets_.Verdict());
    for (const SourceFile& file : sources.files) {
      if (status_.ok()) Do(PutFile(file.from, staged_ / "src" / file.path));
    }
    Tell(fmt::format("packed {} file{} of {}", sources.files.size(),
                     sources.files.size() == 1 ? "" : "s", plan_.folder.string()));
  }

  void PutModels() {
    std::map<std::string, const store::ModelInfo*> newest;
    for (const store::ModelInfo& model : plan_.models) {
      if (!status_.ok()) return;
      const fs::path folder = staged_ / "models" / model.tag.name / model.tag.version;
      Do(PutTree(model.path, folder));
      const store::ModelInfo*& best = newest[model.tag.name];
      if (best == nullptr || best->creation_time < model.creation_time) best = &model;
      Tell(fmt::format("packed the model {}", model.tag.ToString()));
    }
    for (const auto& [name, model] : newest) {
      if (status_.ok()) Do(PutText(staged_ / "models" / name / "latest", model->tag.version));
    }
  }

  // What docker.env names a file for.
  void PutEnvironment() {
    if (options_.env_file.empty() || !status_.ok()) return;
    std::string text;
    if (!ReadNamed(options_.env_file, "docker.env", text)) return;
    std::vector<EnvOption> envs;
    if (!Take(ParseEnvFile(text), envs)) return;
    for (EnvOption& env : envs) options_.envs.push_back(std::move(env));
  }

  // What is in no file of the folder: the values of options.
  void CheckOptions() {
    secrets_.LookAt(options_.envs);
    secrets_.LookAt("description", options_.description);
    for (const std::string& command : options_.docker.commands) {
      secrets_.LookAt("image.commands", command);
    }
    Do(secrets_.Verdict());
  }

  // The text of a file that an option names.
  bool ReadNamed(const std::string& path, std::string_view key, std::string& text) {
    fs::path file;
    if (!Take(ResolveInside(plan_.folder, path, key), file) ||
        !Take(ReadFile(file, kMaxText), text)) {
      return false;
    }
    secrets_.LookAt(path, text);
    Do(secrets_.Verdict());
    return status_.ok();
  }

  void PutPython() {
    const fs::path folder = staged_ / "env" / "python";
    const PythonOptions& python = options_.python;
    if (status_.ok()) Do(PutText(folder / "version.txt", plan_.python_version));
    std::vector<std::string> wheels;
    for (const std::string& wheel : python.wheels) {
      fs::path file;
      if (!Take(ResolveInside(plan_.folder, wheel, "python.wheels"), file)) return;
      Do(PutFile(file, folder / kWheels / file.filename()));
      wheels.push_back(fmt::format("{}/{}", kWheels, file.filename().string()));
    }
    Requirements requirements;
    if (!status_.ok() || !Take(ReadRequirements(python, plan_.folder), requirements)) return;
    secrets_.LookAt(kRequirements, requirements.text);
    Do(secrets_.Verdict());
    PackGit(requirements, wheels);
    if (status_.ok()) Do(PutText(folder / kRequirements, requirements.text));
    if (!requirements.constraints.empty()) {
      Do(PutText(folder / kConstraints, requirements.constraints));
    }
    needs_git_ = requirements.needs_git();
    has_wheels_ = !wheels.empty();
    if (!requirements.empty()) installed_ = kRequirements;
    if (requirements.empty() && wheels.empty()) return;
    if (!python.lock_packages.value_or(true) || !status_.ok()) return;
    Tell("locking the packages");
    LockRequest request{.folder = folder,
                        .root = plan_.folder,
                        .options = python,
                        .python = plan_.python,
                        .python_version = MinorVersion(plan_.python_version),
                        .wheels = std::move(wheels),
                        .hashes = !needs_git_};
    bool has_git = false;
    Do(LockPackages(request));
    if (!status_.ok() || !Take(LocksGit(folder), has_git)) return;
    // What a package wants out of a repository has no hash, and then nothing may have one.
    request.hashes = !has_git;
    if (has_git && !needs_git_) Do(LockPackages(request));
    needs_git_ = has_git;
    installed_ = kLock;
  }

  // Packages out of repositories become wheels of the bento, with the others.
  void PackGit(Requirements& requirements, std::vector<std::string>& wheels) {
    if (!requirements.needs_git() || !options_.python.pack_git_packages.value_or(true)) return;
    const fs::path folder = staged_ / "env" / "python";
    Tell("packing packages out of git");
    PackedRequirements packed;
    if (!status_.ok() || !Take(PackGitPackages(requirements.text, {.scratch = folder / "packing",
                                                                   .wheels = folder / kWheels,
                                                                   .root = plan_.folder,
                                                                   .options = options_.python,
                                                                   .python = plan_.python}),
                               packed)) {
      return;
    }
    requirements.text = std::move(packed.text);
    std::ranges::move(packed.wheels, std::back_inserter(wheels));
  }

  void PutConda() {
    const CondaOptions& conda = options_.conda;
    const fs::path file = staged_ / "env" / "conda" / "environment.yml";
    std::string text = CondaText(conda);
    if (conda.environment_yml &&
        !ReadNamed(*conda.environment_yml, "conda.environment_yml", text)) {
      return;
    }
    if (!conda.empty() && status_.ok()) Do(PutText(file, text));
  }

  void PutDocker() {
    const fs::path folder = staged_ / "env" / "docker";
    const DockerOptions& docker = options_.docker;
    CheckDocker();
    PutConda();
    std::string script;
    if (docker.setup_script && ReadNamed(*docker.setup_script, "docker.setup_script", script)) {
      Do(PutText(folder / "setup_script", script, true));
    }
    if (!status_.ok()) return;
    PutDockerfile(folder / "Dockerfile",
                  BlocksOf({.docker = docker,
                            .envs = options_.envs,
                            .pip_args = options_.python.pip_args.value_or(""),
                            .python_version = MinorVersion(plan_.python_version),
                            .ekiben_version = plan_.ekiben_version,
                            .is_model = plan_.is_model(),
                            .requirements = installed_,
                            .has_models = !plan_.models.empty(),
                            .has_wheels = has_wheels_,
                            .has_setup_script = docker.setup_script.has_value(),
                            .has_conda = !options_.conda.empty(),
                            .needs_git = needs_git_}));
    if (status_.ok()) Do(PutText(folder / "entrypoint.sh", EntrypointText(), true));
  }

  void PutDockerfile(const fs::path& file, const DockerfileBlocks& blocks) {
    const std::optional<std::string>& named = options_.docker.dockerfile_template;
    std::string text = DockerfileText(blocks);
    fs::path template_file;
    if (named &&
        (!Take(ResolveInside(plan_.folder, *named, "docker.dockerfile_template"), template_file) ||
         !Take(render_(template_file, blocks), text))) {
      return;
    }
    secrets_.LookAt("Dockerfile", text);
    Do(secrets_.Verdict());
    if (status_.ok()) Do(PutText(file, text));
  }

  void CheckDocker() {
    Do(CheckSystem(options_.docker, !options_.conda.empty()));
    const auto warning = SystemWarning(options_.docker, MinorVersion(plan_.python_version));
    if (status_.ok() && warning) listener_.on_warning(*warning);
  }

  void PutDescription() {
    if (!status_.ok()) return;
    const auto openapi = store::ParseYaml(plan_.openapi, {.nodes = kMaxNodes});
    if (!openapi) return Do(openapi.error());
    Do(PutText(staged_ / "apis" / "openapi.yaml", ToBlock(*openapi)));
    constexpr std::string_view kFile = "file:";
    std::string text = options_.description.empty() ? plan_.description.doc : options_.description;
    if (text.starts_with(kFile)) {
      const size_t path = text.find_first_not_of(' ', kFile.size());
      if (!ReadNamed(path == text.npos ? "" : text.substr(path), "description", text)) return;
      return Do(PutText(staged_ / "README.md", text));
    }
    if (status_.ok()) Do(PutText(staged_ / "README.md", ReadmeText(plan_, text)));
  }

  // Last, since the digest is that of everything else.
  void PutManifest() {
    if (!status_.ok()) return;
    Plan plan = plan_;
    plan.options = options_;
    const std::string text = ManifestText(plan);
    secrets_.LookAt(std::string(store::kBentoYaml), text);
    Do(secrets_.Verdict());
    std::string digest;
    if (!Take(store::TreeDigest(staged_, text), digest)) return;
    Do(PutText(staged_ / store::kBentoYaml, text + DigestLine(digest)));
  }

  const Plan& plan_;
  BuildOptions options_;
  const fs::path& staged_;
  const Listener& listener_;
  Secrets secrets_;
  const RenderDockerfile& render_;
  Status status_;
  std::string installed_;  // What pip installs; empty: nothing.
  bool needs_git_ = false;
  bool has_wheels_ = false;
};

}  // namespace

Result<store::BentoInfo> Build(const Plan& plan, const store::BentoStore& store,
                               const Listener& listener, const RenderDockerfile& render) {
  auto staging = store::StagingFolder::Make(store.home());
  if (!staging) return Error(std::move(staging).error());
  Status written = Writer(plan, staging->path(), listener, render).Write();
  if (!written.ok()) return Error(std::move(written));
  return store.Publish(*std::move(staging), plan.tag);
}

}  // namespace ekiben::bento
