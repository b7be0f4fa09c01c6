# SPDX-License-Identifier: Apache-2.0
"""Calls joined into one along an axis, and its result split again."""

from __future__ import annotations

import sys
from typing import Any


def rows_of(value: Any, axis: int) -> int:
    """How many rows a batchable argument has along `axis`."""
    shape = getattr(value, "shape", None)
    if shape is not None:
        return int(shape[axis]) if len(shape) > axis else 1
    return len(value) if isinstance(value, (list, tuple)) else 1


def join(values: list[Any], axis: int) -> Any:
    """The arguments of several calls as one: arrays, tables and lists one after the other.

    Raises:
        TypeError: If they are of a kind that cannot be joined.
    """
    first = values[0]
    if len(values) == 1:
        return first
    if isinstance(first, (list, tuple)):
        return [one for value in values for one in value]
    import numpy as np

    if isinstance(first, np.ndarray):
        return np.concatenate(values, axis=axis)
    pandas = sys.modules.get("pandas")
    if pandas is not None and isinstance(first, (pandas.DataFrame, pandas.Series)):
        return pandas.concat(values, axis=axis, ignore_index=axis == 0)
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(first, torch.Tensor):
        return torch.cat(values, dim=axis)
    scipy = sys.modules.get("scipy.sparse")
    if scipy is not None and scipy.issparse(first):
        return scipy.vstack(values)
    raise TypeError(f"values of {type(first).__name__} cannot be joined into a batch")


def split(result: Any, rows: list[int], axis: int) -> list[Any]:
    """The result of a joined call as one result a call.

    Raises:
        ValueError: If it has not as many rows as went in.
    """
    if len(rows) == 1:
        return [result]
    if isinstance(result, tuple):
        columns = [split(one, rows, axis) for one in result]
        return [tuple(column[at] for column in columns) for at in range(len(rows))]
    if isinstance(result, dict):
        parts = {key: split(one, rows, axis) for key, one in result.items()}
        return [{key: part[at] for key, part in parts.items()} for at in range(len(rows))]
    total = rows_of(result, axis)
    if total != sum(rows):
        raise ValueError(
            f"a batchable method got {sum(rows)} rows and gave {total}: it must give one for each"
        )
    return [_slice(result, begin, begin + count, axis) for begin, count in _ranges(rows)]


def _ranges(rows: list[int]) -> list[tuple[int, int]]:
    begin, ranges = 0, []
    for count in rows:
        ranges.append((begin, count))
        begin += count
    return ranges


def _slice(result: Any, begin: int, end: int, axis: int) -> Any:
    if axis == 0 and not hasattr(result, "iloc"):
        return result[begin:end]
    if hasattr(result, "iloc"):
        return result.iloc[(slice(None),) * axis + (slice(begin, end),)]
    return result[(slice(None),) * axis + (slice(begin, end),)]
