// SPDX-License-Identifier: Apache-2.0
#include "cli/serve_target.h"

#include <algorithm>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/file.h"
#include "base/nearest.h"
#include "bento/builder.h"
#include "cli/build_options_of.h"
#include "cli/serve_bento.h"
#include "store/bento_store.h"
#include "store/bento_yaml.h"
#include "store/model_yaml.h"

namespace ekiben::cli {
namespace {

namespace fs = std::filesystem;

bool Exists(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

Status CannotServe(std::string_view text, std::string_view what) {
  return FailedPrecondition(fmt::format("'{}' is {}, which this version cannot serve", text, what))
      .WithHint(
          "a service in Python (module:attr), a bento's or a model's tag or a .onnx file can be "
          "served; `ekiben list` and `ekiben models list` have the tags");
}

// A file's name as a model's: lower case, what a name may not have as underscores.
std::string NameFor(const fs::path& file) {
  std::string name = file.stem().string().substr(0, 63);
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    if (!allowed) c = '_';
  }
  return store::IsTagPart(name) ? name : "model";
}

ServeTarget OnnxFile(const fs::path& file) {
  ServeTarget target{.choice = fmt::format("the file {}", file.string())};
  target.model.tag = {.name = NameFor(file), .version = "file"};
  target.model.module = "bentoml.onnx";
  target.model.path = file.parent_path().empty() ? "." : file.parent_path();
  target.model.native = {{.signature = "run", .runtime = "onnx", .file = file.filename()}};
  return target;
}

Result<ServeTarget> ModelFolder(const fs::path& folder) {
  const auto text = ReadFile(folder / store::kModelYaml, store::kMaxModelYaml);
  if (!text) return Error(text.error());
  auto model = store::ParseModelYaml(*text);
  if (!model) {
    return Error(std::move(model).error().WithContext((folder / store::kModelYaml).string()));
  }
  model->path = folder;
  return ServeTarget{.model = *std::move(model),
                     .choice = fmt::format("the model in the folder {}", folder.string())};
}

ServeTarget PythonService(std::string_view text, const fs::path& where) {
  return {.python = std::string(text),
          .choice = fmt::format("the service in {}", where.lexically_normal().string())};
}

// What a bentofile, or its part of a pyproject.toml, says of the service beside it.
Result<ServeTarget> DescribedService(const bento::BuildOptions& options, std::string_view text,
                                     const fs::path& folder, const store::ModelStore& store) {
  const char* const file = Exists(folder / kBentofile) ? kBentofile : kPyproject;
  ServeTarget target = PythonService(text, folder / file);
  if (!options.service.empty()) {
    target.python = options.service;
    target.folder = folder;
  }
  target.arguments = options.args;
  bento::Plan named{.options = options};
  std::erase_if(named.options.models, [](const auto& model) { return model.alias.empty(); });
  if (Status found = bento::FindNamedModels(named, store); !found.ok()) return Error(found);
  target.aliases = std::move(named.aliases);
  return target;
}

Result<ServeTarget> BentoFolder(const fs::path& folder, const store::ModelStore& store) {
  const auto bento = store::ReadBento(folder.lexically_normal());
  return bento ? BentoTarget(*bento, store.home()) : Error(bento.error());
}

Result<ServeTarget> FromPath(std::string_view text, const fs::path& path,
                             const store::ModelStore& store) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) {
    if (path.extension() == ".onnx") return OnnxFile(path);
    if (path.extension() == ".py") return PythonService(text, path);
    return Error(CannotServe(text, "a file of an unknown kind"));
  }
  if (Exists(path / store::kModelYaml)) return ModelFolder(path);
  if (Exists(path / store::kBentoYaml)) return BentoFolder(path, store);
  auto options = BuildOptionsOf(path);
  if (!options) return Error(std::move(options).error());
  if (*options) return DescribedService(**options, text, path, store);
  if (Exists(path / "service.py")) return PythonService(text, path / "service.py");
  const std::string hint =
      text == "."
          ? "name what to serve: a bento's or a model's tag, module:attr or a .onnx file; `ekiben "
            "serve --help` has the rest"
          : fmt::format("if the model of that name is meant: `ekiben serve model:{}`", text);
  return Error(FailedPrecondition(fmt::format("nothing to serve in '{}': no model.yaml, "
                                              "bento.yaml, bentofile.yaml or service.py",
                                              path.lexically_normal().string()))
                   .WithHint(hint));
}

