// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <archive.h>
#include <archive_entry.h>

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

// The next member, as long as nothing else is read; nullptr after the last one. A name is the bytes
// that stand in the archive, whatever this process' locale is.
Result<archive_entry*> NextMember(::archive* reader);

// The error that the reader has met.
Status Damaged(::archive* reader);

}  // namespace ekiben::archive
