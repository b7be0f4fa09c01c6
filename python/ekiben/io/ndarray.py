# SPDX-License-Identifier: Apache-2.0
"""NumpyNdarray: arrays, written as JSON.

numpy is imported when there is an array, a dtype or a sample: what a service is can be said
without it, and importing it takes as long as all else.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..exceptions import BadInput, EkibenError, UnencodableResult
from .base import IODescriptor, json_or_none
from .lazy import NDARRAY, NUMPY_SCALAR, LazyType, kind_of
from .wire import Json, WireValue

if TYPE_CHECKING:
    import numpy as np

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
        self._dtype: np.dtype | None = None
        if dtype is not None and dtype != "":
            from .arrays import dtype_of

            self._dtype = dtype_of(dtype)
        self._enforce_dtype = enforce_dtype
        self._shape = None if shape is None else tuple(int(length) for length in shape)
        self._enforce_shape = enforce_shape

    def _from_sample(self, sample: Any) -> np.ndarray:
        from .arrays import array_of

        array = array_of(sample)
        if array is None or NUMPY_SCALAR.isinstance(sample):
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
        array = wire if NDARRAY.isinstance(wire) else None
        if array is not None and self._passes_arrays and array.dtype.kind in _NUMBERS:
            return array
        from .arrays import array_of, as_written

        if isinstance(wire, Json):
            array = array_of(_parsed(wire))
        if array is None:
            raise BadInput(
                f"NumpyNdarray expects an array, got {kind_of(wire)}",
                hint='send JSON such as [[1, 2], [3, 4]], with "content-type: application/json"',
            )
        return self.validate_array(as_written(array, self._dtype, enforce=self._enforce_dtype))

    def encode(self, result: Any) -> WireValue:
        if self._passes_arrays and _is_plain(result):
            return result
        from .arrays import array_of, encoded

        array = array_of(result)
        if array is None:
            raise UnencodableResult(
                f"{kind_of(result)}, of which NumpyNdarray cannot make an array",
                hint="return an array, a number or lists of one length; JSON() writes other things",
            )
        return encoded(self.validate_array(array, UnencodableResult))

    def validate_array(
        self, arr: np.ndarray, exception_cls: type[EkibenError] = BadInput
    ) -> np.ndarray:
        """The array in the descriptor's dtype and shape, as far as it can be brought there.

        Raises:
            exception_cls: If it has another dtype or shape and the descriptor enforces its own, or
                has integers that the dtype cannot hold.
        """
        from .arrays import in_dtype

        return self._in_shape(
            in_dtype(arr, self._dtype, exception_cls, enforce=self._enforce_dtype), exception_cls
        )

    def _in_shape(self, array: np.ndarray, failure: type[EkibenError]) -> np.ndarray:
        shape = self._shape
        if shape is None or _fits(array.shape, shape):
            return array
        if self._enforce_shape:
            from .arrays import mismatch

            raise failure(
                mismatch(failure, "shape", shape, array.shape),
                hint="-1 in the descriptor's shape stands for any length"
                if -1 not in shape
                else "",
            )
        try:
            return array.reshape(shape)
        except ValueError:
            return array


def _parsed(wire: Json) -> Any:
    try:
        return json.loads(bytes(wire.text))
    except (ValueError, RecursionError) as error:
        raise BadInput(f"NumpyNdarray expects JSON: {error}") from None


def _is_plain(value: Any) -> bool:
    """Whether it is an array of integers that can be written as it is."""
    return (
        NDARRAY.is_exactly(value)
        and value.dtype.kind in _INTEGERS
        and value.dtype.isnative
        and value.flags.c_contiguous
    )


def _fits(shape: tuple[int, ...], expected: tuple[int, ...]) -> bool:
    return len(shape) == len(expected) and all(
        wanted in (-1, length) for length, wanted in zip(shape, expected, strict=True)
    )


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
