# SPDX-License-Identifier: Apache-2.0
"""What lies in a store and what `ekiben doctor` says of it, for tests of what goes wrong."""

from __future__ import annotations

import json
from pathlib import Path

from .program import run

SHA_256 = 64  # Digits.
NO_PYTHON = ("--python", "none")  # What is looked for is the store's.


def contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Relative path to mode and bytes of each file below a folder; of a file, of it alone."""
    files = [folder] if folder.is_file() else folder.rglob("*")
    return {
        str(one.relative_to(folder)): (one.stat().st_mode, one.read_bytes())
        for one in sorted(files)
        if one.is_file()
    }


def kept(home: Path) -> dict[str, tuple[int, bytes]]:
    """All that users have in a store, byte for byte."""
    return {
        f"{kind}/{name}": file
        for kind in ("models", "bentos", "signatures", "keys")
        for name, file in contents(home / kind).items()
    }


def left_over(home: Path) -> list[str]:
    """What writers have left in `tmp` and the caches: all but locks, and what is whole."""
    begun = [one for one in (home / "tmp").glob("*") if not one.name.endswith(".lock")]
    begun += [one for one in home.glob("cache/images/*/*") if len(one.name) != SHA_256]
    begun += home.glob("cache/python/.*")
    return [str(one.relative_to(home)) for one in begun]


def findings(home: Path, level: str = "") -> list[str]:
    """What `ekiben doctor` finds wrong with the store; the machine is another matter."""
    done = run("doctor", "-o", "json", *NO_PYTHON, home=home)
    found = json.loads(done.stdout)["findings"]
    return [
        f"{one['level']}: {one['what']} {one['where']}"
        for one in found
        if one["where"].startswith(f"{home}/") and one["level"].startswith(level)
    ]


def errors(home: Path) -> list[str]:
    """Those of them by which something is lost, damaged or cannot be done."""
    return findings(home, "error")


def repair(home: Path) -> None:
    """Have `ekiben doctor` put in order what it can."""
    run("doctor", "--fix", *NO_PYTHON, home=home)
