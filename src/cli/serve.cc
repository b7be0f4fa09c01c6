// SPDX-License-Identifier: Apache-2.0
// ekiben serve [TARGET] [--host HOST] [--port PORT] [--access-log] [--log-format text|json] …
#include "cli/serve.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>
#include <thread>

#include "cli/ask_python.h"
#include "cli/serve_target.h"
#include "cli/service_environment.h"
#include "server/configuration.h"
#include "store/bento_store.h"
#include "worker/python.h"

namespace ekiben::cli {
namespace {

// What the command line says in its own units.
struct RawArgs {
  ServeArgs args;
  double timeout_s = 60;
  double header_timeout_s = 10, body_timeout_s = 60, write_timeout_s = 30, idle_timeout_s = 75;
  std::string log_format = "text";
};

void AddServingOptions(CLI::App& command, RawArgs& raw) {
  server::ServeOptions& options = raw.args.options;
  command.add_option(
      "TARGET", raw.args.target,
      "a service (module:attr), a bento's or a model's tag, a .onnx file or a folder; "
      "this one");
  command.add_option("--host", options.host, "address to listen on, 127.0.0.1; 0.0.0.0: all")
      ->envname("EKIBEN_HOST")
      ->take_last()  // Scripts that start it give one, and pass on what they are given.
      ->type_name("HOST");
  command.add_option("-p,--port", options.port, "3000; 0: any that is free")
      ->envname("EKIBEN_PORT")
      ->take_last()
      ->type_name("PORT");
  command.add_option("--timeout", raw.timeout_s, "seconds that a request may take, 60")
      ->check(CLI::Range(0.001, 86400.0).description(""))
      ->type_name("SECONDS");
  command
      .add_option("--threads", options.instances,
                  "threads of each model that is not cheap, one a core")
      ->check(CLI::Range(1, 1024).description(""))
      ->type_name("N");
  command
      .add_option("--max-batch-size", options.batching.max_rows,
                  "rows of a batch, 100; 1: no batching")
      ->check(CLI::Range(1, 1 << 20).description(""))
      ->type_name("ROWS");
}

// What one client may take of the server: http/limits.h.
void AddLimitOptions(CLI::App& command, RawArgs& raw) {
  http::Limits& limits = raw.args.options.limits;
  const auto add_size = [&](const char* name, auto& value, auto most, const char* unit,
                            const char* what) {
    command.add_option(name, value, what)
        ->check(CLI::Range(decltype(most){1}, most).description(""))
        ->type_name(unit);
  };
  add_size("--max-body", limits.body_bytes, uint64_t{1} << 40, "BYTES",
           "bytes of a request's body, 33554432");
  add_size("--max-header", limits.header_bytes, uint32_t{1} << 20, "BYTES",
           "bytes of a request's line and headers, 16384");
  add_size("--max-connections", limits.connections, size_t{1} << 20, "N",
           "connections at a time, 4096");
  const auto add_time = [&](const char* name, double& seconds, const char* what) {
    command.add_option(name, seconds, what)
        ->check(CLI::Range(1.0, 86400.0).description(""))
        ->type_name("SECONDS");
  };
  add_time("--header-timeout", raw.header_timeout_s,
           "seconds that a request's headers may take, 10");
  add_time("--body-timeout", raw.body_timeout_s, "seconds that a request's body may take, 60");
  add_time("--write-timeout", raw.write_timeout_s, "seconds that a client may take an answer, 30");
  add_time("--idle-timeout", raw.idle_timeout_s, "seconds between a connection's requests, 75");
}

Duration FromSeconds(double seconds) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

void AddPythonOptions(CLI::App& command, RawArgs& raw) {
  ServeArgs& args = raw.args;
  command
      .add_option("--api-workers", args.api_workers,
                  "processes that run a service's functions, one a core")
      ->check(CLI::Range(1, 1024).description(""))
      ->type_name("N");
  command.add_option("--working-dir", args.working_dir, "where the service is looked for, here")
      ->type_name("FOLDER");
  command.add_option("--set", args.settings, "KEY=VALUE of the configuration, as often as needed")
      ->type_name("SETTING")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  AddBentoArguments(command, args.arguments);
  command.add_option("--python", args.python, "the interpreter that runs the service")
      ->type_name("PATH");
  command.add_flag("--bentoml", args.alias,
                   "import bentoml gives ekiben even where BentoML is installed");
  command.add_flag("--reload", args.reload, "load the service anew when its files have changed");
  CLI::Option* const production =
      command.add_flag("--production", args.production, "never reload; else as without it");
  command
      .add_flag("--development", args.development,
                "one API worker, in which Python's runners run too; no batches")
      ->excludes(production);
}

void AddLoggingOptions(CLI::App& command, RawArgs& raw) {
  command.add_flag("--access-log", raw.args.options.access_log, "a line for each request");
  command.add_option("--log-format", raw.log_format, "text or json; of the log, on stderr")
      ->check(CLI::IsMember({"text", "json"}).description(""))
      ->type_name("FORMAT");
}

// What was configured, or nothing. Options that were typed are left as they are.
Result<std::optional<server::Configuration>> FindConfiguration(const ServeArgs& args,
                                                               server::ServeOptions& options,
                                                               TrustArgs& trust) {
  if (!IsConfigured(args.settings)) return std::nullopt;
  const auto json = AskPython({.doing = "read the configuration",
                               .python = args.python,
                               .name = "configuration",
                               .arguments = args.settings});
  if (!json) return Error(json.error());
  trust.configured = TextIn(*json, "verify");
  return server::Configure(*json, args.given, options);
}

// One a core, and one where somebody edits the service: only that has to start again.
size_t ApiWorkers(const ServeArgs& args, std::optional<size_t> configured) {
  if (args.api_workers != 0) return args.api_workers;
  if (args.development || args.reload) return 1;
  if (configured) return *configured;
  return std::max(1U, std::thread::hardware_concurrency());
}

Status ServePython(const ServeArgs& args, const ServeTarget& target,
                   const std::filesystem::path& folder,
                   const std::optional<server::Configuration>& configuration,
                   const server::ServeOptions& options, Context& context) {
  const auto python = worker::FindPython(args.python);
  if (!python) return python.error();
  if (args.reload && args.production) {
    context.err << "warning: --reload does nothing with --production\n";
  }
  store::Yaml arguments = target.arguments;
  if (Status put = PutArguments(args.arguments, arguments); !put.ok()) return put;
  const size_t workers =
      ApiWorkers(args, configuration ? configuration->api_workers : std::nullopt);
  const store::ModelStore models =
      target.bento ? store::ModelsOf(*target.bento, context.store.home()) : context.store;
  return server::ServePython(
      {.target = target.python,
       .working_dir = folder.string(),
       .python = python->string(),
       .api_workers = workers,
       .reload = args.reload && !args.production,
       .embeds = args.development,
       .alias = args.alias,
       .bento = target.bento ? target.bento->path.string() : "",
       .environment = {{"EKIBEN_ARGUMENTS", ArgumentsJson(arguments)},
                       {"EKIBEN_MODEL_ALIASES",
                        target.aliases.empty() ? "" : AliasesJson(target.aliases)}},
       .configuration = configuration ? configuration->whole : "",
       .batching_is_given = args.given.contains("--max-batch-size")},
      models, options, context.out);
}

// Whether somebody who is trusted has signed it, as far as that is asked for.
Status CheckTrust(const ServeTarget& target, const TrustArgs& args, Context& context) {
  if (target.bento) return CheckSigned(*target.bento, target.digest, args, context);
  if (target.python.empty() && !target.model.tag.name.empty()) {
    return CheckSigned(target.model, args, context);
  }
  const auto mode = ModeOf(args);
  if (!mode) return mode.error();
  return Judge(*mode,
               Error(PermissionDenied("what is no bento and no model of the store is not signed")
                         .WithHint("`ekiben build`, then `ekiben sign`")),
               target.choice, context);
}

}  // namespace

Status RunServe(const ServeArgs& args, Context& context) {
  std::error_code error;
  const std::filesystem::path folder =
      std::filesystem::current_path(error) / std::filesystem::path(args.working_dir);
  const auto target = ResolveServeTarget(args.target, folder, context.store);
  if (!target) return target.error();
  server::ServeOptions options = args.options;
  TrustArgs trust = args.trust;
  const auto configuration = FindConfiguration(args, options, trust);
  if (!configuration) return configuration.error();
  if (Status trusted = CheckTrust(*target, trust, context); !trusted.ok()) return trusted;
  if (args.options.log_format == observe::LogFormat::kText) {
    context.out << "found   " << target->choice << '\n' << std::flush;
  }
  if (!target->python.empty()) {
    const std::filesystem::path& where = target->folder.empty() ? folder : target->folder;
    return ServePython(args, *target, where, *configuration, options, context);
  }
  if (args.reload) context.err << "warning: --reload does nothing for a model\n";
  if (!args.arguments.empty()) context.err << "warning: --arg does nothing for a model\n";
  return server::ServeModel(target->model, options, context.out);
}

void AddServe(CLI::App& app, Context& context) {
  const auto raw = std::make_shared<RawArgs>();
  CLI::App* const command =
      app.add_subcommand("serve", "Serve a service, a bento or a model over HTTP");
  command->footer(
      "  ekiben serve service:svc\n"
      "  ekiben serve iris_classifier:latest\n"
      "  ekiben serve model.onnx --port 8080\n"
      "  ekiben serve iris_clf --host 0.0.0.0 --access-log --log-format json");
  AddServingOptions(*command, *raw);
  AddPythonOptions(*command, *raw);
  AddLimitOptions(*command, *raw);
  AddLoggingOptions(*command, *raw);
  AddTrustOptions(*command, raw->args.trust);
  command->callback([raw, command, &context] {
    for (const CLI::Option* option : command->get_options()) {
      if (option->count() > 0) raw->args.given.insert(option->get_name());
    }
    raw->args.options.timeout = FromSeconds(raw->timeout_s);
    http::Limits& limits = raw->args.options.limits;
    limits.header_time = FromSeconds(raw->header_timeout_s);
    limits.body_time = FromSeconds(raw->body_timeout_s);
    limits.write_time = FromSeconds(raw->write_timeout_s);
    limits.idle_time = FromSeconds(raw->idle_timeout_s);
    raw->args.options.log_format =
        raw->log_format == "json" ? observe::LogFormat::kJson : observe::LogFormat::kText;
    if (raw->args.development && command->count("--max-batch-size") == 0) {
      raw->args.options.batching.max_rows = 1;
    }
    context.status = RunServe(raw->args, context);
  });
}

}  // namespace ekiben::cli
