// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "artifact/transfer.h"
#include "base/status.h"
#include "registry/repository.h"
#include "signing/statement.h"

namespace ekiben::cli {

// What a registry has, as the subject of signatures: what one that is made says, and what one that
// is there is compared with.
struct RemoteSubject {
  signing::Statement statement = {};
  signing::Expected expected = {};
};
RemoteSubject SubjectOf(const artifact::Remote& remote);

// What is under the name of `repository`: a bento, a model, or an image. An index of images is one:
// as with cosign its own manifest is signed, which names all of them by their digests.
Result<RemoteSubject> ReadSubject(registry::Repository& repository);

}  // namespace ekiben::cli
