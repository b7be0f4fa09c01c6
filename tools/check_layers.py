# SPDX-License-Identifier: Apache-2.0
"""Fail where a folder of src/ includes what it does not list, or where a library leaks.

- A folder may include the folders that its CMakeLists.txt lists in DEPS, and itself.
- A third-party library's headers appear in one folder only (fmt, which prints, may be everywhere).
- runtimes/ includes nothing of src/, except in tests and in headers that only tests include.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).parent.parent
SRC = ROOT / "src"
INCLUDE = re.compile(r'#include ([<"])([^>"]+)[>"]')

# Where a library's headers may appear: a header, or the folder of its headers -> folders.
LIBRARIES = {
    "archive.h": {"archive"},
    "archive_entry.h": {"archive"},
    "boost/beast": {"http"},
    "boost/asio": {"http"},
    "boost/json": {"codec"},
    "fast_float": {"codec"},
    "minizip": {"archive"},
    "openssl": {"base", "http", "signing"},
    "toml++": {"bento"},
    "yaml-cpp": {"store"},
    "zlib.h": {"image"},
    "CLI": {"cli"},
}


def deps(cmake: pathlib.Path) -> set[str]:
    found = re.search(r"\bDEPS\b([^)]*)", cmake.read_text())
    words = found.group(1).split() if found else []
    stop = next((i for i, word in enumerate(words) if word.isupper()), len(words))
    return set(words[:stop])


def sources(folder: pathlib.Path) -> list[pathlib.Path]:
    return sorted(file for file in folder.rglob("*") if file.suffix in {".h", ".cc", ".c"})


def includes(file: pathlib.Path):
    for number, line in enumerate(file.read_text().splitlines(), 1):
        if match := INCLUDE.match(line):
            yield number, match[1] == "<", match[2]


def check_folder(folder: str, allowed: set[str], folders: set[str]) -> list[str]:
    wrong = []
    for file in sources(SRC / folder):
        where = file.relative_to(ROOT)
        for number, _, path in includes(file):
            first = path.split("/")[0]
            if first in folders and first not in allowed and (SRC / path).exists():
                wrong.append(f"{where}:{number}: {folder}/ may not include {first}/")
            for library, homes in LIBRARIES.items():
                is_of_it = path == library or path.startswith(library + "/")
                if is_of_it and folder not in homes:
                    wrong.append(f"{where}:{number}: {library} belongs in {', '.join(homes)}/")
    return wrong


def is_for_tests(file: pathlib.Path) -> bool:
    if file.stem.endswith("_test"):
        return True
    users = [
        other
        for other in sources(file.parent)
        if any(pathlib.PurePath(path).name == file.name for _, _, path in includes(other))
    ]
    return bool(users) and all(user.stem.endswith("_test") for user in users)


def check_runtimes(folders: set[str]) -> list[str]:
    wrong = []
    for file in sources(ROOT / "runtimes"):
        if is_for_tests(file):
            continue
        for number, angled, path in includes(file):
            if not angled and path.split("/")[0] in folders and (SRC / path).exists():
                wrong.append(f"{file.relative_to(ROOT)}:{number}: a plugin may not include src/")
    return wrong


def main() -> int:
    cmakes = {cmake.parent.name: cmake for cmake in SRC.glob("*/CMakeLists.txt")}
    folders = set(cmakes)
    wrong = check_runtimes(folders)
    for folder, cmake in sorted(cmakes.items()):
        wrong += check_folder(folder, deps(cmake) | {folder}, folders)
    print("\n".join(wrong) or f"layers: {len(folders)} folders include only what they list")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
