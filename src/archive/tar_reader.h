// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <archive.h>

#include <memory>

#include "archive/form.h"
#include "base/status.h"

namespace ekiben::archive {

struct CloseArchive {
  void operator()(::archive* open) const { archive_read_free(open); }
};
using TarReader = std::unique_ptr<::archive, CloseArchive>;

// How many bytes are read at once.
inline constexpr size_t kTarChunk = 1 << 20;

// A reader of tars packed so and no other: a stranger is not to choose among 20 parsers.
TarReader TarReaderOf(Form form);

// The error that the reader has met.
Status Damaged(::archive* reader);

}  // namespace ekiben::archive
