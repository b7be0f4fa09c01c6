# SPDX-License-Identifier: Apache-2.0
"""Save machine-learning models where ekiben, and BentoML, find them again.

Importing this package imports no framework and no numpy: `ekiben.models`, `ekiben.sklearn` and
`ekiben.onnx` are loaded when they are first named, and each imports its framework when it is used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from .errors import (
    DeadlineExceeded,
    EkibenError,
    FailedPrecondition,
    Internal,
    InvalidArgument,
    NotFound,
    ResourceExhausted,
    Unavailable,
)
from .tag import Tag

if TYPE_CHECKING:
    from . import models, onnx, sklearn
    from .model import Model

__all__ = [
    "DeadlineExceeded",
    "EkibenError",
    "FailedPrecondition",
    "Internal",
    "InvalidArgument",
    "Model",
    "NotFound",
    "ResourceExhausted",
    "Tag",
    "Unavailable",
    "models",
    "onnx",
    "sklearn",
]

_MODULES = ("models", "onnx", "sklearn")


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if name == "__version__":
        return importlib.import_module("importlib.metadata").version(__name__)
    if name == "Model":
        return importlib.import_module(f"{__name__}.model").Model
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
