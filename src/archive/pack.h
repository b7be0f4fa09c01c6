// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "archive/form.h"
#include "base/status.h"

namespace ekiben::archive {

// Writes the files of `folder` into a new archive (or folder) at `target`, which is replaced where
// it is a file. The same files give the same bytes: members stand in the order of their names,
// without owners and times.
//
// kInvalidArgument names a member that is neither a file nor a folder, kFailedPrecondition says
// that `target` is a folder that is not empty, or what the disk refuses. Written beside its place
// and renamed, so nothing half-written is left.
Status Pack(const std::filesystem::path& folder, Form form, const std::filesystem::path& target);

}  // namespace ekiben::archive
