# SPDX-License-Identifier: Apache-2.0
"""Write the notices of the libraries that are linked into the binary.

usage: notices.py OUT PACKAGE...

Each Debian package brings its licence in /usr/share/doc/PACKAGE/copyright; the notices are these
texts one after the other.
"""

import pathlib
import sys


def main() -> int:
    out, packages = pathlib.Path(sys.argv[1]), sys.argv[2:]
    texts = ["The ekiben binary contains code of the following libraries.\n"]
    for package in packages:
        path = pathlib.Path("/usr/share/doc") / package / "copyright"
        if not path.is_file():
            print(f"notices: {path} is missing; is {package} installed?", file=sys.stderr)
            return 1
        texts.append(f"{'=' * 100}\n{package}\n{'=' * 100}\n{path.read_text(errors='replace')}")
    out.write_text("\n".join(texts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
