// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "artifact/artifact.h"
#include "artifact/packing.h"
#include "base/status.h"
#include "registry/push.h"
#include "registry/repository.h"
#include "store/bento_store.h"
#include "store/model_store.h"

namespace ekiben::artifact {

// What registry::Push() sends of it.
registry::Pushed ToPushed(const Packed& packed);

// What a registry has under a name, before any of its layers is there.
struct Remote {
  registry::ManifestText manifest = {};
  std::string config = {};  // The bytes of the config blob.
  Artifact artifact = {};
};

// Reads manifest and config. `wanted` is a tag or a digest.
Result<Remote> Look(registry::Repository& repository, const std::string& wanted);
// The same of a manifest that has been read.
Result<Remote> Look(registry::Repository& repository, registry::ManifestText manifest);

struct ReceiveOptions {
  bool replace = false;  // What has its tag in the store.
  int parallel = registry::kParallel;
};

// Takes an artifact into the stores of one home, whole or not at all; the models of a bento that
// lie beside it enter the store of models before it. Its layers come to HOME/tmp, where what has
// come stays when this is broken off, for the next time.
//
// kFailedPrecondition where its files are not those that its digest says, or its tag is taken.
Status Receive(registry::Repository& repository, const Artifact& artifact,
               const std::filesystem::path& home, registry::Progress& progress,
               const ReceiveOptions& options);

}  // namespace ekiben::artifact
