// SPDX-License-Identifier: Apache-2.0
// ekiben import PATH [-f FORM]; what `ekiben models import` does with an archive
#include <filesystem>
#include <memory>
#include <ostream>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "archive/unpack.h"
#include "base/file.h"
#include "cli/remote.h"
#include "cli/store_commands.h"
#include "cli/usage.h"

namespace ekiben::cli {
namespace {

namespace fs = std::filesystem;

// Not store::CheckDigest(): which file is the youngest says nothing once all were written anew.
Status CheckWhole(const store::BentoInfo& bento) {
  if (bento.digest.empty()) return {};
  const auto digest = store::DigestOf(bento);
  if (!digest) return digest.error();
  if (*digest == bento.digest) return {};
  return FailedPrecondition("it is not as it was built: a file was changed, added or removed")
      .WithHint("export it again from where it was built; nothing was taken");
}
Status CheckWhole(const store::ModelInfo&) { return {}; }

// Trying again later will not make an archive smaller, so that it is the archive that is wrong.
Status Refused(Status why) {
  if (why.code() != Code::kResourceExhausted) return why;
  return InvalidArgument(why.message()).WithHint(why.hint());
}

Status Unpack(const fs::path& path, const std::string& format, const fs::path& folder) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return FileError("cannot import", path, ENOENT);
  const auto form = format.empty() ? archive::FormOf(path) : *archive::FormNamed(format);
  return Refused(archive::Unpack(path, form, folder));
}

Status UnpackRemote(const ImportArgs& args, const fs::path& home, const fs::path& folder) {
  const auto staging = store::StagingFolder::Make(home);
  if (!staging) return staging.error();
  const auto downloaded = Download(args.path, staging->path(), args.python);
  return downloaded ? Unpack(*downloaded, args.format, folder) : downloaded.error();
}

}  // namespace

template <typename Info>
Status RunImport(const ImportArgs& args, Context& context) {
  const store::TagStore<Info>& store = StoreOf<Info>(context);
  auto staging = store::StagingFolder::Make(store.home());
  if (!staging) return staging.error();
  Status unpacked = IsRemote(args.path)
                        ? UnpackRemote(args, store.home(), staging->path())
                        : Unpack(LocalPath(args.path), args.format, staging->path());
  if (!unpacked.ok()) return unpacked;
  const auto info = store.ReadStaged(*staging);
  if (!info && info.error().code() == Code::kInvalidArgument) {
    return Status(info.error())
        .WithContext(fmt::format("'{}' is no {}", args.path, store.kind().noun))
        .WithHint(fmt::format("give what `{} export` or `{} export` wrote", store.kind().command,
                              kBentomlCommand<Info>));
  }
  if (!info) return info.error();
  if (Status whole = CheckWhole(*info); !whole.ok())
    return std::move(whole).WithContext("'" + args.path + "'");
  const auto published = store.Publish(*std::move(staging), info->tag);
  if (!published) return published.error();
  context.out << kTypeName<Info> << "(tag=\"" << published->tag.ToString() << "\") imported\n";
  return {};
}

void AddRemotePython(CLI::App& command, std::string& python) {
  command.add_option("--python", python, "the interpreter that reaches s3:// and the like")
      ->type_name("PATH");
}

void AddImportFormat(CLI::App& command, std::string& format) {
  AddForms(command, "-f,--format", format,
           {"bento", "bentomodel", "xz", "gz", "bz2", "tar", "zip", "folder"})
      ->description("bento, bentomodel, xz, gz, bz2, tar, zip, folder; what its first bytes say");
}

void AddImport(CLI::App& app, Context& context) {
  const auto args = std::make_shared<ImportArgs>();
  CLI::App* const command =
      app.add_subcommand("import", "Take a bento that was exported into the store");
  command->footer("  ekiben import iris_classifier-hrcxybszzsm3khqa.bento");
  command->add_option("PATH", args->path, "a file, a folder, or a URL like s3://bucket/iris.bento")
      ->required();
  AddImportFormat(*command, args->format);
  AddRemotePython(*command, args->python);
  command->callback(
      [args, &context] { context.status = RunImport<store::BentoInfo>(*args, context); });
}

template Status RunImport<store::BentoInfo>(const ImportArgs&, Context&);
template Status RunImport<store::ModelInfo>(const ImportArgs&, Context&);

}  // namespace ekiben::cli