// The file of `module:attr` in the working folder, where there is one.
std::optional<fs::path> PythonFile(std::string_view text, const fs::path& folder) {
  const size_t colon = text.find(':');
  if (colon == text.npos) return std::nullopt;
  std::string module(text.substr(0, colon));
  if (module.ends_with(".py")) module.resize(module.size() - 3);
  std::ranges::replace(module, '.', '/');
  for (const fs::path& file : {folder / (module + ".py"), folder / module / "__init__.py"}) {
    if (Exists(file)) return file;
  }
  return std::nullopt;
}

Result<ServeTarget> FromBentos(std::string_view tag, const store::ModelStore& store) {
  const auto bento = store::BentoStore(store.home()).Get(tag);
  return bento ? BentoTarget(*bento, store.home()) : Error(bento.error());
}

// That a tag is neither a bento's nor a model's: the one that has the nearer names hints at them.
Status NeitherInStore(const Status& bento, Status model) {
  const bool bento_is_near = bento.hint().starts_with("did you mean");
  const bool model_is_near = model.hint().starts_with("did you mean");
  if (!bento_is_near || model_is_near) return model;
  return NotFound(fmt::format("{}, nor is there a bento of that name", model.message()))
      .WithHint(bento.hint());
}

Result<ServeTarget> FromStore(std::string_view tag, const store::ModelStore& store) {
  auto model = store.Get(tag);
  if (!model) return Error(std::move(model).error());
  std::string choice =
      fmt::format("the model {} in {}", model->tag.ToString(), store.home().string());
  return ServeTarget{.model = *std::move(model), .choice = std::move(choice)};
}

// The names of the modules in a folder.
std::vector<std::string> Modules(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.path().extension() == ".py") names.push_back(entry.path().stem().string());
  }
  return names;
}

// Where the target is written as a path, which is not there: that. Else nothing.
Status MissingPath(std::string_view text, const fs::path& folder) {
  const fs::path written(text.substr(0, text.find(':')));
  const bool is_file = written.extension() == ".py" || written.extension() == ".onnx";
  if (!is_file && !written.has_parent_path()) return {};
  const fs::path path = (folder / written).lexically_normal();
  Status missing = NotFound(fmt::format("there is no '{}' to serve", path.string()));
  const auto near = NearestNames(path.stem().string(), Modules(path.parent_path()), 1);
  if (near.empty()) return missing;
  return std::move(missing).WithHint(
      fmt::format("did you mean '{}.py'?", (written.parent_path() / near.front()).string()));
}

// Where a module of the folder has nearly the name of the one that was asked for: that it is not
// there. Else nothing.
Status MistypedModule(std::string_view text, const fs::path& folder) {
  const size_t colon = text.find(':');
  if (colon == text.npos) return {};
  const std::string module(text.substr(0, colon));
  const auto near = NearestNames(module, Modules(folder), 1);
  if (near.empty()) return {};
  return NotFound(fmt::format("'{}' is neither a model in the store nor a service: there is no "
                              "file '{}.py' in {}",
                              text, module, folder.lexically_normal().string()))
      .WithHint(fmt::format("did you mean '{}{}'?", near.front(), text.substr(colon)));
}

}  // namespace

Result<ServeTarget> ResolveServeTarget(std::string_view text,
                                       const std::filesystem::path& working_folder,
                                       const store::ModelStore& store) {
  if (text.starts_with("model:")) return FromStore(text.substr(6), store);
  if (text.starts_with("bento:")) return FromBentos(text.substr(6), store);

  const fs::path path = working_folder / text;
  if (Exists(path)) return FromPath(text, path, store);
  if (const auto file = PythonFile(text, working_folder)) return PythonService(text, *file);
  if (Status missing = MissingPath(text, working_folder); !missing.ok()) return Error(missing);
  auto bento = FromBentos(text, store);
  if (bento || bento.error().code() != Code::kNotFound) return bento;
  auto model = FromStore(text, store);
  if (!model && text.find(':') == text.npos) {
    // The one service of a module, where nothing else has that name.
    const auto file = PythonFile(fmt::format("{}:", text), working_folder);
    if (file) return PythonService(text, *file);
  }
  if (model || model.error().code() != Code::kNotFound) return model;
  Status mistyped = MistypedModule(text, working_folder);
  if (!mistyped.ok()) return Error(std::move(mistyped));
  return Error(NeitherInStore(bento.error(), std::move(model).error()));
}

}  // namespace ekiben::cli
