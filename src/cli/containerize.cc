// SPDX-License-Identifier: Apache-2.0
// ekiben containerize BENTO [-t NAME:TAG]… [--output FILE.tar|FOLDER/ | --push] [--platform
// OS/ARCH]
//                     [--label KEY=VALUE]… [--sbom FILE]
#include "cli/containerize.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/clock.h"
#include "cli/bento_source.h"
#include "cli/image_backend.h"
#include "cli/image_loader.h"
#include "cli/image_planning.h"
#include "cli/image_push.h"
#include "cli/labels.h"
#include "cli/layer_progress.h"
#include "cli/report.h"
#include "cli/version.h"
#include "image/image.h"
#include "image/sbom.h"
#include "store/staging.h"
#include "store/whole_file.h"

namespace ekiben::cli {
namespace {

namespace fs = std::filesystem;

// Where an image goes.
struct Target {
  enum class Kind { kArchive, kLayout, kLoader, kRegistry };

  Kind kind = Kind::kLoader;
  fs::path path;
  std::string loader;
};

Result<Target> TargetOf(const ContainerizeArgs& args) {
  const std::string& output = args.output;
  if (args.push) return Target{.kind = Target::Kind::kRegistry};
  if (output.empty()) {
    auto loader = FindImageLoader();
    if (!loader) return Error(std::move(loader).error());
    return Target{.loader = *std::move(loader)};
  }
  std::error_code ignored;
  const fs::path path = output;
  if (output.ends_with('/') || fs::is_directory(path, ignored)) {
    // Without the slash at the end, since `skopeo copy oci:FOLDER:TAG` takes it for the name's.
    return Target{.kind = Target::Kind::kLayout,
                  .path = path.has_filename() || path == "/" ? path : path.parent_path()};
  }
  if (path.extension() == ".tar") return Target{.kind = Target::Kind::kArchive, .path = path};
  return Error(InvalidArgument(fmt::format("--output '{}' is neither a .tar nor a folder", output))
                   .WithHint("FILE.tar: an archive that docker and podman load; FOLDER/: an OCI "
                             "layout"));
}

// With a tag: what an image is loaded by. A digest comes of what is in it, so it has none yet.
Result<registry::Reference> ImageName(const std::string& text) {
  auto name = registry::Reference::Parse(text);
  if (!name || !name->digest.empty()) {
    return Error(InvalidArgument(fmt::format("'{}' cannot be the name of an image", text))
                     .WithHint("NAME:TAG or HOST:PORT/PATH/NAME:TAG; a name is in lower case, its "
                               "letters and digits joined by '.', '_', '__' or '-'"));
  }
  name->tag = name->Wanted();
  return name;
}

Result<std::vector<registry::Reference>> LocalNamesOf(const ContainerizeArgs& args,
                                                      const image::BentoSource& bento) {
  std::vector<registry::Reference> names;
  for (const std::string& text : args.names) {
    auto name = ImageName(text);
    if (!name) return Error(std::move(name).error());
    if (std::ranges::find(names, *name) == names.end()) names.push_back(*std::move(name));
  }
  if (!names.empty()) return names;
  auto name = ImageName(bento.name + ":" + bento.version);
  if (!name) return Error(std::move(name).error().WithContext("give -t NAME:TAG"));
  return std::vector{*std::move(name)};
}

Result<std::vector<registry::Reference>> NamesOf(const ContainerizeArgs& args,
                                                 const image::BentoSource& bento) {
  auto names = LocalNamesOf(args, bento);
  return names && args.push ? NamesInRegistry(*names, DefaultRegistry()) : names;
}

// The variable that makes builds of one source the same everywhere.
Result<std::optional<int64_t>> SourceDate() {
  const char* const text = std::getenv("SOURCE_DATE_EPOCH");
  if (text == nullptr || *text == '\0') return std::nullopt;
  int64_t seconds = 0;
  const std::string_view whole = text;
  const auto [end, error] = std::from_chars(text, text + whole.size(), seconds);
  if (error == std::errc{} && end == text + whole.size() && seconds >= 0) return seconds;
  return Error(InvalidArgument(
      fmt::format("SOURCE_DATE_EPOCH is '{}', which is no number of seconds since 1970", whole)));
}

// An image gets the program, the libraries and the interpreter that are on this machine.
Status CheckPlatform(const std::string& wanted) {
  if (wanted.empty()) return {};
  const auto platform = image::PlatformOf(wanted);
  if (!platform) return Status(platform.error()).WithContext("--platform");
  const std::string mine = image::ThisPlatform();
  if (*platform == mine) return {};
  return InvalidArgument(fmt::format("--platform '{}': the program, the libraries and the Python "
                                     "at hand are for {}",
                                     wanted, mine))
      .WithHint(
          "run ekiben on a machine of that kind; --backend docker builds for others where docker "
          "can");
}

Result<image::Image> Make(const image::ImagePlan& plan, const image::LayerOptions& options,
                          Context& context) {
  std::vector<LayerProgress::Layer> layers;
  for (const auto& planned : plan.layers) {
    layers.push_back({.name = planned.name, .bytes = planned.tree.FileBytes()});
  }
  LayerProgress progress(std::move(layers), context.err, context.terminal);
  const image::LayerListener listener{
      .on_bytes = [&](size_t layer, uint64_t bytes) { progress.Advance(layer, bytes, Now()); },
      .on_done =
          [&](size_t layer, const image::Layer& made) {
            progress.Finish(layer, made.cached ? "cached" : "written", made.blob.size,
                            made.blob.digest);
          }};
  const image::LayerCache cache(context.store.home() / "cache" / "images");
  cache.Sweep();
  return image::MakeImage(plan, cache, options, listener);
}

// What belongs to the image: first what is in it, then how it was made.
Status Attach(const image::ImagePlan& plan, const image::BentoSource& bento, image::Image& made) {
  const auto components = image::ComponentsOf(plan, bento);
  if (!components) return components.error();
  const std::string digest = made.digest();
  made.attachments = {{.type = "application/vnd.cyclonedx+json",
                       .content = image::SbomJson(bento, *components, digest)},
                      {.type = "application/vnd.in-toto+json",
                       .content = image::ProvenanceJson(bento, *components, digest)}};
  return {};
}

Status Deliver(const image::Image& made, const std::vector<registry::Reference>& names,
               const Target& target, const RegistryArgs& registry, Context& context) {
  switch (target.kind) {
    case Target::Kind::kRegistry: return PushImage(made, names, registry, context);
    case Target::Kind::kArchive: return image::WriteArchive(made, names, target.path);
    case Target::Kind::kLayout: return image::WriteLayout(made, names, target.path);
    case Target::Kind::kLoader: break;
  }
  const auto staging = store::StagingFolder::Make(context.store.home());
  if (!staging) return staging.error();
  const fs::path archive = staging->path() / "image.tar";
  if (Status written = image::WriteArchive(made, names, archive); !written.ok()) return written;
  return LoadImage(target.loader, archive);
}

void PrintResult(const image::Image& made, const std::vector<registry::Reference>& names,
                 const image::BentoSource& bento, const Target& target, Context& context) {
  std::vector<std::string> texts;
  for (const auto& name : names) texts.push_back(name.ToString());
  std::ostream& out = context.out;
  out << fmt::format("Successfully built the image {} of Bento(tag=\"{}:{}\")\ndigest  {}\n",
                     fmt::join(texts, ", "), bento.name, bento.version, made.digest());
  if (target.kind == Target::Kind::kRegistry)
    out << fmt::format("pushed  {}\n", fmt::join(texts, "\npushed  "));
  const std::string runner = target.loader.empty() ? "docker" : target.loader;
  if (target.kind == Target::Kind::kArchive) {
    out << fmt::format("load    {} load --input {}\n", runner, target.path.string());
  }
  if (target.kind == Target::Kind::kLayout) {
    out << fmt::format("copy    skopeo copy oci:{}:{} docker://REGISTRY/{}\n", target.path.string(),
                       names.front().tag, names.front().ToString());
    return;
  }
  out << fmt::format("run     {} run -it --rm -p 3000:3000 {} serve --production\n", runner,
                     texts.front());
}

// What --output says is not for the tools that run Dockerfiles: each has its own store of images.
Status BuildWithBackend(const ContainerizeArgs& args, const image::BentoSource& bento,
                        const std::vector<registry::Reference>& names, Context& context) {
  if (!args.output.empty()) {
    return InvalidArgument(
               fmt::format("--output and --backend do not go together: '{}' keeps the image itself",
                           args.backend))
        .WithHint(fmt::format("leave --output out; `{} push` or `save` writes it", args.backend));
  }
  const Status built = RunBackend({.tool = args.backend,
                                   .names = names,
                                   .labels = bento.labels,
                                   .platform = args.platform,
                                   .options = args.options,
                                   .push = args.push,
                                   .plain_http = args.registry.plain_http},
                                  bento.folder);
  if (!built.ok()) return built;
  const std::string runner = args.backend == "docker" ? "docker" : "podman";
  context.out << fmt::format(
      "Successfully built {4}the image {0} of Bento(tag=\"{1}:{2}\")\n"
      "run     {3} run -it --rm -p 3000:3000 {0} serve --production\n",
      names.front().ToString(), bento.name, bento.version, runner, args.push ? "and pushed " : "");
  return {};
}

}  // namespace

Status RunContainerize(const ContainerizeArgs& args, Context& context) {
  auto labels = ParseLabels(args.labels);
  if (!labels) return labels.error();
  if (args.push && !args.output.empty()) {
    return InvalidArgument("--push and --output do not go together")
        .WithHint("an image that was pushed is written into a file by `skopeo copy`");
  }
  const auto date = SourceDate();
  if (!date) return date.error();
  auto bento = FindBentoSource(args.bento, !args.backend.empty(), context);
  if (!bento) return bento.error();
  const auto names = NamesOf(args, *bento);
  if (!names) return names.error();
  bento->labels = *std::move(labels);
  if (!args.backend.empty()) return BuildWithBackend(args, *bento, *names, context);
  if (!args.options.empty()) {
    return InvalidArgument("--opt is for --backend, which is not given");
  }
  if (Status fits = CheckPlatform(args.platform); !fits.ok()) return fits;
  const auto target = TargetOf(args);
  if (!target) return target.error();
  bento->created = date->value_or(bento->created);
  bento->ekiben_version = VersionText();
  const auto plan = PlanImage(args, *bento, context);
  if (!plan) return plan.error();

  auto made = Make(*plan, {.time = date->value_or(0)}, context);
  if (!made) return made.error();
  if (Status attached = Attach(*plan, *bento, *made); !attached.ok()) return attached;
  if (!args.sbom.empty()) {
    Status written = store::WriteWhole(args.sbom, made->attachments.front().content);
    if (!written.ok()) return written;
  }
  if (Status delivered = Deliver(*made, *names, *target, args.registry, context); !delivered.ok()) {
    return delivered;
  }
  PrintResult(*made, *names, *bento, *target, context);
  return {};
}

void AddContainerize(CLI::App& app, Context& context) {
  const auto args = std::make_shared<ContainerizeArgs>();
  CLI::App* const command = app.add_subcommand("containerize", "Make a container image of a bento");
  command->footer(
      "  ekiben containerize iris_clf:latest\n"
      "  ekiben containerize iris_clf -t registry.example/iris:1.0 --output iris.tar\n"
      "  ekiben containerize iris_clf --push -t registry.example/team/iris:1.0");
  command->add_option("BENTO", args->bento, "a bento's tag, or a folder with a bento.yaml")
      ->required();
  command
      ->add_option("-t,--image-tag,--tag", args->names,
                   "the image's name, as often as needed; the bento's tag")
      ->type_name("NAME:TAG")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      ->add_option("--output", args->output,
                   "FILE.tar, or FOLDER/ for an OCI layout; else into docker or podman")
      ->type_name("PATH");
  command->add_flag("--push", args->push,
                    "send it to the registry of its name; a name without one is below "
                    "EKIBEN_REGISTRY");
  AddRegistryOptions(*command, args->registry, false);
  AddThreads(*command, args->registry, "--threads");
  command->add_option("--platform", args->platform, "what it is to run on; this machine's kind")
      ->type_name("OS/ARCH");
  command
      ->add_option("--sbom", args->sbom, "where its bill of materials, in CycloneDX, goes as well")
      ->type_name("FILE");
  command->add_option("--label", args->labels, "KEY=VALUE, as often as needed")
      ->type_name("LABEL")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("--python", args->python, "the interpreter that an image of Python gets")
      ->type_name("PATH");
  command
      ->add_option("--backend", args->backend,
                   "build the bento's Dockerfile with docker, podman or buildah instead")
      ->check(CLI::IsMember({"docker", "podman", "buildah"}).description(""))
      ->type_name("TOOL");
  command->add_option("--opt", args->options, "for the tool, as often as needed: network=host")
      ->type_name("OPTION")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->callback([args, &context] { context.status = RunContainerize(*args, context); });
}

}  // namespace ekiben::cli
