# SPDX-License-Identifier: Apache-2.0
"""Run clang-tidy over the sources of a build, as many at a time as there are cores.

usage: clang_tidy.py BUILD_FOLDER

BUILD_FOLDER has a compile_commands.json that clang understands. A source is not read again while
neither it, nor a header, nor .clang-tidy is newer than its last clean run.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
OURS = ("src", "runtimes")


def sources(build: pathlib.Path) -> list[pathlib.Path]:
    """What is compiled of ours; what the build generates is not."""
    commands = json.loads((build / "compile_commands.json").read_text())
    files = {pathlib.Path(command["file"]) for command in commands}
    folders = tuple(ROOT / name for name in OURS)
    return sorted(file for file in files if any(file.is_relative_to(each) for each in folders))


def tidy(build: pathlib.Path, file: pathlib.Path, newest_header: float) -> bool:
    """Whether nothing was found; what was found is printed."""
    stamps = build / "tidy"
    stamps.mkdir(exist_ok=True)
    stamp = stamps / hashlib.sha256(str(file).encode()).hexdigest()[:16]
    began = max(file.stat().st_mtime, newest_header)
    if stamp.exists() and stamp.stat().st_mtime > began:
        return True
    done = subprocess.run(
        ["clang-tidy-19", "-p", build, "--quiet", file], capture_output=True, text=True
    )
    if done.returncode == 0:
        stamp.touch()
        return True
    print(done.stdout or done.stderr, flush=True)
    return False


def main() -> int:
    build = pathlib.Path(sys.argv[1]).resolve()
    headers = [path for name in (*OURS, "include") for path in (ROOT / name).rglob("*.h")]
    newest = max(path.stat().st_mtime for path in [*headers, ROOT / ".clang-tidy"])
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        clean = list(pool.map(lambda file: tidy(build, file, newest), sources(build)))
    print(f"clang-tidy: {len(clean)} sources, {clean.count(False)} with findings")
    return 0 if clean and all(clean) else 1


if __name__ == "__main__":
    sys.exit(main())
