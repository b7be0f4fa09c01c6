// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "base/status.h"
#include "cli/context.h"
#include "cli/registry_options.h"
#include "cli/trust.h"
#include "registry/repository.h"
#include "signing/statement.h"

namespace ekiben::cli {

// `ekiben verify TAG`, and `ekiben models verify`: whether what is in the store, or under a name
// with a registry in it, is signed by somebody who is trusted. `Info` is store::BentoInfo or
// store::ModelInfo; a registry says by itself what it has, which may be an image.
struct VerifyArgs {
  std::string name = {};
  TrustArgs trust = {};
  RegistryArgs registry = {};
};
template <typename Info>
Status RunVerify(const VerifyArgs& args, Context& context);
template <typename Info>
void AddVerify(CLI::App& parent, Context& context);

// What was found in a registry and about it, so that it need not be asked again.
struct RemoteTrust {
  std::vector<signing::Signature> signatures = {};
  Result<std::string> verified = std::string();  // The key's id.
};
Result<RemoteTrust> VerifyRemote(registry::Repository& repository,
                                 const signing::Expected& expected, const TrustArgs& args,
                                 const Context& context);

}  // namespace ekiben::cli
