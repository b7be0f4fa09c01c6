// SPDX-License-Identifier: Apache-2.0
#include "cli/app.h"

#include <algorithm>
#include <exception>
#include <ostream>

#include <fmt/format.h>

#include "cli/bentos.h"
#include "cli/build.h"
#include "cli/container.h"
#include "cli/containerize.h"
#include "cli/doctor.h"
#include "cli/healthcheck.h"
#include "cli/models.h"
#include "cli/python.h"
#include "cli/report.h"
#include "cli/serve.h"
#include "cli/usage.h"
#include "cli/version.h"

namespace ekiben::cli {
namespace {

constexpr const char* kExamples =
    "  ekiben serve iris_clf:latest\n"
    "  ekiben models list\n"
    "  ekiben models import model.onnx --name iris_clf";

void AddCommands(CLI::App& app, Context& context) {
  AddServe(app, context);
  AddBuild(app, context);
  AddBentos(app, context);
  AddModels(app, context);
  AddContainerize(app, context);
  AddContainer(app);
  AddHealthcheck(app, context);
  AddPython(app, context);
  AddDoctor(app, context);
  AddVersion(app, context);
}

// The last command that was asked for: `list` of `ekiben models list`.
const CLI::App& LeafOf(const CLI::App& app) {
  const CLI::App* leaf = &app;
  while (!leaf->get_subcommands().empty()) leaf = leaf->get_subcommands().front();
  return *leaf;
}

int UsageError(const Status& status, const CLI::App& app, const std::vector<std::string>& words,
               Context& context) {
  PrintError(status.hint().empty() ? Status(status).WithHint(SeeHelp(app, words)) : status,
             context);
  return kExitUsage;
}

int ParseAndRun(CLI::App& app, const std::vector<std::string>& words, Context& context) {
  if (Status checked = CheckWords(app, words); !checked.ok()) {
    return UsageError(checked, app, words, context);
  }
  try {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::CallForHelp&) {
    context.out << app.help();
    return kExitOk;
  } catch (const CLI::CallForVersion& version) {
    context.out << version.what() << '\n';
    return kExitOk;
  } catch (const CLI::ExtrasError&) {
    const std::string extra = app.remaining(true).front();
    return UsageError(InvalidArgument(fmt::format("'{}' is one argument too many", extra)), app,
                      words, context);
  } catch (const CLI::ParseError& error) {
    return UsageError(InvalidArgument(error.what()), app, words, context);
  }
  if (IsGroup(LeafOf(app))) context.out << app.help();
  return kExitOk;
}

int RunInContainer(const std::vector<std::string>& words, Context& context) {
  const auto meant = WithoutBentoMLsOwn(
      ContainerWords({words.begin() + 1, words.end()}, DefaultsInEnvironment()), context.err);
  context.status = meant ? BecomeProgram(*meant, context) : meant.error();
  if (context.status.ok()) return RunApp(*meant, context);
  PrintError(context.status, context);
  return ExitCodeOf(context.status);
}

}  // namespace

int RunApp(const std::vector<std::string>& words, Context& context) {
  if (!words.empty() && words.front() == kContainer && !AsksForContainerHelp(words)) {
    return RunInContainer(words, context);
  }
  CLI::App app("Serve machine-learning models", "ekiben");
  app.formatter(std::make_shared<HelpFormatter>());
  app.set_help_flag("-h,--help", "print this help");
  app.set_version_flag("--version", VersionText(), "print the version");
  app.footer(kExamples);
  AddCommands(app, context);
  try {
    if (const int code = ParseAndRun(app, words, context); code != kExitOk) return code;
  } catch (const std::exception& error) {
    context.status = Internal(fmt::format("internal error: {}", error.what()))
                         .WithHint("this is a bug in ekiben; please report it");
  }
  if (!context.status.ok()) PrintError(context.status, context);
  return ExitCodeOf(context.status);
}

}  // namespace ekiben::cli
