# SPDX-License-Identifier: Apache-2.0
"""Checks of what a caller attaches to a model: labels, metadata, and the axes of its rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from .errors import InvalidArgument

_SCALARS = (str, bytes, bool, int, float, dt.datetime, dt.date, type(None))


def checked_labels(labels: Mapping[str, str] | None) -> dict[str, str]:
    """A copy of `labels`.

    Raises:
        InvalidArgument: If it is not a mapping of text to text.
    """
    if not isinstance(labels, Mapping):
        raise InvalidArgument(f"labels must be a dict of text to text, not {_kind(labels)}")
    for key, value in labels.items():
        if not isinstance(key, str) or not isinstance(value, str):
            raise InvalidArgument(
                f"label {key!r}: {value!r} is not text: text",
                hint="write numbers as text; metadata takes values of other types",
            )
    return dict(labels)


def checked_metadata(metadata: Mapping[str, Any] | None) -> dict[str, Any]:
    """A copy of `metadata` in plain values: numpy arrays and scalars become lists and numbers.

    Raises:
        InvalidArgument: If it holds what cannot be written to model.yaml.
    """
    if not isinstance(metadata, Mapping):
        raise InvalidArgument(f"metadata must be a dict, not {_kind(metadata)}")
    return {_checked_key(key): _plain(value, str(key)) for key, value in metadata.items()}


def _checked_key(key: Any) -> Any:
    if not isinstance(key, (str, int, float)):
        raise InvalidArgument(f"metadata key {key!r} is neither text nor a number")
    return key


def _plain(value: Any, where: str) -> Any:
    if type(value).__module__ == "numpy" and hasattr(value, "tolist"):
        value = value.tolist()
    elif type(value).__module__.startswith("pandas"):
        value = _plain_pandas(value)
    if isinstance(value, Mapping):
        return {_checked_key(key): _plain(one, f"{where}.{key}") for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one, f"{where}[{index}]") for index, one in enumerate(value)]
    for scalar in _SCALARS:  # A subclass is written as the plain type that it extends.
        if type(value) is scalar:
            return value
    for scalar in (bool, int, float, str):
        if isinstance(value, scalar):
            return scalar(value)
    raise InvalidArgument(
        f"metadata '{where}' is a {_kind(value)}",
        hint="use text, numbers, booleans, dates, lists, dicts or arrays; "
        "custom_objects= takes anything else",
    )


def _plain_pandas(value: Any) -> Any:
    for convert in ("to_pydatetime", "to_dict", "tolist"):
        if hasattr(value, convert):
            return getattr(value, convert)()
    return value


def _kind(value: Any) -> str:
    return type(value).__name__


def checked_axes(batch_dim: Any) -> tuple[int, int]:
    """The axes that count rows, of what goes in and of what comes out; one stands for both.

    Raises:
        InvalidArgument: If it is neither.
    """
    if isinstance(batch_dim, int):
        return (batch_dim, batch_dim)
    axes = tuple(batch_dim) if isinstance(batch_dim, (list, tuple)) else ()
    if len(axes) != 2 or not all(isinstance(axis, int) for axis in axes):
        raise InvalidArgument(
            f"batch_dim is {batch_dim!r}",
            hint="give one axis, or two: of what goes in and of what comes out",
        )
    return axes
