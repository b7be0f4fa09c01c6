# SPDX-License-Identifier: Apache-2.0
"""Where in the user's own code something was made or called."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

_PACKAGE = str(Path(__file__).parent)


class Place(NamedTuple):
    """A line of a file, printed as `file:line`."""

    file: str
    line: int
    module: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


def caller() -> Place:
    """The nearest line on the stack that is not ekiben's own."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    return Place(frame.f_code.co_filename, frame.f_lineno, frame.f_globals.get("__name__", ""))


def of_function(function: Callable[..., Any]) -> Place:
    """Where `function` is defined; its caller's line for one that was written in no file."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None:
        return caller()
    return Place(code.co_filename, code.co_firstlineno, getattr(function, "__module__", "") or "")
