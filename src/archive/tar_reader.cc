// SPDX-License-Identifier: Apache-2.0
#include "archive/tar_reader.h"

namespace ekiben::archive {

TarReader TarReaderOf(Form form) {
  TarReader reader(archive_read_new());
  switch (form) {
    case Form::kGzip: archive_read_support_filter_gzip(reader.get()); break;
    case Form::kBzip2: archive_read_support_filter_bzip2(reader.get()); break;
    case Form::kXz: archive_read_support_filter_xz(reader.get()); break;
    default: break;
  }
  archive_read_support_format_tar(reader.get());
  // Names are bytes, whatever this process' locale is.
  archive_read_set_options(reader.get(), "hdrcharset=BINARY");
  return reader;
}

Status Damaged(::archive* reader) {
  const char* const why = archive_error_string(reader);
  return InvalidArgument(why != nullptr ? why : "it is damaged");
}

}  // namespace ekiben::archive
