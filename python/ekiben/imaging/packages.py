# SPDX-License-Identifier: Apache-2.0
"""The packages of a service: those of the bento's lock, and what ekiben itself needs to serve."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path

from ..errors import FailedPrecondition, NotFound
from .at_hand import AtHand, copy
from .compiling import compile_tree
from .interpreter import Interpreter
from .names import package_names, requirements
from .shelf import Shelf
from .tidying import tidy

# What the worker imports of others. Saving models needs more, which an image has no use for.
_SERVING = ("cloudpickle", "joblib", "numpy", "pyyaml")
_LOCK, _REQUIREMENTS = "requirements.lock.txt", "requirements.txt"


@dataclass(frozen=True)
class Packages:
    """A layer's folder, and what the user should hear of it."""

    folder: Path
    notes: list[str]


def stage_packages(bento: Path, interpreter: Interpreter, shelf: Shelf, uv: list[str]) -> Packages:
    """Install what a bento needs, or take what was installed before.

    Raises:
        NotFound: If a package or uv is missing.
        FailedPrecondition: If uv cannot install the lock, or what is at hand does not fit.
    """
    wanted = _Wanted.of(bento / "env" / "python")

    def fill(root: Path) -> None:
        site = root / interpreter.packages
        site.mkdir(parents=True)
        _install(wanted, site, uv)
        for one in wanted.at_hand.found:
            copy(one, site)
        tidy(site, f"/{interpreter.environment}")
        print("  compiling the packages", file=sys.stderr)
        compile_tree(root, site)

    made_of = [interpreter.version, sys.version, str(interpreter.packages), *wanted.made_of()]
    return Packages(shelf.get("packages", made_of, fill), wanted.notes())


@dataclass(frozen=True)
class _Wanted:
    """What is to be installed.

    Attributes:
        lock: The file, or None where the bento has none.
        wheels: Files that the bento brings.
        at_hand: What comes from beside this interpreter.
        required: What the bento's own requirements are, where there is no lock.
    """

    lock: Path | None
    wheels: list[Path]
    at_hand: AtHand
    required: list[str]

    @classmethod
    def of(cls, folder: Path) -> _Wanted:
        lock = folder / _LOCK
        text = lock.read_text(encoding="utf-8") if lock.exists() else ""
        wheels = sorted((folder / "wheels").glob("*.whl"))
        about = [_metadata(wheel) for wheel in wheels]
        at_hand = AtHand([*package_names(text), *(str(one["Name"]) for one in about)])
        file = folder / _REQUIREMENTS
        required = []
        if not lock.exists() and file.exists():
            required = list(requirements(file.read_text(encoding="utf-8")))
        for one in required:
            at_hand.add(one, "the bento")
        for one in about:
            for more in one.get_all("Requires-Dist") or ():
                at_hand.add(more, f"the wheel of {one['Name']}")
        for name in _SERVING:
            at_hand.add(name, "ekiben")
        return cls(lock if text else None, wheels, at_hand, required)

    def made_of(self) -> Iterator[str]:
        for file in ([self.lock] if self.lock else []) + self.wheels:
            yield hashlib.sha256(file.read_bytes()).hexdigest()
        for one in self.at_hand.found:
            yield f"{one.name}=={one.version} {one.read_text('RECORD')}"

    def notes(self) -> list[str]:
        if not self.required:
            return []
        taken = ", ".join(f"{one.name} {one.version}" for one in self.at_hand.found)
        return [f"the bento has no lock: the image has the versions at hand: {taken}"]


def _metadata(wheel: Path):
    with zipfile.ZipFile(wheel) as archive:
        name = next(one for one in archive.namelist() if one.endswith(".dist-info/METADATA"))
        return HeaderParser().parsestr(archive.read(name).decode())


def _install(wanted: _Wanted, site: Path, uv: list[str]) -> None:
    if wanted.lock is None and not wanted.wheels:
        return
    if not uv:
        raise NotFound(
            "the bento's packages cannot be installed: there is no uv, neither in PATH nor in the "
            "Python environment",
            hint="`pip install uv`, or give --backend docker",
        )
    command = [*uv, "pip", "install", "--python", sys.executable, "--target", str(site)]
    command += ["--no-deps", "--link-mode", "copy"]
    if wanted.lock is not None:
        hashed = "--hash=" in wanted.lock.read_text(encoding="utf-8")
        _run([*command, *(["--require-hashes"] if hashed else []), "-r", str(wanted.lock)])
    if wanted.wheels:  # No index has them, so that the lock has none of their hashes.
        _run([*command, *(str(wheel) for wheel in wanted.wheels)])


def _run(command: list[str]) -> None:
    # What uv says goes to stderr, as this program's own progress does.
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False)
    if done.returncode != 0:
        raise FailedPrecondition(
            f"the bento's packages cannot be installed: uv ended with {done.returncode}",
            hint="uv's words above say why; `ekiben build` makes a new lock",
        )
