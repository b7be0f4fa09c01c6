# SPDX-License-Identifier: Apache-2.0
"""Packages as they are installed beside this interpreter, for who has no lock that says more."""

from __future__ import annotations

import importlib
import json
import shutil
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from types import ModuleType

from ..errors import FailedPrecondition, InvalidArgument, NotFound
from .names import normal

_LOCK_HINT = "build the bento with a lock (python.lock_packages: true), or give --backend docker"


class AtHand:
    """What is installed, as the closure of some requirements."""

    def __init__(self, there: Iterable[str]) -> None:
        """`there` are the names of packages that come from elsewhere, with all that they need."""
        self._there = {normal(name) for name in there}
        self._found: dict[str, Distribution] = {}
        self._rules = _rules()

    @property
    def found(self) -> list[Distribution]:
        """Sorted by name."""
        return [one for _, one in sorted(self._found.items())]

    def add(self, requirement: str, asked_by: str) -> None:
        """Take what the requirement asks for, and what that needs in turn.

        Raises:
            NotFound: If something is not installed.
            FailedPrecondition: If it is of another version, or its files are not known.
            InvalidArgument: If this is no requirement.
        """
        waiting, seen = [(requirement, asked_by, "")], set()
        while waiting:
            text, by, extra = waiting.pop()
            wanted = self._parse(text, by)
            if wanted.marker and not wanted.marker.evaluate({"extra": extra}):
                continue
            if normal(wanted.name) in self._there:
                continue
            one, found = self._take(wanted, by), normal(wanted.name)
            self._found[found] = one
            for name in ["", *sorted(wanted.extras)]:
                if (found, name) not in seen:
                    seen.add((found, name))
                    waiting += [(more, wanted.name, name) for more in one.requires or ()]

    def _parse(self, text: str, asked_by: str):
        try:
            return self._rules.Requirement(text)
        except self._rules.InvalidRequirement as error:
            raise InvalidArgument(
                f"'{text}' of {asked_by} names no package that could be at hand", hint=_LOCK_HINT
            ) from error

    def _take(self, wanted, asked_by: str) -> Distribution:
        try:
            one = distribution(wanted.name)
        except PackageNotFoundError as error:
            raise NotFound(
                f"the package '{wanted.name}' that {asked_by} needs is neither in the bento's lock "
                "nor beside this Python",
                hint=_LOCK_HINT,
            ) from error
        if not wanted.specifier.contains(one.version, prereleases=True):
            raise FailedPrecondition(
                f"{asked_by} needs '{wanted}', and {one.version} is at hand", hint=_LOCK_HINT
            )
        _check_files(one)
        return one


def copy(one: Distribution, site: Path) -> None:
    """Put the files of a package, but no scripts of it, into another folder."""
    for path in _files(one):
        target = site / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(one.locate_file(path), target)


def _files(one: Distribution) -> Iterator[str]:
    for file in one.files or ():
        inside = not file.is_absolute() and ".." not in file.parts
        if inside and file.suffix != ".pyc" and Path(one.locate_file(file)).is_file():
            yield str(file)


def _check_files(one: Distribution) -> None:
    about = json.loads(one.read_text("direct_url.json") or "{}")
    record = one.read_text("RECORD")
    if record is None or about.get("dir_info", {}).get("editable"):
        why = "was not installed by pip" if record is None else "is installed in editable mode"
        raise FailedPrecondition(
            f"the package '{one.name}' {why}, so that its files are not known", hint=_LOCK_HINT
        )


def _rules() -> ModuleType:
    """The module that reads requirements, of whoever has it."""
    for name in ("packaging.requirements", "pip._vendor.packaging.requirements"):
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    raise NotFound(
        "reading requirements needs the package 'packaging'", hint="pip install packaging"
    )
