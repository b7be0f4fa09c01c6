# SPDX-License-Identifier: Apache-2.0
"""Write the notices of what is in the binary.

usage: notices.py OUT PACKAGE... NAME=FOLDER...

Each Debian package brings its licence in /usr/share/doc/PACKAGE/copyright, each npm package in
files of its folder; the notices are these texts one after the other.
"""

import pathlib
import sys

NPM_FILES = ("LICENSE*", "NOTICE*", "swagger-ui-bundle.js.LICENSE.txt")


def notice(name: str) -> str | None:
    """The licence of one package; None where it has none."""
    package, _, folder = name.partition("=")
    if not folder:
        path = pathlib.Path("/usr/share/doc") / package / "copyright"
        return path.read_text(errors="replace") if path.is_file() else None
    files = [file for pattern in NPM_FILES for file in sorted(pathlib.Path(folder).glob(pattern))]
    return "\n".join(file.read_text(errors="replace") for file in files) or None


def main() -> int:
    out, packages = pathlib.Path(sys.argv[1]), sys.argv[2:]
    texts = ["The ekiben binary contains code of the following libraries.\n"]
    for package in packages:
        text = notice(package)
        if text is None:
            print(f"notices: {package} brings no licence; is it installed?", file=sys.stderr)
            return 1
        name = package.partition("=")[0]
        texts.append(f"{'=' * 100}\n{name}\n{'=' * 100}\n{text}")
    out.write_text("\n".join(texts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
