// SPDX-License-Identifier: Apache-2.0
// ekiben doctor [--fix] [-o text|json]
#include "cli/doctor.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/file.h"
#include "base/json_writer.h"
#include "cli/ask_python.h"
#include "cli/report.h"
#include "cli/usage.h"
#include "runtime/runtime.h"
#include "store/checkup.h"
#include "worker/python.h"

namespace ekiben::cli {
namespace {

namespace fs = std::filesystem;
using store::Checkup;
using store::Finding;
using Level = Finding::Level;

struct Diagnosis {
  Checkup store;
  std::string runtime;  // What serves models; empty: nothing.
  std::string python;   // What runs services; empty: nothing.
  std::vector<std::string> repaired;
};

void CheckRuntime(Context& context, Diagnosis& diagnosis) {
  auto& findings = diagnosis.store.findings;
  const auto plugin = runtime::FindRuntime("onnx");
  if (!plugin) {
    findings.push_back({Level::kError, plugin.error().message(), {}, plugin.error().hint()});
    return;
  }
  // An ONNX file whose graph is empty: that it is none is another error than that nothing can open
  // it.
  const FileDescriptor model(memfd_create("model.onnx", MFD_CLOEXEC));
  constexpr std::string_view kModel("\x08\x08\x3A\x00", 4);
  if (write(model.get(), kModel.data(), kModel.size()) < 0) return;
  const auto session = context.open_onnx(fmt::format("/proc/self/fd/{}", model.get()));
  if (!session && session.error().code() == Code::kNotFound) {
    findings.push_back({Level::kError, session.error().message(), *plugin,
                        "pip install onnxruntime beside ekiben, or let EKIBEN_ONNXRUNTIME name its "
                        "folder"});
    return;
  }
  diagnosis.runtime = fmt::format("onnx in '{}', with ONNX Runtime", plugin->string());
}

void CheckPython(const DoctorArgs& args, Diagnosis& diagnosis) {
  const auto python = worker::FindPython(args.python);
  Status why = python ? Status() : python.error();
  fs::path where;
  if (python) {
    where = *python;
    const auto answer = AskPython(
        {.doing = "ask Python", .python = where.string(), .name = "about", .arguments = {}});
    why = answer ? Status() : answer.error();
    if (answer && TextIn(*answer, "ekiben") != EKIBEN_VERSION) {
      why = FailedPrecondition(fmt::format("Python has ekiben {}, and this is ekiben {}",
                                           TextIn(*answer, "ekiben"), EKIBEN_VERSION))
                .WithHint("install both from one wheel: pip install --upgrade ekiben");
    }
    if (answer) {
      diagnosis.python = fmt::format("{} in '{}', with ekiben {}", TextIn(*answer, "python"),
                                     where.string(), TextIn(*answer, "ekiben"));
    }
  }
  if (why.ok()) return;
  diagnosis.store.findings.push_back(
      {Level::kWarning, fmt::format("no service in Python can be served: {}", why.message()), where,
       why.hint()});
}

void Repair(const fs::path& home, Diagnosis& diagnosis) {
  std::erase_if(diagnosis.store.findings, [&](Finding& finding) {
    if (finding.repair == Finding::Repair::kNone) return false;
    const Status repaired = RepairFinding(home, finding);
    if (repaired.ok()) {
      diagnosis.repaired.push_back(finding.what + ": '" + finding.where.string() + "'");
    } else {
      finding.next = fmt::format("--fix could not: {}", repaired.message());
    }
    return repaired.ok();
  });
}

constexpr std::string_view NameOf(Level level) {
  return level == Level::kError ? "error" : "warning";
}

std::string Size(uint64_t bytes) {
  return fmt::format("{:.1f} GiB", static_cast<double>(bytes) / static_cast<double>(1ULL << 30));
}

void PrintText(const Diagnosis& diagnosis, Context& context) {
  const Checkup& store = diagnosis.store;
  std::ostream& out = context.out;
  const auto line = [&](std::string_view name, const std::string& text) {
    out << fmt::format("  {:<9} {}\n", name, Printable(text));
  };
  out << fmt::format("ekiben {}\n", EKIBEN_VERSION);
  line("store", context.store.home().string());
  line("models", fmt::format("{} that can be read", store.models));
  line("bentos", fmt::format("{} that are whole", store.bentos));
  line("disk", Size(store.free_bytes) + " left");
  line("runtime", diagnosis.runtime.empty() ? "none" : diagnosis.runtime);
  line("python", diagnosis.python.empty() ? "none" : diagnosis.python);
  for (const std::string& repaired : diagnosis.repaired) line("repaired", repaired);
  for (const Finding& finding : store.findings) {
    out << fmt::format("\n{}: {}\n", NameOf(finding.level), Printable(finding.what));
    if (!finding.where.empty()) out << "  where: " << Printable(finding.where.string()) << '\n';
    if (!finding.next.empty()) out << "  next:  " << Printable(finding.next) << '\n';
  }
  if (store.findings.empty()) out << "\nnothing is wrong\n";
}

void PrintJson(const Diagnosis& diagnosis, Context& context) {
  const Checkup& store = diagnosis.store;
  JsonWriter json;
  json.BeginObject()
      .Member("version", EKIBEN_VERSION)
      .Member("home", context.store.home().string())
      .Key("models")
      .Int(static_cast<int64_t>(store.models))
      .Key("bentos")
      .Int(static_cast<int64_t>(store.bentos))
      .Key("free_bytes")
      .Int(static_cast<int64_t>(store.free_bytes))
      .Member("runtime", diagnosis.runtime)
      .Member("python", diagnosis.python)
      .Key("repaired")
      .BeginArray();
  for (const std::string& repaired : diagnosis.repaired) json.String(repaired);
  json.EndArray().Key("findings").BeginArray();
  for (const Finding& finding : store.findings) {
    json.BeginObject()
        .Member("level", NameOf(finding.level))
        .Member("what", finding.what)
        .Member("where", finding.where.string())
        .Member("next", finding.next)
        .Key("can_be_fixed")
        .Bool(finding.repair != Finding::Repair::kNone)
        .EndObject();
  }
  json.EndArray().EndObject();
  context.out << json.text() << '\n';
}

}  // namespace

Status RunDoctor(const DoctorArgs& args, Context& context) {
  const fs::path home = context.store.home();
  Diagnosis diagnosis{.store = store::CheckStore(home)};
  if (args.fix) Repair(home, diagnosis);
  CheckRuntime(context, diagnosis);
  CheckPython(args, diagnosis);
  if (args.output == "json") {
    PrintJson(diagnosis, context);
  } else {
    PrintText(diagnosis, context);
  }
  const auto errors = std::ranges::count(diagnosis.store.findings, Level::kError, &Finding::level);
  if (errors == 0) return {};
  return FailedPrecondition(fmt::format("{} thing{} wrong", errors, errors == 1 ? " is" : "s are"));
}

void AddDoctor(CLI::App& app, Context& context) {
  const auto args = std::make_shared<DoctorArgs>();
  CLI::App* const command =
      app.add_subcommand("doctor", "Look for what is wrong with the store and this machine");
  command->footer(
      "  ekiben doctor\n"
      "  ekiben doctor --fix");
  command->add_flag("--fix", args->fix,
                    "remove what killed commands have left, and let 'latest' name the newest");
  command->add_option("--python", args->python, "the interpreter that runs services")
      ->type_name("PATH");
  AddOutput(*command, args->output, {"text", "json"});
  command->callback([args, &context] { context.status = RunDoctor(*args, context); });
}

}  // namespace ekiben::cli
