// SPDX-License-Identifier: Apache-2.0
#include "cli/bento_source.h"

#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/file.h"
#include "store/model_yaml.h"
#include "store/yaml.h"

namespace ekiben::cli {
namespace {

namespace fs = std::filesystem;
using store::Yaml;

constexpr size_t kMaxBentoYaml = size_t{1} << 20;

std::string TextOf(const Yaml& yaml, std::string_view key) {
  const Yaml* const found = yaml.Find(key);
  return found == nullptr ? "" : found->text;
}

// The runtimes that a model in the bento needs, all of whose signatures are to be native.
Status AddRuntimes(const fs::path& folder, std::set<std::string>& runtimes) {
  const auto text = ReadFile(folder / store::kModelYaml, store::kMaxModelYaml);
  if (!text) return text.error();
  const auto model = store::ParseModelYaml(*text);
  if (!model) {
    return Status(model.error()).WithContext((folder / store::kModelYaml).string());
  }
  for (const store::NativeForm& form : model->native) runtimes.insert(form.runtime);
  if (!model->native.empty()) return {};
  return FailedPrecondition(
      fmt::format("the model {} runs in Python only, so that a bento of it "
                  "alone cannot become an image",
                  model->tag.ToString()));
}

Result<fs::path> FolderOf(std::string_view text, const store::ModelStore& store) {
  std::error_code ignored;
  if (fs::exists(fs::path(text) / "bento.yaml", ignored)) return fs::path(text);
  auto tag = store::Tag::Parse(text);
  if (!tag) return Error(std::move(tag).error());
  const fs::path versions = store.home() / "bentos" / tag->name;
  if (tag->WantsLatest()) {
    const auto latest = ReadFile(versions / "latest", 256);
    tag->version = latest ? latest->substr(0, latest->find('\n')) : "";
  }
  if (!tag->version.empty() && fs::exists(versions / tag->version / "bento.yaml", ignored)) {
    return versions / tag->version;
  }
  return Error(
      NotFound(fmt::format("there is no bento '{}'", text)).WithHint("`ekiben build` makes one"));
}

}  // namespace

Result<image::BentoSource> FindBentoSource(std::string_view text, const store::ModelStore& store) {
  const auto folder = FolderOf(text, store);
  if (!folder) return Error(folder.error());
  const auto bytes = ReadFile(*folder / "bento.yaml", kMaxBentoYaml);
  if (!bytes) return Error(bytes.error());
  const auto yaml = store::ParseYaml(*bytes);
  if (!yaml) return Error(Status(yaml.error()).WithContext((*folder / "bento.yaml").string()));

  image::BentoSource source{.folder = fs::absolute(*folder).lexically_normal(),
                            .name = TextOf(*yaml, "name"),
                            .version = TextOf(*yaml, "version")};
  if (const auto time = store::ParseCreationTime(TextOf(*yaml, "creation_time"))) {
    source.created =
        std::chrono::duration_cast<std::chrono::seconds>(time->time_since_epoch()).count();
  }
  if (!TextOf(*yaml, "service").starts_with("model:")) {
    return Error(
        FailedPrecondition(fmt::format("the bento '{}' is a service in Python, of which "
                                       "this version makes no images",
                                       text)));
  }
  if (const Yaml* const models = yaml->Find("models")) {
    for (const Yaml& model : models->items) {
      const auto tag = store::Tag::Parse(TextOf(model, "tag"));
      if (!tag) return Error(tag.error());
      const fs::path lies = source.folder / "models" / tag->name / tag->version;
      if (Status added = AddRuntimes(lies, source.runtimes); !added.ok()) {
        return Error(std::move(added));
      }
    }
  }
  return source;
}

}  // namespace ekiben::cli
