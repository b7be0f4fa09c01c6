// SPDX-License-Identifier: Apache-2.0
#include "archive/tar_reader.h"

#include <string_view>

namespace ekiben::archive {
namespace {

// A pax header is UTF-8, which libarchive would have in the locale's characters, too. Where it
// cannot, the entry has the bytes as they were, which is what is wanted.
bool IsOnlyOfLocale(::archive* reader) {
  const char* const why = archive_error_string(reader);
  return why != nullptr && std::string_view(why).ends_with("to current locale.");
}

}  // namespace

TarReader TarReaderOf(Form form) {
  TarReader reader(archive_read_new());
  switch (form) {
    case Form::kGzip: archive_read_support_filter_gzip(reader.get()); break;
    case Form::kBzip2: archive_read_support_filter_bzip2(reader.get()); break;
    case Form::kXz: archive_read_support_filter_xz(reader.get()); break;
    case Form::kZstd: archive_read_support_filter_zstd(reader.get()); break;
    default: break;
  }
  archive_read_support_format_tar(reader.get());
  // Names are bytes, whatever this process' locale is.
  archive_read_set_options(reader.get(), "hdrcharset=BINARY");
  return reader;
}

Result<archive_entry*> NextMember(::archive* reader) {
  archive_entry* entry = nullptr;
  const int read = archive_read_next_header(reader, &entry);
  if (read == ARCHIVE_EOF) return nullptr;
  if (read == ARCHIVE_OK || (read == ARCHIVE_WARN && IsOnlyOfLocale(reader))) return entry;
  return Error(Damaged(reader));
}

Status Damaged(::archive* reader) {
  const char* const why = archive_error_string(reader);
  return InvalidArgument(why != nullptr ? why : "it is damaged");
}

}  // namespace ekiben::archive
