// SPDX-License-Identifier: Apache-2.0
// ekiben build [TARGET] [-f FILE] [--version VERSION] [--name NAME] [--label KEY=VALUE]…
//   [--arg KEY=VALUE]… [--arg-file FILE] [--allow-secrets PATTERN]… [--containerize] [--push] [-t
//   NAME:TAG]…
//   [-o tag]
#include "cli/build.h"

#include <filesystem>
#include <memory>
#include <ostream>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/clock.h"
#include "base/json_writer.h"
#include "bento/builder.h"
#include "cli/ask_python.h"
#include "cli/build_plan.h"
#include "cli/containerize.h"
#include "cli/push.h"
#include "cli/report.h"
#include "cli/usage.h"

namespace ekiben::cli {
namespace {

// What was built, and what may be typed next.
void TellResult(const BuildArgs& args, const store::BentoInfo& bento, Context& context) {
  if (args.output == "tag") {
    context.out << bento.tag.ToString() << '\n';
    return;
  }
  const std::string tag = bento.tag.ToString();
  context.out << "\nSuccessfully built Bento(tag=\"" << tag << "\").\n\n"
              << "Next:\n\n"
              << "  serve it:             ekiben serve " << tag << '\n'
              << "  see what is in it:    ekiben get " << tag << " -o tree\n";
  context.out << "  make an image of it:  ekiben containerize " << tag << '\n';
}

// Jinja2 is Python's, so Python renders the template.
Result<std::string> RenderDockerfile(const std::string& python, const std::filesystem::path& file,
                                     const bento::DockerfileBlocks& blocks) {
  JsonWriter json;
  json.BeginObject();
  for (const auto& [name, text] : blocks) json.Member(name, text);
  json.EndObject();
  const auto answer = AskPython({.doing = "make the Dockerfile",
                                 .python = python,
                                 .name = "render-dockerfile",
                                 .arguments = {file.string(), json.text()}});
  if (!answer) return Error(answer.error());
  return TextIn(*answer, "text");
}

// What can be known to be wrong before anything is built.
Status CheckAfterwards(const BuildArgs& args, const store::Tag& tag) {
  if (!args.push && !args.containerize) {
    if (args.names.empty()) return {};
    return InvalidArgument("-t is for --containerize and --push, of which none is given")
        .WithHint("--name and --version say what the bento is called");
  }
  if (!args.push) return {};
  if (!args.containerize && args.names.size() > 1) {
    return InvalidArgument("-t: a bento is pushed under one name")
        .WithHint("with --containerize an image is pushed under as many as are given");
  }
  std::vector<std::string> names = args.names;
  if (names.empty()) names.emplace_back();
  for (const std::string& name : names) {
    const auto target = PushTarget(name, tag, DefaultRegistry());
    if (!target) return Status(target.error()).WithContext("--push");
  }
  return {};
}

// What --containerize and --push ask for. What stdout is for is said by -o.
Status DoAfterwards(const BuildArgs& args, const store::Tag& tag, Context& context) {
  Context own{.store = context.store,
              .bentos = context.bentos,
              .open_onnx = context.open_onnx,
              .in = context.in,
              .out = args.output == "tag" ? context.err : context.out,
              .err = context.err,
              .may_ask = context.may_ask,
              .color = context.color,
              .terminal = context.terminal};
  if (args.containerize) {
    return RunContainerize({.bento = tag.ToString(),
                            .names = args.names,
                            .python = args.python,
                            .push = args.push,
                            .registry = args.registry},
                           own);
  }
  if (!args.push) return {};
  return RunPush<store::BentoInfo>({.tag = tag.ToString(),
                                    .target = args.names.empty() ? "" : args.names.front(),
                                    .force = args.force,
                                    .registry = args.registry},
                                   own);
}

}  // namespace

Status RunBuild(const BuildArgs& args, Context& context) {
  const Time start = Now();
  // With -o tag stdout has the tag and nothing else.
  std::ostream& progress = args.output == "tag" ? context.err : context.out;
  const bento::Listener listener{.on_step =
                                     [&](std::string_view step) {
                                       progress << "  " << Printable(step) << '\n' << std::flush;
                                     },
                                 .on_warning =
                                     [&](std::string_view text) {
                                       PrintWarning(FailedPrecondition(std::string(text)), context);
                                     }};
  auto plan = MakePlan(args, context);
  if (!plan) return std::move(plan).error();
  if (Status fits = CheckAfterwards(args, plan->tag); !fits.ok()) return fits;
  progress << "building " << plan->tag.ToString() << " of " << plan->service << '\n' << std::flush;
  const auto bento =
      bento::Build(*plan, context.bentos, listener, [&](const auto& file, const auto& blocks) {
        return RenderDockerfile(plan->python, file, blocks);
      });
  if (!bento) return bento.error();
  listener.on_step(fmt::format("digest {}", bento->digest));
  listener.on_step(fmt::format("done in {:.1f} s", Seconds(Now() - start)));
  TellResult(args, *bento, context);
  return DoAfterwards(args, bento->tag, context);
}

void AddBuild(CLI::App& app, Context& context) {
  const auto args = std::make_shared<BuildArgs>();
  CLI::App* const command =
      app.add_subcommand("build", "Build a bento of a service, or of a model");
  command->footer(
      "  ekiben build\n"
      "  ekiben build examples/iris --version v1 --label stage=test\n"
      "  ekiben build iris_clf:latest");
  command->add_option("TARGET", args->target,
                      "a folder with a service, or a model's tag; this folder");
  command->add_option("-f,--bentofile", args->bentofile, "the folder's bentofile.yaml")
      ->type_name("FILE");
  command->add_option("--version", args->version, "of the bento; a new one is made")
      ->type_name("VERSION");
  command->add_option("--name", args->name, "of the bento; the service's")->type_name("NAME");
  command->add_option("--label", args->labels, "KEY=VALUE, as often as needed")
      ->type_name("LABEL")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  AddBentoArguments(*command, args->arguments);
  command
      ->add_option("--allow-secrets", args->allow_secrets,
                   "a file that looks as if it had a secret, and has none; as often as needed")
      ->type_name("PATTERN")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("--python", args->python, "the interpreter that imports the service")
      ->type_name("PATH");
  command->add_flag("--bentoml", args->alias,
                    "import bentoml gives ekiben even where BentoML is installed");
  command->add_flag("--containerize", args->containerize,
                    "make an image of the bento as well, as `ekiben containerize` does");
  command->add_flag("--push", args->push,
                    "send the bento to a registry, as `ekiben push` does; with --containerize "
                    "the image");
  command
      ->add_option("-t,--image-tag,--tag", args->names,
                   "what the image is called, as often as needed, or where the bento is pushed to; "
                   "its tag")
      ->type_name("NAME:TAG")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_flag("--force", args->force, "with --push: replace another bento that has its tag");
  AddRegistryOptions(*command, args->registry, false);
  AddThreads(*command, args->registry, "--threads");
  AddOutput(*command, args->output, {"default", "tag"});
  command->callback([args, &context] { context.status = RunBuild(*args, context); });
}

}  // namespace ekiben::cli
