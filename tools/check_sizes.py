# SPDX-License-Identifier: Apache-2.0
"""Print the files that have grown past what is easily read, and fail past what is not."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).parent.parent

# Lines at which to look again, and at which to stop.
HEADER, SOURCE, TEST, PYTHON = (200, 350), (400, 700), (500, 1000), (400, 600)
LARGEST_FILE = 500_000  # Bytes.


def limits(path: pathlib.Path) -> tuple[int, int] | None:
    if path.suffix == ".py":
        return TEST if path.stem.startswith("test_") else PYTHON
    if path.suffix == ".h":
        return HEADER
    if path.suffix in {".cc", ".c"}:
        return TEST if path.stem.endswith("_test") else SOURCE
    return None


def main() -> int:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    failed = False
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if not path.is_file():
            continue
        if path.stat().st_size > LARGEST_FILE:
            print(f"{name}: {path.stat().st_size} bytes, more than {LARGEST_FILE}")
            failed = True
        if bounds := limits(path):
            look, stop = bounds
            lines = len(path.read_text().splitlines())
            if lines > look:
                print(f"{name}: {lines} lines; {'split it' if lines > stop else 'look again'}")
            failed |= lines > stop
    if not failed:
        print("sizes: no file is too long")
    return failed


if __name__ == "__main__":
    sys.exit(main())
