// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "artifact/transfer.h"
#include "base/status.h"
#include "signing/statement.h"

namespace ekiben::artifact {

// Signatures that came with what was pulled, as they are kept beside the store. One that says
// nothing of files, as cosign's own, gets the manifest and the config that lead from it to them.
std::vector<signing::Signature> ToKeep(std::vector<signing::Signature> signatures,
                                       const Remote& remote);

// signing::Verify() of what is in the store: `expected` has its files, and no manifest. A signature
// that says nothing of files counts by its manifest, where the config that this names has them.
Result<std::string> VerifyKept(std::span<const signing::Signature> signatures,
                               std::span<const signing::PublicKey> keys,
                               const signing::Expected& expected);

}  // namespace ekiben::artifact
