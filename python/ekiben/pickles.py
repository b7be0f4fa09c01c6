# SPDX-License-Identifier: Apache-2.0
"""Pickles in a model's folder, by cloudpickle."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def write_pickle(path: str, value: Any) -> None:
    """Pickle `value` into a file; classes and functions of `__main__` go along by value."""
    import cloudpickle

    with Path(path).open("wb") as file:
        cloudpickle.dump(value, file)


def unpickled(path: str) -> Any:
    """What was pickled into a file. Unpickling runs code that the file names."""
    import cloudpickle

    with Path(path).open("rb") as file:
        return cloudpickle.load(file)
