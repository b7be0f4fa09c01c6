# SPDX-License-Identifier: Apache-2.0
"""What NumpyNdarray does with arrays; the one module of the descriptors that imports numpy."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from ..exceptions import BadInput, EkibenError, UnencodableResult, UnprocessableEntity
from .lazy import kind_of
from .wire import Json, WireValue

_NUMBERS = "biuf"
_INTEGERS = "iu"


def dtype_of(given: Any) -> np.dtype:
    """The dtype that numpy makes of it.

    Raises:
        UnprocessableEntity: If it makes none.
    """
    try:
        return np.dtype(given)
    except TypeError as error:
        raise UnprocessableEntity(f"dtype {given!r} is none of numpy's: {error}") from None


def array_of(value: Any) -> np.ndarray | None:
    """The array of what is one, or is a number, text or lists of these; else None."""
    if isinstance(value, np.ndarray):
        return value
    if value is None or isinstance(value, (dict, set, frozenset, bytes, bytearray, memoryview)):
        return None
    try:
        array = np.asarray(value)
    except Exception:  # Ragged lists, and what tensors of other libraries raise.
        return None
    return None if array.dtype == object and (array.ndim == 0 or _holds_lists(array)) else array


def as_written(array: np.ndarray, dtype: np.dtype | None, *, enforce: bool) -> np.ndarray:
    """What `numpy.array(json, dtype)` would have made: JSON knows no dtypes."""
    if array.dtype == object and all(isinstance(one, str) for one in array.flat):
        array = array.astype(np.str_)
    if dtype is None or dtype == array.dtype or _same_text(array.dtype, dtype):
        return array
    numbers = array.dtype.kind in _NUMBERS and dtype.kind in _NUMBERS
    if array.dtype.kind in _INTEGERS and dtype.kind in _INTEGERS:
        return _cast(array, dtype, BadInput)
    if numbers and (dtype.kind == "f" or enforce):
        with np.errstate(all="ignore"):
            converted = array.astype(dtype)
        exact = dtype.kind == "f" or np.array_equal(converted, array)
        return converted if exact else array
    if enforce or not np.all(np.isfinite(array) if numbers else True):
        return array
    try:
        return array.astype(dtype)
    except (TypeError, ValueError, OverflowError):
        return array


def in_dtype(
    array: np.ndarray, dtype: np.dtype | None, failure: type[EkibenError], *, enforce: bool
) -> np.ndarray:
    """The array in this dtype, as far as it can be brought there.

    Raises:
        failure: If it has another one and `enforce`, or has integers that this one cannot hold.
    """
    if dtype is None or dtype == array.dtype or _same_text(array.dtype, dtype):
        return array
    if np.can_cast(array.dtype, dtype, casting="same_kind"):
        return _cast(array, dtype, failure)
    if enforce:
        raise failure(
            mismatch(failure, "dtype", dtype, array.dtype),
            hint=f"the elements have to be {dtype}",
        )
    return array


def mismatch(failure: type[EkibenError], what: str, expected: object, got: object) -> str:
    """The text of an error that says what an array should have been."""
    if issubclass(failure, UnencodableResult):
        return f"an array with {what} {got}, where NumpyNdarray expects {expected}"
    return f"NumpyNdarray expects {what} {expected}, got {got}"


def encoded(array: np.ndarray) -> WireValue:
    """The wire value of an array.

    Raises:
        UnencodableResult: If JSON has no form for it.
    """
    if array.dtype.kind in "OT":
        plain = _unboxed(array)
        if plain is None:
            return _json_text(array)
        array = plain
    if array.dtype.kind not in "biufU":
        hint = "use .astype(str)" if array.dtype.kind in "SMm" else "write parts of it"
        raise UnencodableResult(f"{kind_of(array)}, which JSON has no form for", hint=hint)
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        array = array.astype(np.float64)
    return np.asarray(array, dtype=array.dtype.newbyteorder("="), order="C")


def _holds_lists(array: np.ndarray) -> bool:
    return any(isinstance(one, (list, tuple, dict, np.ndarray)) for one in array.flat)


def _same_text(one: np.dtype, other: np.dtype) -> bool:
    """A length of text that a sample had is no reason to cut other texts."""
    return one.kind == "U" and other.kind == "U"


def _cast(array: np.ndarray, dtype: np.dtype, failure: type[EkibenError]) -> np.ndarray:
    with np.errstate(over="ignore"):
        converted = array.astype(dtype)
    if dtype.kind in _INTEGERS and not np.array_equal(converted, array):
        wrong = array[converted != array].flat[0]
        raise failure(mismatch(failure, "elements", dtype, wrong))
    return converted


def _unboxed(array: np.ndarray) -> np.ndarray | None:
    """An array of objects as one of text or of numbers, if they are all of one kind; else None."""
    if array.size == 0:
        return array.astype(np.float64)
    kinds = {"text" if isinstance(one, str) else _number_kind(one) for one in array.flat}
    if len(kinds) != 1 or None in kinds:
        return None
    plain = np.array(array.tolist()).reshape(array.shape)
    return None if plain.dtype == object else plain


def _number_kind(value: Any) -> str | None:
    if isinstance(value, (bool, np.bool_)):
        return "bool"
    return "number" if isinstance(value, (int, float, np.integer, np.floating)) else None


def _json_text(array: np.ndarray) -> Json:
    try:
        text = json.dumps(array.tolist(), ensure_ascii=False, allow_nan=False)
        return Json(text.encode())
    except (TypeError, ValueError, RecursionError) as error:
        raise UnencodableResult(
            f"an array of objects that JSON has no form for: {error}",
            hint="return numbers or text; JSON(json_encoder=…) writes anything else",
        ) from None
