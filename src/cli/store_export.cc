// SPDX-License-Identifier: Apache-2.0
// ekiben export TAG [PATH] [-o FORM], ekiben models export TAG [PATH] [-o FORM]
#include <algorithm>
#include <filesystem>
#include <memory>
#include <ostream>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "archive/pack.h"
#include "archive/unpack.h"
#include "base/file.h"
#include "cli/remote.h"
#include "cli/store_commands.h"
#include "cli/usage.h"

namespace ekiben::cli {
namespace {

namespace fs = std::filesystem;
using archive::Form;

struct Target {
  fs::path path;
  Form form;
};

// Where it goes, and how. `standard` is the form where nothing says another.
Target TargetOf(const ExportArgs& args, const store::Tag& tag, const std::string& standard) {
  fs::path path = LocalPath(args.path);
  std::string form = args.output;
  if (form.empty()) {
    const std::string suffix = path.extension().string();
    const auto named = suffix.empty() ? std::nullopt : archive::FormNamed(suffix.substr(1));
    form = named && *named != Form::kFolder ? suffix.substr(1) : standard;
  }
  if (form == "folder") return {std::move(path), Form::kFolder};
  std::error_code ignored;
  if (args.path.ends_with('/') || fs::is_directory(path, ignored)) {
    path /= fmt::format("{}-{}.{}", tag.name, tag.version, form);
  } else if (form == standard && path.extension() != "." + standard) {
    path += "." + standard;
  }
  return {std::move(path), *archive::FormNamed(form)};
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

Status PackIt(const store::ModelInfo& model, const Target& target, const Context&) {
  return archive::Pack(model.path, target.form, target.path);
}

Status PackIt(const store::BentoInfo& bento, const Target& target, const Context& context) {
  std::error_code ignored;
  if (bento.models.empty() || fs::exists(bento.path / "models", ignored)) {
    return archive::Pack(bento.path, target.form, target.path);
  }
  const auto staged = WithModels(bento, context.bentos.home());
  return staged ? archive::Pack(staged->path(), target.form, target.path) : staged.error();
}

// Packed beside the store, then written to where `args` says; the URL, as it may be printed.
template <typename Info>
Result<std::string> PackAndUpload(const Info& found, const ExportArgs& args,
                                  const Context& context) {
  auto staging = store::StagingFolder::Make(StoreOf<Info>(context).home());
  if (!staging) return Error(std::move(staging).error());
  ExportArgs plain = args;
  const size_t query = std::min(args.path.find('?'), args.path.size());
  plain.path.resize(query);
  const bool is_root = plain.path.find('/', plain.path.find("://") + 3) == plain.path.npos;
  if (is_root) plain.path += '/';
  Target target = TargetOf(plain, found.tag, kArchiveSuffix<Info>);
  const std::string url = target.path.string() + args.path.substr(query);
  target.path = staging->path() / "archive";
  if (Status packed = PackIt(found, target, context); !packed.ok()) return Error(std::move(packed));
  return Upload(target.path, url, args.python);
}

template <typename Info>
Result<std::string> PackHere(const Info& found, const ExportArgs& args, const Context& context) {
  const Target target = TargetOf(args, found.tag, kArchiveSuffix<Info>);
  std::error_code ignored;
  const fs::path folder = fs::absolute(target.path, ignored).lexically_normal().parent_path();
  if (Status made = store::MakeFolders(folder); !made.ok()) return Error(std::move(made));
  if (Status packed = PackIt(found, target, context); !packed.ok()) return Error(std::move(packed));
  return target.path.lexically_normal().string();
}

}  // namespace

template <typename Info>
Status RunExport(const ExportArgs& args, Context& context) {
  const auto found = StoreOf<Info>(context).Get(args.tag);
  if (!found) return found.error();
  const auto place =
      IsRemote(args.path) ? PackAndUpload(*found, args, context) : PackHere(*found, args, context);
  if (!place) return place.error();
  context.out << kTypeName<Info> << "(tag=\"" << found->tag.ToString() << "\") exported to "
              << *place << '\n';
  return {};
}

template <typename Info>
void AddExport(CLI::App& parent, Context& context) {
  const auto args = std::make_shared<ExportArgs>();
  const auto& kind = StoreOf<Info>(context).kind();
  CLI::App* const command =
      parent.add_subcommand("export", fmt::format("Write a {} into one file", kind.noun));
  command->footer(fmt::format("  {0} export {1}:latest\n  {0} export {1} backup/iris.zip",
                              kind.command, kExampleName<Info>));
  command->add_option("TAG", args->tag, "NAME, or NAME:VERSION")->required();
  command->add_option("PATH", args->path,
                      fmt::format("a file that ends with .{0}, .xz, .gz, .bz2, .tar or .zip, or a "
                                  "folder for it, or a URL like s3://bucket/iris.{0}; here",
                                  kArchiveSuffix<Info>));
  AddOutput(*command, args->output,
            {kArchiveSuffix<Info>, "xz", "gz", "bz2", "tar", "zip", "folder"});
  AddRemotePython(*command, args->python);
  command->callback([args, &context] { context.status = RunExport<Info>(*args, context); });
}

template Status RunExport<store::BentoInfo>(const ExportArgs&, Context&);
template Status RunExport<store::ModelInfo>(const ExportArgs&, Context&);
template void AddExport<store::BentoInfo>(CLI::App&, Context&);
template void AddExport<store::ModelInfo>(CLI::App&, Context&);

}  // namespace ekiben::cli
