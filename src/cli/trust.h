// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "base/status.h"
#include "cli/context.h"
#include "signing/statement.h"
#include "store/bento_info.h"
#include "store/model_info.h"

namespace ekiben::cli {

// Whose signatures count, and what happens where none does.
struct TrustArgs {
  std::string verify = {};      // "required", "warn" or "off"; else EKIBEN_VERIFY.
  std::string configured = {};  // What the configuration says where neither does; else off.
  std::vector<std::filesystem::path> keys = {};  // Beside EKIBEN_TRUSTED_KEYS and the home's.
};
void AddTrustOptions(CLI::App& command, TrustArgs& args);

// HOME/keys, with NAME.key and NAME.pub; those that are trusted are in HOME/keys/trusted.
std::filesystem::path KeyFolder(const Context& context);

// `configured` of a command that has read no configuration otherwise. Python reads it, and is not
// asked where the command line or EKIBEN_VERIFY decides.
Status ReadConfigured(TrustArgs& args);

Result<signing::Mode> ModeOf(const TrustArgs& args);
Result<std::vector<signing::PublicKey>> TrustedKeys(const TrustArgs& args, const Context& context);

// Does what the mode asks for with the outcome of a check: an error that is required to be none,
// or a warning. Says by whom it was signed.
Status Judge(signing::Mode mode, const Result<std::string>& verified, std::string_view what,
             Context& context);

// Checks what is in the store, or in a folder, by the signatures that are beside the store.
// `digest` is that of the bento's files where they have been read before; empty: they are read.
Status CheckSigned(const store::BentoInfo& bento, const std::string& digest, const TrustArgs& args,
                   Context& context);
Status CheckSigned(const store::ModelInfo& model, const TrustArgs& args, Context& context);

// What a signature of it has to say.
Result<signing::Expected> ExpectedOf(const store::BentoInfo& bento);
Result<signing::Expected> ExpectedOf(const store::ModelInfo& model);

std::filesystem::path SignaturesOf(const store::BentoInfo& bento, const Context& context);
std::filesystem::path SignaturesOf(const store::ModelInfo& model, const Context& context);

}  // namespace ekiben::cli
