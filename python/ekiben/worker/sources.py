# SPDX-License-Identifier: Apache-2.0
"""What a service is made of, where it is loaded anew when that changes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import (
    BYTECODE_SUFFIXES,
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
    SourcelessFileLoader,
)
from pathlib import Path
from typing import Any

import yaml

from ..loading import BENTOFILE
from ..store import asked_for_newest

_PYPROJECT = "pyproject.toml"
_IGNORED = ".bentoignore"


class FreshLoader(SourceFileLoader):
    """Compiles each time, since what Python keeps is known by its second and its size only.

    Two edits within a second that leave the size as it is would give the first one's code.
    """

    def path_stats(self, path: str) -> dict[str, Any]:
        """Refuse, which is how the import system is told to neither read nor write a cache."""
        raise OSError(f"'{path}' may change at any time")


def always_fresh(folder: Path) -> None:
    """Let modules below `folder` be compiled each time; installed packages are left alone."""
    prefixes = {Path(sys.prefix), Path(sys.base_prefix)}
    installed = [one for one in prefixes if one.is_relative_to(folder)]

    def finder(path: str) -> FileFinder:
        where = Path(path)
        is_installed = "site-packages" in where.parts or any(
            where.is_relative_to(one) for one in installed
        )
        if not where.is_relative_to(folder) or is_installed:
            raise ImportError(f"'{path}' is not below '{folder}'", path=path)
        return FileFinder(
            path,
            (ExtensionFileLoader, EXTENSION_SUFFIXES),
            (FreshLoader, SOURCE_SUFFIXES),
            (SourcelessFileLoader, BYTECODE_SUFFIXES),
        )

    sys.path_hooks.insert(0, finder)
    for path in [one for one in sys.path_importer_cache if Path(one).is_relative_to(folder)]:
        del sys.path_importer_cache[path]


def describe_sources(target: str, working_dir: Path) -> dict[str, Any]:
    """What the description has of a service that is to be loaded anew when it changes.

    Returns:
        `packed`: the patterns of the bentofile, or of `[tool.bentoml.build]` in pyproject.toml;
        None where there is neither. `newest`: models whose newest version was asked for.
    """
    folder = working_dir / target if (working_dir / target).is_dir() else working_dir
    return {"packed": _packed(folder), "newest": sorted(asked_for_newest)}


def _packed(folder: Path) -> dict[str, list[str]] | None:
    options = _build_options(folder)
    if options is None:
        return None
    include, exclude = _texts(options.get("include")), _texts(options.get("exclude"))
    ignored = folder / _IGNORED
    if ignored.is_file():
        exclude += ignored.read_text(encoding="utf-8", errors="replace").splitlines()
    return {"include": include or ["*"], "exclude": exclude}


def _build_options(folder: Path) -> dict[str, Any] | None:
    """What the bentofile says; None where there is none, or none that can be read."""
    try:
        if (folder / BENTOFILE).is_file():
            document = yaml.safe_load((folder / BENTOFILE).read_text(encoding="utf-8"))
        elif (folder / _PYPROJECT).is_file():
            document = _toml(folder / _PYPROJECT)
            document = document.get("tool", {}).get("bentoml", {}).get("build")
        else:
            return None
    except (OSError, ValueError, yaml.YAMLError):
        return None
    return document if isinstance(document, dict) else None


def _toml(file: Path) -> dict[str, Any]:
    try:
        import tomllib
    except ModuleNotFoundError:  # Before Python 3.11.
        return {}
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    is_list = isinstance(value, Sequence)
    return [one for one in value if isinstance(one, str)] if is_list else []
