// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "registry/repository.h"
#include "signing/statement.h"

namespace ekiben::artifact {

// The signatures of a manifest in its repository, where cosign keeps them: the manifest under the
// tag "sha256-<digits>.sig", one layer a signature.

// None where there is no such tag.
Result<std::vector<signing::Signature>> FetchSignatures(registry::Repository& repository,
                                                        const std::string& manifest_digest);

// Adds those that are not there yet. What others have put there stays as it is, with all that they
// have written beside their signatures.
Status PushSignatures(registry::Repository& repository, const std::string& manifest_digest,
                      const std::vector<signing::Signature>& signatures,
                      registry::Progress& progress);

}  // namespace ekiben::artifact
