# SPDX-License-Identifier: Apache-2.0
"""Each public name of BentoML 1.0 and 1.1 is in ekiben, or the reference says why not."""

from __future__ import annotations

import importlib
import inspect
import re
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
LISTS = ROOT / "tests" / "data" / "bentoml_names"
REFERENCE = ROOT / "docs" / "reference" / "bentoml-names.md"

_MISSING = object()


def names(release: str) -> list[tuple[str, list[str]]]:
    """Each name, with the names of its parameters where it is a function or class."""
    text = (LISTS / f"{release}.txt").read_text()
    return [(words[0], words[1:]) for words in map(str.split, text.splitlines())]


@cache
def reasons() -> dict[str, str]:
    """Pattern to the sentence that says why what matches it is not there."""
    rows = re.findall(r"^\| `(bentoml[^`]*)` \| (.+?) \|$", REFERENCE.read_text(), re.MULTILINE)
    return dict(rows)


def matches(name: str, pattern: str) -> bool:
    """Whether the pattern, `*` within a part between dots, is the name or holds it."""
    parts, wanted = name.split("."), pattern.split(".")
    return len(parts) >= len(wanted) and all(map(fnmatchcase, parts, wanted))


def reasons_for(name: str) -> list[str]:
    return [one for one in reasons() if "(" not in one and matches(name, one)]


def reasons_for_parameter(name: str, parameter: str) -> list[str]:
    return [
        one
        for one in reasons()
        if "(" in one and name.count(".") == one.count(".") and matches(f"{name}({parameter})", one)
    ]


def found(name: str) -> Any:
    """What ekiben has under BentoML's name."""
    value: Any = importlib.import_module("ekiben")
    path = "ekiben"
    for part in name.split(".")[1:]:
        path += f".{part}"
        try:
            value = getattr(value, part) if hasattr(value, part) else importlib.import_module(path)
        except ModuleNotFoundError:
            return _MISSING
    return value


def takes(function: Any, parameter: str) -> bool:
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False
    kinds = {one.kind for one in parameters.values()}
    return parameter in parameters or inspect.Parameter.VAR_KEYWORD in kinds


@pytest.mark.parametrize("release", ["1.0.10", "1.1.11"])
def test_each_name_is_there_or_the_reference_says_why_not(release: str) -> None:
    absent = [
        name for name, _ in names(release) if not reasons_for(name) and found(name) is _MISSING
    ]
    assert absent == []


@pytest.mark.parametrize("release", ["1.0.10", "1.1.11"])
def test_each_parameter_is_taken_or_the_reference_says_why_not(release: str) -> None:
    absent = [
        f"{name}({parameter})"
        for name, parameters in names(release)
        if not reasons_for(name)
        for parameter in parameters
        if not reasons_for_parameter(name, parameter) and not takes(found(name), parameter)
    ]
    assert absent == []


def test_the_reference_has_no_reason_for_what_is_there() -> None:
    known: dict[str, list[str]] = {}
    for release in ("1.0.10", "1.1.11"):
        for name, parameters in names(release):
            known.setdefault(name, []).extend(parameters)
    stale = []
    for pattern in reasons():
        if "(" in pattern:
            hit = [
                takes(found(name), parameter)
                for name, parameters in known.items()
                for parameter in parameters
                if pattern in reasons_for_parameter(name, parameter)
            ]
        else:
            hit = [found(name) is not _MISSING for name in known if pattern in reasons_for(name)]
        if not hit or all(hit):
            stale.append(pattern)
    assert stale == []
