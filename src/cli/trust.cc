// SPDX-License-Identifier: Apache-2.0
#include "cli/trust.h"

#include <cstdlib>
#include <system_error>
#include <utility>

#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>
#include <fmt/format.h>

#include "artifact/kept_signatures.h"
#include "artifact/packing.h"
#include "cli/ask_python.h"
#include "cli/report.h"
#include "signing/signature_files.h"

namespace ekiben::cli {
namespace {

namespace fs = std::filesystem;
using signing::Mode;

std::string Variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

template <typename Info>
Result<signing::Expected> Expect(const Info& info, std::string_view kind, std::string digest) {
  if (digest.empty()) {
    auto read = artifact::DigestOf(info);
    if (!read) return Error(std::move(read).error());
    digest = *std::move(read);
  }
  return signing::Expected{.what = fmt::format("{} '{}'", kind, info.tag.ToString()),
                           .files = std::move(digest)};
}

template <typename Info>
Status Check(const Info& info, std::string_view kind, const std::string& digest,
             const TrustArgs& args, Context& context) {
  const auto mode = ModeOf(args);
  if (!mode) return mode.error();
  if (*mode == Mode::kOff) return {};
  const auto keys = TrustedKeys(args, context);
  if (!keys) return keys.error();
  const auto signatures = signing::ReadSignatures(SignaturesOf(info, context));
  if (!signatures) return signatures.error();
  const auto expected = Expect(info, kind, digest);
  if (!expected) return expected.error();
  return Judge(*mode, artifact::VerifyKept(*signatures, *keys, *expected), expected->what, context);
}

}  // namespace

void AddTrustOptions(CLI::App& command, TrustArgs& args) {
  command
      .add_option("--verify", args.verify,
                  "whether a signature is required, missed with a warning, or not looked at; "
                  "EKIBEN_VERIFY, else the configuration's `verify`, else off")
      ->type_name("required|warn|off")
      ->check(CLI::IsMember({"required", "warn", "off"}).description(""));
  command
      .add_option("--key", args.keys,
                  "FILE.pub of somebody whose signature counts, as often as needed; beside "
                  "EKIBEN_TRUSTED_KEYS and `ekiben keys trust`")
      ->type_name("FILE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

fs::path KeyFolder(const Context& context) { return context.store.home() / "keys"; }

Status ReadConfigured(TrustArgs& args) {
  if (!args.verify.empty() || !Variable("EKIBEN_VERIFY").empty() || !IsConfigured({})) return {};
  const auto json = AskPython({.doing = "read the configuration", .name = "configuration"});
  if (!json) return json.error();
  args.configured = TextIn(*json, "verify");
  return {};
}

Result<Mode> ModeOf(const TrustArgs& args) {
  if (!args.verify.empty()) return signing::ParseMode(args.verify);
  const std::string variable = Variable("EKIBEN_VERIFY");
  if (variable.empty()) {
    return args.configured.empty() ? Mode::kOff : signing::ParseMode(args.configured);
  }
  auto mode = signing::ParseMode(variable);
  if (!mode) return Error(std::move(mode).error().WithContext("EKIBEN_VERIFY"));
  return mode;
}

Result<std::vector<signing::PublicKey>> TrustedKeys(const TrustArgs& args, const Context& context) {
  std::vector<fs::path> paths = args.keys;
  std::string variable = Variable("EKIBEN_TRUSTED_KEYS");
  while (!variable.empty()) {
    const size_t colon = std::min(variable.find(':'), variable.size());
    if (colon > 0) paths.emplace_back(variable.substr(0, colon));
    variable.erase(0, colon + 1);
  }
  std::error_code ignored;
  const fs::path own = KeyFolder(context) / "trusted";
  if (fs::is_directory(own, ignored)) paths.push_back(own);
  return signing::LoadKeys(paths);
}

Status Judge(Mode mode, const Result<std::string>& verified, std::string_view what,
             Context& context) {
  if (verified) {
    PrintNote(fmt::format("{} is signed by {}", what, *verified), context);
    return {};
  }
  if (mode == Mode::kRequired) return verified.error();
  if (mode == Mode::kWarn) PrintWarning(verified.error(), context);
  return {};
}

Status CheckSigned(const store::BentoInfo& bento, const std::string& digest, const TrustArgs& args,
                   Context& context) {
  return Check(bento, "bento", digest, args, context);
}
Status CheckSigned(const store::ModelInfo& model, const TrustArgs& args, Context& context) {
  return Check(model, "model", "", args, context);
}

Result<signing::Expected> ExpectedOf(const store::BentoInfo& bento) {
  return Expect(bento, "bento", "");
}
Result<signing::Expected> ExpectedOf(const store::ModelInfo& model) {
  return Expect(model, "model", "");
}

fs::path SignaturesOf(const store::BentoInfo& bento, const Context& context) {
  return signing::SignatureFolder(context.store.home(), "bento", bento.tag.name, bento.tag.version);
}
fs::path SignaturesOf(const store::ModelInfo& model, const Context& context) {
  return signing::SignatureFolder(context.store.home(), "model", model.tag.name, model.tag.version);
}

}  // namespace ekiben::cli
