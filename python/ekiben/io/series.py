# SPDX-License-Identifier: Apache-2.0
"""PandasSeries: one column, as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ..exceptions import BadInput, EkibenError, InvalidArgument, UnencodableResult
from .base import IODescriptor
from .lazy import SERIES, LazyType, kind_of
from .tables import (
    cast_column,
    check_shape,
    dtype_of_spec,
    dtype_to_spec,
    pandas,
    read_json,
    schema_of_dtype,
    text_dtypes,
    write_json,
)
from .wire import Blob, WireValue

_LISTS = ("records", "values")
_OBJECTS = ("index", "columns")
_EXAMPLES = {
    "records": "[1, 2]",
    "values": "[1, 2]",
    "index": '{"0": 1, "1": 2}',
    "columns": '{"0": 1, "1": 2}',
    "split": '{"name": "a", "index": [0, 1], "data": [1, 2]}',
    "table": '{"schema": {"fields": […]}, "data": [{"index": 0, "a": 1}]}',
}
_USER = "PandasSeries()"


class PandasSeries(IODescriptor[Any], descriptor_id="bentoml.io.PandasSeries"):
    """A pandas.Series.

    Args:
        orient: How JSON is laid out, as `Series.to_json(orient=…)` does: `records` (a list),
            `index` (an object), `split` or `table`; `values` and `columns` mean the first two.
        dtype: What the values are converted to where that loses no more than digits.
        enforce_dtype: Refuse what does not fit the dtype.
        shape: The length, as `(3,)`; -1 stands for any.
        enforce_shape: Refuse any other length.
    """

    _wire_kind = "blob"
    _mime_type = "application/json"

    def __init__(
        self,
        orient: str = "records",
        dtype: Any = None,
        enforce_dtype: bool = False,
        shape: Sequence[int] | None = None,
        enforce_shape: bool = False,
    ) -> None:
        if orient not in _EXAMPLES:
            raise InvalidArgument(
                f"PandasSeries(orient={orient!r}) is not one of {', '.join(_EXAMPLES)}"
            )
        self._orient = orient
        self._dtype = dtype
        self._enforce_dtype = enforce_dtype
        self._shape = None if shape is None else tuple(shape)
        self._enforce_shape = enforce_shape

    def _from_sample(self, sample: Any) -> Any:
        module = pandas(_USER)
        try:
            series = sample if SERIES.isinstance(sample) else module.Series(sample)
        except (TypeError, ValueError) as error:
            raise BadInput(
                f"PandasSeries.from_sample() was given {kind_of(sample)}: {error}"
            ) from None
        if self._dtype is None:
            self._dtype = series.dtype
        if self._shape is None:
            self._shape = series.shape
        return series

    def input_type(self) -> LazyType:
        return SERIES

    def to_spec(self) -> dict[str, Any]:
        return {
            "id": self.descriptor_id,
            "args": {
                "orient": self._orient,
                "dtype": dtype_to_spec(self._dtype),
                "shape": None if self._shape is None else list(self._shape),
                "enforce_dtype": self._enforce_dtype,
                "enforce_shape": self._enforce_shape,
            },
        }

    @classmethod
    def from_spec(cls, spec: dict[str, Any]) -> PandasSeries:
        args = dict(spec.get("args", {}))
        return cls(**{**args, "dtype": dtype_of_spec(args.get("dtype"))})

    def plan(self) -> dict[str, Any]:
        return {**super().plan(), "media_types": []}

    def openapi_schema(self) -> dict[str, Any]:
        known = self._dtype is not None and not isinstance(self._dtype, bool)
        one = schema_of_dtype(self._dtype) if known else {}
        if self._orient in _LISTS:
            return {"type": "array", "items": one}
        if self._orient in _OBJECTS:
            return {"type": "object", "additionalProperties": one}
        return {"type": "object"}

    def openapi_example(self) -> Any:
        if self.sample is None:
            return None
        try:
            return json.loads(self._written(self.sample))
        except UnencodableResult:  # The sample of an input that no output could be.
            return None

    def decode(self, wire: WireValue) -> Any:
        if not isinstance(wire, Blob):
            raise BadInput(f"PandasSeries expects a series, got {kind_of(wire)}")
        return self.validate_series(self._read(wire))

    def encode(self, result: Any) -> Blob:
        pandas(_USER)
        if not SERIES.isinstance(result):
            raise UnencodableResult(
                f"{kind_of(result)}, where PandasSeries expects a Series",
                hint="return pandas.Series(…)",
            )
        series = self.validate_series(result, UnencodableResult)
        return Blob(self._written(series), self._mime_type)

    def validate_series(self, series: Any, exception_cls: type[EkibenError] = BadInput) -> Any:
        """The series in the descriptor's dtype, as far as it can be brought there.

        Raises:
            exception_cls: If it does not fit what the descriptor enforces.
        """
        if self._enforce_shape:
            check_shape(self._shape, series.shape, exception_cls, "PandasSeries")
        if self._dtype is None or isinstance(self._dtype, bool):
            return series
        try:
            return cast_column(series, self._dtype, "the series", exception_cls)
        except exception_cls:
            if self._enforce_dtype:
                raise
            return series

    def _read(self, blob: Blob) -> Any:
        module = pandas(_USER)
        example = _EXAMPLES[self._orient]
        if self._orient == "table":  # pandas reads such a one only as a table.
            frame = read_json(module, blob, "table", example)
            if frame.shape[1] != 1:
                raise BadInput(f"expected a table with one field, got {frame.shape[1]}")
            return frame.iloc[:, 0]
        orient = {"values": "records", "columns": "index"}.get(self._orient, self._orient)
        texts = text_dtypes(self._dtype) if self._enforce_dtype else None
        dtype = texts or self._dtype is not False
        series = read_json(module, blob, orient, example, typ="series", dtype=dtype)
        if series.dtype == object and any(isinstance(one, (list, dict)) for one in series):
            raise BadInput(f"expected a series such as {example}; got lists in it")
        return series

    def _written(self, series: Any) -> bytes:
        return write_json(series, "index" if self._orient == "columns" else self._orient)
