# SPDX-License-Identifier: Apache-2.0
"""The ekiben package itself, which lies in the layer of the program that it belongs to."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from .compiling import CACHE, compile_tree
from .interpreter import Interpreter
from .shelf import Shelf

_PACKAGE = Path(__file__).parents[1]


def stage_program(interpreter: Interpreter, shelf: Shelf) -> Path:
    """The folder with the package and what is known of it."""
    about = _about()

    def fill(root: Path) -> None:
        site = root / interpreter.packages
        for file in _files():
            target = site / _PACKAGE.name / file.relative_to(_PACKAGE)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, target)
        if about is not None:
            folder = site / f"ekiben-{about[0]}.dist-info"
            folder.mkdir()
            (folder / "METADATA").write_text(about[1], encoding="utf-8")
        compile_tree(root, site)

    made_of = [interpreter.version, *(about or ())]
    made_of += [f"{file}:{hashlib.sha256(file.read_bytes()).hexdigest()}" for file in _files()]
    return shelf.get("ekiben", made_of, fill)


def _files() -> Iterator[Path]:
    for file in sorted(_PACKAGE.rglob("*")):
        if file.is_file() and CACHE not in file.parts:
            yield file


def _about() -> tuple[str, str] | None:
    """The version and what `importlib.metadata` says, where the package is installed."""
    try:
        one = distribution("ekiben")
    except PackageNotFoundError:
        return None
    return one.version, one.read_text("METADATA") or ""
