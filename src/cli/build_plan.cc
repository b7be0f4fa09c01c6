// SPDX-License-Identifier: Apache-2.0
#include "cli/build_plan.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iterator>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/file.h"
#include "bento/builder.h"
#include "bento/texts.h"
#include "cli/ask_python.h"
#include "cli/build_options_of.h"
#include "cli/labels.h"
#include "cli/report.h"
#include "cli/service_environment.h"
#include "codec/json_document.h"
#include "http/asio_loop.h"
#include "observe/metrics.h"
#include "routes/openapi.h"
#include "service/model_service.h"
#include "worker/python.h"

namespace ekiben::cli {
namespace {

namespace fs = std::filesystem;
using bento::Plan;

bool IsFile(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

// The bentofile of a folder, or the one that was named; without one, nothing is said.
Result<bento::BuildOptions> ReadOptions(const BuildArgs& args, const fs::path& folder) {
  if (!args.bentofile.empty()) {
    const fs::path named = args.bentofile;
    return ReadBuildOptions(IsFile(named) ? named : folder / named);
  }
  auto found = BuildOptionsOf(folder);
  if (!found) return Error(std::move(found).error());
  return std::move(*found).value_or(bento::BuildOptions());
}

Status NoService(const fs::path& folder) {
  std::error_code ignored;
  const bool has_file = fs::exists(folder / kBentofile, ignored);
  return NotFound(fmt::format("nothing to build in '{}': {}", folder.string(),
                              has_file
                                  ? "bentofile.yaml names no service, and there is no service.py"
                                  : "no bentofile.yaml, and no service.py"))
      .WithHint(
          "write service: module:attr into bentofile.yaml, or name a folder or a model's tag");
}

// What Python says of the service goes into the plan.
Status AskForService(const BuildArgs& args, Context& context, Plan& plan) {
  const auto interpreter = worker::FindPython(args.python);
  if (!interpreter) return interpreter.error();
  plan.python = interpreter->string();
  std::string target = plan.options.service;
  if (target.empty()) target = "service";
  Question question{.doing = "build",
                    .python = plan.python,
                    .name = "describe-service",
                    .arguments = {target, plan.folder.string()},
                    .environment = {{"EKIBEN_HOME", context.store.home().string()},
                                    {"EKIBEN_MODEL_ALIASES", AliasesJson(plan.aliases)},
                                    {"EKIBEN_ARGUMENTS", ArgumentsJson(plan.options.args)}}};
  if (args.alias) question.arguments.emplace_back("alias");
  const auto answer = AskPython(question);
  if (!answer) return answer.error();
  const auto document = codec::JsonValue::Parse(*answer);
  const codec::JsonValue* const json = document ? document->Find("description") : nullptr;
  if (json == nullptr) return Internal("Python's answer has no description of the service");
  auto description = service::ParseServiceDescription(json->ToJson());
  if (!description) return std::move(description).error();
  plan.description = *std::move(description);
  plan.service = TextIn(*answer, "service");
  plan.python_version = TextIn(*answer, "python");
  if (plan.options.docker.python_version) plan.python_version = *plan.options.docker.python_version;
  return {};
}

Status PlanService(const BuildArgs& args, const fs::path& folder, Context& context, Plan& plan) {
  std::error_code error;
  plan.folder = fs::canonical(folder, error);
  auto options = ReadOptions(args, plan.folder);
  if (!options) return std::move(options).error();
  plan.options = *std::move(options);
  if (plan.options.service.empty() && !IsFile(plan.folder / "service.py")) {
    return NoService(plan.folder);
  }
  if (Status put = PutArguments(args.arguments, plan.options.args); !put.ok()) return put;
  if (Status found = bento::FindNamedModels(plan, context.store); !found.ok()) return found;
  if (Status asked = AskForService(args, context, plan); !asked.ok()) return asked;
  plan.tag.name = plan.options.name.empty() ? plan.description.name : plan.options.name;
  return {};
}

Status PlanModel(const BuildArgs& args, Context& context, Plan& plan) {
  const auto model =
      context.store.Get(args.target.starts_with("model:") ? args.target.substr(6) : args.target);
  if (!model && IsFile(args.target)) {
    return InvalidArgument(fmt::format("'{}' is a file", args.target))
        .WithHint("name the folder that it is in; its bentofile.yaml says `service: module:attr`");
  }
  if (!model) {
    return Status(model.error()).WithContext(fmt::format("'{}' is no folder", args.target));
  }
  if (!args.bentofile.empty()) {
    return InvalidArgument(
               fmt::format("'{}' is a model, which is built without a bentofile", args.target))
        .WithHint("--name, --version and --label say what can be said");
  }
  if (!args.arguments.empty()) {
    return InvalidArgument(
        fmt::format("--arg is for a service in Python, and '{}' is a model", args.target));
  }
  http::AsioLoop loop;
  observe::MetricRegistry metrics;
  const auto service = service::LoadModelService(*model, {}, loop, metrics);
  if (!service) return service.error();
  plan.kind = store::BentoKind::kModel;
  plan.description = (*service)->description();
  plan.description.models = {model->tag.ToString()};
  plan.service = fmt::format("model:{}", model->tag.ToString());
  plan.python_version = "3.11";
  plan.tag.name = model->tag.name;
  return {};
}

Status CompletePlan(const BuildArgs& args, Context& context, Plan& plan) {
  auto labels = ParseLabels(args.labels);
  if (!labels) return std::move(labels).error();
  for (auto& [key, value] : *labels) plan.options.labels[key] = value;
  std::ranges::copy(args.allow_secrets, std::back_inserter(plan.options.allow_secrets));
  const std::string name = args.name.empty() ? plan.tag.name : args.name;
  const auto tag = store::Tag::Parse(args.version.empty() ? name : name + ":" + args.version);
  if (!tag) return tag.error();
  if (tag->version == store::kLatest) {
    return InvalidArgument("'latest' is no version that a bento can have")
        .WithHint("leave --version out and a new one is made");
  }
  if (tag->lowered)
    PrintNote(fmt::format("upper case was lowered: '{}'", tag->ToString()), context);
  plan.tag = *tag;
  if (plan.tag.version.empty()) plan.tag.version = store::NewVersion();
  plan.openapi = routes::OpenApi(plan.description);
  plan.ekiben_version = EKIBEN_VERSION;
  plan.creation_time = store::CurrentTime();
  return bento::FindServiceModels(plan, context.store);
}

}  // namespace

Result<Plan> MakePlan(const BuildArgs& args, Context& context) {
  std::error_code ignored;
  Plan plan;
  const bool is_folder = fs::is_directory(args.target, ignored);
  Status status =
      is_folder ? PlanService(args, args.target, context, plan) : PlanModel(args, context, plan);
  if (status.ok()) status = CompletePlan(args, context, plan);
  if (!status.ok()) return Error(std::move(status));
  return plan;
}

}  // namespace ekiben::cli
