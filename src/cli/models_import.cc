// SPDX-License-Identifier: Apache-2.0
// ekiben models import FILE.onnx --name NAME[:VERSION] [--label KEY=VALUE]...
// ekiben models import ARCHIVE [-f FORM]
#include <cerrno>
#include <ostream>
#include <system_error>

#include <fmt/format.h>

#include "base/copy_file.h"
#include "base/file.h"
#include "cli/labels.h"
#include "cli/models.h"
#include "cli/onnx_options.h"
#include "cli/report.h"
#include "cli/store_commands.h"

namespace ekiben::cli {
namespace {

namespace fs = std::filesystem;
using store::ModelInfo;
using store::StagingFolder;
using store::Tag;

constexpr const char* kModelFile = "saved_model.onnx";
constexpr const char* kSignature = "run";
constexpr const char* kBentomlLayout = "1.4.39";  // The release whose layout is written.

Result<Tag> NewTag(const std::string& name, Context& context) {
  Result<Tag> tag = Tag::Parse(name);
  if (!tag) return tag;
  if (tag->version == store::kLatest) {
    return Error(
        InvalidArgument(fmt::format("'{}' is no version that a model can have", store::kLatest))
            .WithHint("leave it out and a new version is made"));
  }
  if (tag->lowered)
    PrintNote(fmt::format("upper case was lowered: '{}'", tag->ToString()), context);
  if (tag->version.empty()) tag->version = store::NewVersion();
  return tag;
}

Status CheckFile(const fs::path& file) {
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (!fs::exists(status)) return FileError("cannot import", file, ENOENT);
  if (error) return FileError("cannot import", file, error.value());
  if (fs::is_regular_file(status)) return {};
  return InvalidArgument(fmt::format("cannot import '{}': it is no file", file.string()));
}

// Learns inputs and outputs from the runtime. What cannot be opened for lack of one stays without.
Status DescribeNative(const fs::path& staged, const ModelsImportArgs& args, Context& context,
                      ModelInfo& info) {
  store::NativeForm form{.signature = kSignature, .runtime = "onnx", .file = kModelFile};
  const Result<std::unique_ptr<runtime::Session>> session = context.open_onnx(staged);
  if (session) {
    form.inputs = (*session)->inputs();
    form.outputs = (*session)->outputs();
    info.options = OnnxOptions(kSignature, form.inputs, form.outputs);
    info.native.push_back(std::move(form));
    return {};
  }
  if (session.error().code() == Code::kNotFound) {
    PrintNote(
        fmt::format("'{}' was not checked: {}", args.file.string(), session.error().message()),
        context);
    return {};
  }
  // The plugin looks beside the copy, where the files that lie beside the original are not.
  const std::string& why = session.error().message();
  const bool has_more_files = why.contains("takes data from");
  return InvalidArgument(
             fmt::format("'{}' is no model that can be served: {}", args.file.string(), why))
      .WithHint(has_more_files ? "a model is imported as one file: save it with its weights inside"
                               : session.error().hint());
}

bool IsOnnx(const ModelsImportArgs& args) {
  return !args.name.empty() || (args.format.empty() && args.file.extension() == ".onnx");
}

// What `ekiben models export`, or BentoML, wrote: it has its tag in it.
Status ImportArchive(const ModelsImportArgs& args, Context& context) {
  if (!args.labels.empty()) {
    return InvalidArgument(
               fmt::format("'{}' is an archive, which has labels of its own", args.file.string()))
        .WithHint("--label is for .onnx files");
  }
  return RunImport<ModelInfo>(
      {.path = args.file.string(), .format = args.format, .python = args.python}, context);
}

}  // namespace

Status RunModelsImport(const ModelsImportArgs& args, Context& context) {
  if (!IsOnnx(args)) return ImportArchive(args, context);
  if (args.name.empty()) {
    return InvalidArgument(fmt::format("'{}' is a .onnx file, which needs a name in the store",
                                       args.file.string()))
        .WithHint("give it one with --name");
  }
  if (Status checked = CheckFile(args.file); !checked.ok()) return checked;
  Result<Tag> tag = NewTag(args.name, context);
  if (!tag) return tag.error();
  Result<std::map<std::string, std::string>> labels = ParseLabels(args.labels);
  if (!labels) return labels.error();

  Result<StagingFolder> staging = StagingFolder::Make(context.store.home());
  if (!staging) return staging.error();
  const fs::path staged = staging->path() / kModelFile;
  // The copy is the store's own, whatever the original lets its owner do.
  if (Status copied = CopyFile(args.file, staged, 0644); !copied.ok()) return copied;

  ModelInfo info{.tag = *std::move(tag), .module = "bentoml.onnx", .labels = *std::move(labels)};
  info.context = {.framework_name = "onnx", .bentoml_version = kBentomlLayout};
  info.signatures = {{.name = kSignature}};
  info.api_version = "v2";
  info.creation_time = store::CurrentTime();
  if (Status opened = DescribeNative(staged, args, context, info); !opened.ok()) return opened;

  const Result<ModelInfo> published = context.store.Publish(*std::move(staging), std::move(info));
  if (!published) return published.error();
  context.out << kTypeName<ModelInfo> << "(tag=\"" << published->tag.ToString() << "\") imported\n";
  return {};
}

void AddModelsImport(CLI::App& models, Context& context) {
  const auto args = std::make_shared<ModelsImportArgs>();
  CLI::App* const command = models.add_subcommand("import", "Put a model into the store");
  command->footer(
      "  ekiben models import iris.onnx --name iris_clf\n"
      "  ekiben models import iris.onnx --name iris_clf:v2 --label owner=me\n"
      "  ekiben models import iris_clf.bentomodel");
  command
      ->add_option("FILE", args->file,
                   "a .onnx file, with its weights inside; or what `models export` wrote")
      ->required();
  command->add_option("--name", args->name, "NAME, or NAME:VERSION, of a .onnx file")
      ->type_name("NAME");
  AddImportFormat(*command, args->format);
  AddRemotePython(*command, args->python);
  command->add_option("--label", args->labels, "KEY=VALUE, as often as needed")
      ->type_name("LABEL")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->callback([args, &context] { context.status = RunModelsImport(*args, context); });
}

}  // namespace ekiben::cli
