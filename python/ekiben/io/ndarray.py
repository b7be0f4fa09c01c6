# SPDX-License-Identifier: Apache-2.0
"""NumpyNdarray: arrays, written as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..exceptions import BadInput, EkibenError, UnencodableResult, UnprocessableEntity
from .base import IODescriptor, json_or_none
from .lazy import NDARRAY, LazyType, kind_of
from .wire import Json, WireValue

_NUMBERS = "biuf"
_INTEGERS = "iu"
_LEAVES = {"b": "boolean", "i": "integer", "u": "integer", "U": "string", "T": "string"}
_SAMPLE_HINT = "give an array, or lists of numbers that have one length"


class NumpyNdarray(IODescriptor["np.ndarray"], descriptor_id="bentoml.io.NumpyNdarray"):
    """A numpy.ndarray; in JSON: lists of lists.

    Args:
        dtype: What the elements are converted to where that loses no more than digits. Without one
            it is what `numpy.array` makes of the JSON.
        enforce_dtype: Refuse what is of another type, rather than to convert it as far as it goes.
            A number of another type passes if the dtype can hold it.
        shape: What the array is reshaped to where its size allows; -1 stands for any length.
        enforce_shape: Refuse any other shape.
    """

    _wire_kind = "tensor"
    _mime_type = "application/json"

    def __init__(
        self,
        dtype: Any = None,
        enforce_dtype: bool = False,
        shape: Sequence[int] | None = None,
        enforce_shape: bool = False,
    ) -> None:
        try:
            self._dtype = None if dtype is None or dtype == "" else np.dtype(dtype)
        except TypeError as error:
            raise UnprocessableEntity(f"dtype {dtype!r} is none of numpy's: {error}") from None
        self._enforce_dtype = enforce_dtype
        self._shape = None if shape is None else tuple(int(length) for length in shape)
        self._enforce_shape = enforce_shape

    def _from_sample(self, sample: Any) -> np.ndarray:
        array = _array(sample)
        if array is None or isinstance(sample, np.generic):
            raise BadInput(
                f"NumpyNdarray.from_sample() was given {kind_of(sample)}", hint=_SAMPLE_HINT
            )
        if self._dtype is None:
            self._dtype = array.dtype
        if self._shape is None:
            self._shape = array.shape
        return array

    @property
    def _passes_arrays(self) -> bool:  # type: ignore[override]
        """Whether dtype and shape may be any."""
        return self._dtype is None and self._shape is None

    def input_type(self) -> LazyType:
        return NDARRAY

    def to_spec(self) -> dict[str, Any]:
        return {
            "id": self.descriptor_id,
            "args": {
                "dtype": _dtype_name(self._dtype),
                "shape": None if self._shape is None else list(self._shape),
                "enforce_dtype": self._enforce_dtype,
                "enforce_shape": self._enforce_shape,
            },
        }

    def plan(self) -> dict[str, Any]:
        return {
            **super().plan(),
            "dtype": _engine_dtype(self._dtype),
            "shape": None if self._shape is None else list(self._shape),
            "enforce_dtype": self._enforce_dtype,
            "enforce_shape": self._enforce_shape,
        }

    def openapi_schema(self) -> dict[str, Any]:
        any_of = [{"type": name} for name in ("number", "boolean", "string")]
        items: dict[str, Any] = {"anyOf": any_of}
        if self._dtype is not None:
            items = {"type": _LEAVES.get(self._dtype.kind, "number")}
        elif self._shape is None:
            any_of.append({"type": "array", "items": {}})
        for _ in (self._shape or ())[1:]:
            items = {"type": "array", "items": items}
        return {"type": "array", "items": items, "nullable": True}

    def openapi_example(self) -> Any:
        return None if self.sample is None else json_or_none(self.sample.tolist())

    def decode(self, wire: WireValue) -> np.ndarray:
        array = wire if isinstance(wire, np.ndarray) else None
        if array is not None and self._passes_arrays and array.dtype.kind in _NUMBERS:
            return array
        if isinstance(wire, Json):
            array = _array(_parsed(wire))
        if array is None:
            raise BadInput(
                f"NumpyNdarray expects an array, got {kind_of(wire)}",
                hint='send JSON such as [[1, 2], [3, 4]], with "content-type: application/json"',
            )
        if array.dtype == object and all(isinstance(one, str) for one in array.flat):
            array = array.astype(np.str_)
        return self.validate_array(self._as_written(array))

    def encode(self, result: Any) -> WireValue:
        if self._passes_arrays and _is_plain(result):
            return result
        array = _array(result)
        if array is None:
            raise UnencodableResult(
                f"{kind_of(result)}, of which NumpyNdarray cannot make an array",
                hint="return an array, a number or lists of one length; JSON() writes other things",
            )
        array = self.validate_array(array, UnencodableResult)
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

    def validate_array(
        self, arr: np.ndarray, exception_cls: type[EkibenError] = BadInput
    ) -> np.ndarray:
        """The array in the descriptor's dtype and shape, as far as it can be brought there.

        Raises:
            exception_cls: If it has another dtype or shape and the descriptor enforces its own, or
                has integers that the dtype cannot hold.
        """
        return self._in_shape(self._in_dtype(arr, exception_cls), exception_cls)

    def _in_dtype(self, array: np.ndarray, failure: type[EkibenError]) -> np.ndarray:
        dtype = self._dtype
        if dtype is None or dtype == array.dtype or _same_text(array.dtype, dtype):
            return array
        if np.can_cast(array.dtype, dtype, casting="same_kind"):
            return _cast(array, dtype, failure)
        if self._enforce_dtype:
            raise failure(
                _mismatch(failure, "dtype", dtype, array.dtype),
                hint=f"the elements have to be {dtype}",
            )
        return array

    def _in_shape(self, array: np.ndarray, failure: type[EkibenError]) -> np.ndarray:
        shape = self._shape
        if shape is None or _fits(array.shape, shape):
            return array
        if self._enforce_shape:
            raise failure(
                _mismatch(failure, "shape", shape, array.shape),
                hint="-1 in the descriptor's shape stands for any length"
                if -1 not in shape
                else "",
            )
        try:
            return array.reshape(shape)
        except ValueError:
            return array

    def _as_written(self, array: np.ndarray) -> np.ndarray:
        """What `numpy.array(json, dtype)` would have made: JSON knows no dtypes."""
        dtype = self._dtype
        if dtype is None or dtype == array.dtype or _same_text(array.dtype, dtype):
            return array
        numbers = array.dtype.kind in _NUMBERS and dtype.kind in _NUMBERS
        if array.dtype.kind in _INTEGERS and dtype.kind in _INTEGERS:
            return _cast(array, dtype, BadInput)
        if numbers and (dtype.kind == "f" or self._enforce_dtype):
            with np.errstate(all="ignore"):
                converted = array.astype(dtype)
            exact = dtype.kind == "f" or np.array_equal(converted, array)
            return converted if exact else array
        if self._enforce_dtype or not np.all(np.isfinite(array) if numbers else True):
            return array
        try:
            return array.astype(dtype)
        except (TypeError, ValueError, OverflowError):
            return array


def _parsed(wire: Json) -> Any:
    try:
        return json.loads(bytes(wire.text))
    except (ValueError, RecursionError) as error:
        raise BadInput(f"NumpyNdarray expects JSON: {error}") from None


def _is_plain(value: Any) -> bool:
    """Whether it is an array of integers that can be written as it is."""
    return (
        type(value) is np.ndarray
        and value.dtype.kind in _INTEGERS
        and value.dtype.isnative
        and value.flags.c_contiguous
    )


def _array(value: Any) -> np.ndarray | None:
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
        raise failure(_mismatch(failure, "elements", dtype, wrong))
    return converted


def _mismatch(failure: type[EkibenError], what: str, expected: object, got: object) -> str:
    if issubclass(failure, UnencodableResult):
        return f"an array with {what} {got}, where NumpyNdarray expects {expected}"
    return f"NumpyNdarray expects {what} {expected}, got {got}"


def _fits(shape: tuple[int, ...], expected: tuple[int, ...]) -> bool:
    return len(shape) == len(expected) and all(
        wanted in (-1, length) for length, wanted in zip(shape, expected, strict=True)
    )


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


def _dtype_name(dtype: np.dtype | None) -> str | None:
    """A name that `numpy.dtype` understands: it knows no "str96"."""
    if dtype is None:
        return None
    return dtype.str if dtype.kind in "USV" else dtype.name


def _engine_dtype(dtype: np.dtype | None) -> str | None:
    """The dtype's name where the engine has such tensors; None leaves the work to `decode`."""
    if dtype is None or dtype.kind not in "biufU" or (dtype.kind == "f" and dtype.itemsize > 8):
        return None
    return "string" if dtype.kind == "U" else dtype.name
