# SPDX-License-Identifier: Apache-2.0
"""What an installer leaves of the machine, the time and the tests: taken out."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

from .compiling import CACHE

# Of an installed package: where it came from, when, and who asked for it.
_OF_THE_INSTALLATION = ("direct_url.json", "REQUESTED", "uv_cache.json", "uv_build.json")
_INSTALLER = "uv\n"


def tidy(site: Path, environment: str) -> None:
    """Make the folder depend on nothing but the packages that are in it.

    Args:
        site: The site-packages, into which packages were put.
        environment: Where the virtual environment will be; scripts start with its Python.
    """
    (site / ".lock").unlink(missing_ok=True)
    for cache in list(site.rglob(CACHE)):
        shutil.rmtree(cache)
    _remove_tests(site)
    _move_scripts(site, environment)
    for about in site.glob("*.dist-info"):
        for name in _OF_THE_INSTALLATION:
            (about / name).unlink(missing_ok=True)
        (about / "INSTALLER").unlink(missing_ok=True)
        (about / "INSTALLER").write_text(_INSTALLER, encoding="utf-8")
        _rewrite_record(site, about / "RECORD")


def _remove_tests(site: Path) -> None:
    """The packages' own tests, which lie in folders named so."""
    for folder in sorted(site.glob("*/**/tests")):
        if folder.is_dir() and any(folder.rglob("test_*.py")):
            shutil.rmtree(folder)


def _move_scripts(site: Path, environment: str) -> None:
    """Into the environment's own bin, with its Python in the first line."""
    scripts = site / "bin"
    if not scripts.is_dir():
        return
    target = site.parents[2] / "bin"
    target.mkdir(exist_ok=True)
    for script in sorted(scripts.iterdir()):
        if script.is_file():
            _move_script(script, target / script.name, f"#!{environment}/bin/python\n".encode())
    shutil.rmtree(scripts)


def _move_script(script: Path, target: Path, first: bytes) -> None:
    data = script.read_bytes()
    lines = data.split(b"\n", 3)
    if data.startswith(b"#!/bin/sh\n'''exec'"):  # What is written where a path is too long.
        data = first + lines[3]
    elif data.startswith(b"#!") and b"python" in lines[0]:
        data = first + data.partition(b"\n")[2]
    target.write_bytes(data)
    target.chmod(0o755)


def _rewrite_record(site: Path, record: Path) -> None:
    """Only files that are there, in their order, and none that was written here."""
    if not record.exists():
        return
    with record.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file) if row and (site / row[0]).is_file()]
    for row in rows:
        if Path(row[0]).parent == Path(record.parent.name) and row[0].endswith("/INSTALLER"):
            row[1:] = ["", ""]
    record.unlink()
    with record.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(sorted(rows))
