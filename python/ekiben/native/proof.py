# SPDX-License-Identifier: Apache-2.0
"""Whether two answers are equal, and whether rows answer alone as they do together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .forms import Differs

MOST_DIFFERENCE = 1e-5
MOST_ROW_DIFFERENCE = 1e-6

# A number below this share of the largest counts as that share: what is next to zero by chance
# has no digits to compare.
_SMALLEST_SHARE = 0.1


def compare(
    expected: np.ndarray,
    got: np.ndarray,
    *,
    by_column: bool,
    what: str,
    most_difference: float = MOST_DIFFERENCE,
) -> float:
    """The largest relative difference between two answers; 0.0 for labels, which must be equal.

    Relative to the expected number, or to a tenth of the largest expected one where that is more:
    the largest of its column with `by_column`, for columns that have units of their own, else of
    all. NaN equals NaN, and infinity equals itself.

    Raises:
        Differs: If the shapes differ, a label differs, or a number differs by more than
            `most_difference`.
    """
    if expected.shape != got.shape:
        raise Differs(f"{what} has shape {list(got.shape)} instead of {list(expected.shape)}")
    if expected.dtype.kind != "f":
        different = int((expected.astype(object) != got.astype(object)).sum())
        if different:
            raise Differs(f"{what} differs for {different} of {expected.size} samples")
        return 0.0
    difference = relative_difference(expected, got, by_column=by_column)
    if np.isinf(difference):
        raise Differs(f"{what} is NaN or infinite where the model's is not, or the reverse")
    if not difference <= most_difference:
        raise Differs(f"{what} differs by {difference:.1e} relative")
    return difference


def relative_difference(
    expected: np.ndarray,
    got: np.ndarray,
    *,
    by_column: bool,
    smallest_share: float = _SMALLEST_SHARE,
) -> float:
    """The largest relative difference as compare() describes it.

    Infinite where one of the two only is NaN or infinite.
    """
    if not expected.size:
        return 0.0
    expected, got = expected.astype(np.float64), got.astype(np.float64)
    same = (expected == got) | (np.isnan(expected) & np.isnan(got))
    if same.all():
        return 0.0
    if not (np.isfinite(expected) & np.isfinite(got) | same).all():
        return float("inf")
    sizes = np.abs(np.where(np.isfinite(expected), expected, 0))
    largest = sizes.max(axis=0, keepdims=True) if by_column else sizes.max()
    scale = np.maximum(sizes, smallest_share * largest)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.where(same, 0.0, np.abs(expected - got) / scale)
    return float(np.nan_to_num(relative, nan=np.inf, posinf=np.inf).max())


def session(model: bytes) -> Any:
    """An ONNX Runtime session that computes on the calling thread only and logs nothing.

    Raises:
        Exception: Whatever ONNX Runtime raises for a model that it cannot load.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def rows_are_independent(
    run: Callable[[dict[str, np.ndarray]], np.ndarray],
    feeds: dict[str, np.ndarray],
    together: np.ndarray,
) -> bool:
    """Whether each row alone gets the answer that it got among all rows.

    Numbers may differ by MOST_ROW_DIFFERENCE of the largest: a product of matrices adds in another
    order than one of a row.
    """
    count = len(next(iter(feeds.values())))
    if together.shape[:1] != (count,):
        return False
    rows = range(count)
    alone = [run({name: array[row : row + 1] for name, array in feeds.items()}) for row in rows]
    if any(answer.shape != (1, *together.shape[1:]) for answer in alone):
        return False
    joined = np.concatenate(alone)
    if together.dtype.kind != "f":
        return bool((joined == together).all())
    difference = relative_difference(together, joined, by_column=False, smallest_share=1.0)
    return difference <= MOST_ROW_DIFFERENCE
