// SPDX-License-Identifier: Apache-2.0
#include "cli/bento_archives.h"

#include <filesystem>
#include <memory>
#include <ostream>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "archive/pack.h"
#include "archive/unpack.h"
#include "base/file.h"
#include "store/bento_yaml.h"

namespace ekiben::cli {
namespace {

namespace fs = std::filesystem;
using archive::Form;

struct Target {
  fs::path path;
  Form form;
};

Target TargetOf(const ExportArgs& args, const store::Tag& tag) {
  fs::path path = args.path;
  std::error_code ignored;
  const std::string suffix = path.extension().string();
  const auto by_name = suffix.empty() ? std::nullopt : archive::FormNamed(suffix.substr(1));
  const std::string_view wanted = args.output.empty() ? "bento" : std::string_view(args.output);
  const Form form = args.output.empty() && by_name && *by_name != Form::kFolder
                        ? *by_name
                        : *archive::FormNamed(wanted);
  if (form == Form::kFolder) return {std::move(path), form};
  if (args.path.ends_with('/') || fs::is_directory(path, ignored)) {
    path /= fmt::format("{}-{}.{}", tag.name, tag.version, wanted);
  } else if (!by_name && args.output.empty()) {
    path += ".bento";
  }
  return {std::move(path), form};
}

Status CopyFolder(const fs::path& from, const fs::path& to) {
  if (Status made = store::MakeFolders(to); !made.ok()) return made;
  return archive::Unpack(from, Form::kFolder, to);
}

// A copy of the bento with the models that lie beside it in the store, as BentoML leaves them.
Result<store::StagingFolder> WithModels(const store::BentoInfo& bento, const fs::path& home) {
  auto staging = store::StagingFolder::Make(home);
  if (!staging) return staging;
  if (Status copied = CopyFolder(bento.path, staging->path()); !copied.ok()) return Error(copied);
  const store::ModelStore models = store::ModelsOf(bento, home);
  for (const store::BentoModel& each : bento.models) {
    const auto model = models.Get(each.tag.ToString());
    if (!model) {
      return Error(Status(model.error()).WithContext("the bento lacks one of its models"));
    }
    const fs::path folder = staging->path() / "models" / each.tag.name;
    Status copied = CopyFolder(model->path, folder / each.tag.version);
    std::error_code ignored;
    if (copied.ok() && !fs::exists(folder / "latest", ignored)) {
      copied = WriteNewFile(folder / "latest", each.tag.version);
    }
    if (!copied.ok()) return Error(std::move(copied));
  }
  return staging;
}

}  // namespace

Status RunExport(const ExportArgs& args, Context& context) {
  const auto bento = context.bentos.Get(args.tag);
  if (!bento) return bento.error();
  const Target target = TargetOf(args, bento->tag);
  std::error_code ignored;
  const bool is_whole = bento->models.empty() || fs::exists(bento->path / "models", ignored);
  Status packed;
  if (is_whole) {
    packed = archive::Pack(bento->path, target.form, target.path);
  } else {
    const auto staged = WithModels(*bento, context.bentos.home());
    packed = staged ? archive::Pack(staged->path(), target.form, target.path) : staged.error();
  }
  if (!packed.ok()) return packed;
  context.out << "Bento(tag=\"" << bento->tag.ToString() << "\") exported to "
              << target.path.lexically_normal().string() << '\n';
  return {};
}

Status RunImport(const ImportArgs& args, Context& context) {
  auto staging = store::StagingFolder::Make(context.bentos.home());
  if (!staging) return staging.error();
  const fs::path path = args.path;
  Status unpacked = archive::Unpack(path, archive::FormOf(path), staging->path());
  if (!unpacked.ok()) return unpacked;
  std::error_code ignored;
  if (!fs::exists(staging->path() / store::kBentoYaml, ignored)) {
    return InvalidArgument(
               fmt::format("'{}' is no bento: it has no {}", args.path, store::kBentoYaml))
        .WithHint("give what `ekiben export` or `bentoml export` wrote");
  }
  const auto bento = store::ReadBento(staging->path());
  if (!bento) return Status(bento.error()).WithContext(args.path);
  if (Status same = store::CheckDigest(*bento); !same.ok()) {
    return std::move(same).WithContext(args.path);
  }
  const auto published = context.bentos.Publish(*std::move(staging), bento->tag);
  if (!published) return published.error();
  context.out << "Bento(tag=\"" << published->tag.ToString() << "\") imported\n";
  return {};
}

void AddExport(CLI::App& app, Context& context) {
  const auto args = std::make_shared<ExportArgs>();
  CLI::App* const command = app.add_subcommand("export", "Write a bento into one file");
  command->footer(
      "  ekiben export iris_classifier:latest\n"
      "  ekiben export iris_classifier backup/iris.zip");
  command->add_option("TAG", args->tag, "NAME, or NAME:VERSION")->required();
  command->add_option("PATH", args->path,
                      "a file that ends with .bento, .xz, .gz, .bz2, .tar or .zip, or a folder for "
                      "it; here");
  command->add_option("-o,--output", args->output, "the form, whatever the path ends with")
      ->check(CLI::IsMember({"bento", "xz", "gz", "bz2", "tar", "zip", "folder"}));
  command->callback([args, &context] { context.status = RunExport(*args, context); });
}

void AddImport(CLI::App& app, Context& context) {
  const auto args = std::make_shared<ImportArgs>();
  CLI::App* const command =
      app.add_subcommand("import", "Take a bento that was exported into the store");
  command->footer("  ekiben import iris_classifier-hrcxybszzsm3khqa.bento");
  command->add_option("PATH", args->path, "a file, or a folder")->required();
  command->callback([args, &context] { context.status = RunImport(*args, context); });
}

}  // namespace ekiben::cli
