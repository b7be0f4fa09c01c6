// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "archive/form.h"
#include "archive/members.h"
#include "base/status.h"

namespace ekiben::archive {

// Writes what lies in the archive (or folder) `source` into `folder`, which is empty. Archives come
// from strangers: Members says what is refused; links and devices are, too. Files are readable and,
// where they were, executable; nothing else is taken over.
//
// kInvalidArgument where it is damaged, of another form or refused, kResourceExhausted where it
// becomes too large, kNotFound or kFailedPrecondition where the disk refuses. A refused archive may
// leave files in `folder`, and never any elsewhere.
Status Unpack(const std::filesystem::path& source, Form form, const std::filesystem::path& folder);
// The same within other limits than Members::LimitsFor() gives.
Status Unpack(const std::filesystem::path& source, Form form, const std::filesystem::path& folder,
              Members::Limits limits);

}  // namespace ekiben::archive
