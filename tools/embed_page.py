# SPDX-License-Identifier: Apache-2.0
"""Pack the files of the page at /docs for the binary.

usage: embed_page.py OUT_FOLDER PAGE_FOLDER SWAGGER_UI_FOLDER

Writes each file compressed beside page_files.cc, which takes them in as they are. The files'
addresses carry a hash of all of them, so that a browser may keep them for ever.
"""

import gzip
import hashlib
import pathlib
import sys

# What the page consists of, in the order of the table: name, media type, whose file.
FILES = [
    ("index.html", "text/html; charset=utf-8", "page", "index.html"),
    ("page.js", "text/javascript; charset=utf-8", "page", "page.js"),
    ("page.css", "text/css; charset=utf-8", "page", "page.css"),
    ("swagger-ui-bundle.js", "text/javascript; charset=utf-8", "swagger", "swagger-ui-bundle.js"),
    ("swagger-ui.css", "text/css; charset=utf-8", "swagger", "swagger-ui.css"),
    ("favicon.png", "image/png", "swagger", "favicon-32x32.png"),
]

HEAD = """// Written by tools/embed_page.py.
#include "routes/page_files.h"

namespace {{

// clang-format off
{blobs}
// clang-format on

std::string_view Bytes(const char* begin, const char* end) {{
  return {{begin, static_cast<size_t>(end - begin)}};
}}

}}  // namespace

namespace ekiben::routes {{

std::span<const PageFile> PageFiles() {{
  static const PageFile kFiles[] = {{
{rows}
  }};
  return kFiles;
}}

}}  // namespace ekiben::routes
"""

BLOB = """asm(".section .rodata\\n"
    ".global {symbol}\\n.global {symbol}_end\\n"
    "{symbol}:\\n.incbin \\"{path}\\"\\n"
    "{symbol}_end:\\n"
    ".previous\\n");
extern "C" const char {symbol}[], {symbol}_end[];"""

ROW = """      {{"{name}", "{type}", Bytes({symbol}, {symbol}_end)}},"""


def main() -> int:
    out, *folders = (pathlib.Path(argument) for argument in sys.argv[1:])
    source = dict(zip(("page", "swagger"), folders, strict=True))
    contents = {name: (source[whose] / file).read_bytes() for name, _, whose, file in FILES}
    version = hashlib.sha256(b"".join(contents.values())).hexdigest()[:12]
    contents["index.html"] = contents["index.html"].replace(b"@version@", version.encode())
    blobs, rows = [], []
    for number, (name, media_type, _, _) in enumerate(FILES):
        path, symbol = out / f"{name}.gz", f"ekiben_page_file_{number}"
        path.write_bytes(gzip.compress(contents[name], 9, mtime=0))
        blobs.append(BLOB.format(symbol=symbol, path=path))
        rows.append(ROW.format(name=name, type=media_type, symbol=symbol))
    text = HEAD.format(blobs="\n".join(blobs), rows="\n".join(rows))
    (out / "page_files.cc").write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
