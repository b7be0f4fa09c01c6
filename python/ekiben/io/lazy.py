# SPDX-License-Identifier: Apache-2.0
"""Packages that a descriptor needs only when it is used."""

from __future__ import annotations

import importlib
import sys
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from ..exceptions import MissingDependencyException


def needed(module: str, package: str, user: str) -> ModuleType:
    """The module of this name.

    Args:
        package: Its name on PyPI.
        user: What needs it, as the user wrote it: `Image()`.

    Raises:
        MissingDependencyException: If it is not installed; the hint is the line that installs it.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingDependencyException(
            f"{user} needs {package}, which cannot be imported: {error}",
            hint=f"pip install {package}",
        ) from error


@dataclass(frozen=True)
class LazyType:
    """A class of a package that is not imported for the sake of naming it."""

    module: str
    name: str

    def get_class(self) -> type[Any]:
        """The class itself; imports its package."""
        return getattr(importlib.import_module(self.module), self.name)

    def isinstance(self, value: object) -> bool:
        """Whether `value` is one. What has not been imported has no instances."""
        module = sys.modules.get(self.module)
        return module is not None and isinstance(value, getattr(module, self.name))

    def is_exactly(self, value: object) -> bool:
        """Whether `value` is one, and not of a class that is derived from it."""
        module = sys.modules.get(self.module)
        return module is not None and type(value) is getattr(module, self.name)

    def __repr__(self) -> str:
        return f"{self.module}.{self.name}"


NDARRAY = LazyType("numpy", "ndarray")
NUMPY_SCALAR = LazyType("numpy", "generic")
DATA_FRAME = LazyType("pandas", "DataFrame")
SERIES = LazyType("pandas", "Series")
PIL_IMAGE = LazyType("PIL.Image", "Image")
UUID = LazyType("uuid", "UUID")
DECIMAL = LazyType("decimal", "Decimal")


def kind_of(value: object) -> str:
    """A value's type as a message says it: "a dict", "an ndarray of float64, shape (2, 3)"."""
    if value is None:
        return "None"
    name = type(value).__name__
    article = "an" if name[0].lower() in "aeiou" or name == "ndarray" else "a"
    if NDARRAY.isinstance(value):
        return f"{article} {name} of {value.dtype}, shape {value.shape}"
    return f"{article} {name}"
