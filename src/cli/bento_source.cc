// SPDX-License-Identifier: Apache-2.0
#include "cli/bento_source.h"

#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/file.h"
#include "cli/serve_bento.h"
#include "store/bento_store.h"
#include "store/bento_yaml.h"

namespace ekiben::cli {
namespace {

namespace fs = std::filesystem;

Result<store::BentoInfo> FindBento(std::string_view text, const Context& context) {
  std::error_code ignored;
  const fs::path folder = text;
  if (!fs::exists(folder / store::kBentoYaml, ignored)) return context.bentos.Get(text);
  auto bento = store::ReadBento(folder);
  if (bento) bento->path = fs::canonical(folder, ignored);
  return bento;
}

// The bento's models, and an artefact of each runtime that they need.
Status AddModels(const store::BentoInfo& bento, const Context& context,
                 image::BentoSource& source) {
  const store::ModelStore models = store::ModelsOf(bento, context.store.home());
  for (const store::BentoModel& wanted : bento.models) {
    const auto model = models.Get(wanted.tag.ToString());
    if (!model) return model.error();
    if (model->native.empty() && bento.kind == store::BentoKind::kModel) {
      return FailedPrecondition(
          fmt::format("the model {} runs in Python only, so that a bento of it "
                      "alone cannot become an image",
                      model->tag.ToString()));
    }
    for (const store::NativeForm& form : model->native) {
      source.artefacts.try_emplace(form.runtime, model->path / form.file);
    }
    image::ModelFile file{.name = model->tag.name, .version = model->tag.version};
    if (!model->native.empty()) file.file = model->path / model->native.front().file;
    source.models.push_back(std::move(file));
  }
  return {};
}

}  // namespace

Result<image::BentoSource> FindBentoSource(std::string_view text, bool by_dockerfile,
                                           const Context& context) {
  const auto bento = FindBento(text, context);
  if (!bento) return Error(bento.error());
  if (Status whole = store::CheckDigest(*bento); !whole.ok()) return Error(std::move(whole));
  if (Status style = CheckStyle(*bento); !style.ok() && !by_dockerfile) {
    return Error(std::move(style).WithHint(
        "--backend docker, podman or buildah builds the Dockerfile that BentoML wrote into it"));
  }
  const auto bento_yaml = ReadFile(bento->path / store::kBentoYaml, store::kMaxBentoYaml);
  if (!bento_yaml) return Error(bento_yaml.error());
  auto docker = image::ParseDockerOptions(*bento_yaml);
  if (!docker) return Error(std::move(docker).error());
  const auto created =
      std::chrono::duration_cast<std::chrono::seconds>(bento->creation_time.time_since_epoch());
  image::BentoSource source{.folder = bento->path,
                            .name = bento->tag.name,
                            .version = bento->tag.version,
                            .digest = bento->digest,
                            .created = created.count(),
                            .is_python = bento->kind == store::BentoKind::kPython,
                            .docker = *std::move(docker)};
  if (Status added = AddModels(*bento, context, source); !added.ok()) {
    return Error(std::move(added));
  }
  return source;
}

}  // namespace ekiben::cli
