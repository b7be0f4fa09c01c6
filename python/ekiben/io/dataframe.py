# SPDX-License-Identifier: Apache-2.0
"""PandasDataFrame: tables as JSON, CSV or parquet."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from ..exceptions import BadInput, EkibenError, InvalidArgument, UnencodableResult
from .base import IODescriptor
from .lazy import DATA_FRAME, LazyType, kind_of
from .tables import (
    TableFormat,
    cast_column,
    check_shape,
    dtype_of_spec,
    dtype_to_spec,
    pandas,
    read_json,
    read_table,
    schema_of_dtype,
    text_dtypes,
    write_json,
    write_table,
)
from .wire import Blob, WireValue

_EXAMPLES = {
    "records": '[{"a": 1, "b": 2}]',
    "split": '{"columns": ["a", "b"], "index": [0], "data": [[1, 2]]}',
    "index": '{"0": {"a": 1, "b": 2}}',
    "columns": '{"a": {"0": 1}, "b": {"0": 2}}',
    "values": "[[1, 2]]",
    "table": '{"schema": {"fields": […]}, "data": [{"index": 0, "a": 1}]}',
}
_ARRAY = {"type": "array", "items": {}}
_USER = "PandasDataFrame()"
_READERS = {".json": "read_json", ".csv": "read_csv", ".parquet": "read_parquet"}


class PandasDataFrame(IODescriptor[Any], descriptor_id="bentoml.io.PandasDataFrame"):
    """A pandas.DataFrame.

    A request's content type says its format: application/json, text/csv, or
    application/octet-stream, which is parquet. Answers are in the default format.

    Args:
        orient: How JSON is laid out, as `DataFrame.to_json(orient=…)` does: `records`, `split`,
            `index`, `columns`, `values` or `table`.
        columns: The columns' names.
        apply_column_names: Give the columns these names, in their order.
        dtype: A dtype for all columns or a dict of them by column. True lets pandas infer them,
            False leaves them as the format has them.
        enforce_dtype: Convert the columns to the dtype, and refuse a table where one is missing or
            holds what does not fit. Without it pandas infers the dtypes.
        shape: Rows and columns; -1 stands for any number.
        enforce_shape: Refuse any other shape.
        default_format: `json`, `csv` or `parquet`.
    """

    _wire_kind = "blob"

    def __init__(
        self,
        orient: str = "records",
        columns: Sequence[str] | None = None,
        apply_column_names: bool = False,
        dtype: Any = None,
        enforce_dtype: bool = False,
        shape: Sequence[int] | None = None,
        enforce_shape: bool = False,
        default_format: Literal["json", "parquet", "csv"] = "json",
    ) -> None:
        if orient not in _EXAMPLES:
            raise InvalidArgument(
                f"PandasDataFrame(orient={orient!r}) is not one of {', '.join(_EXAMPLES)}"
            )
        if default_format.upper() not in TableFormat.__members__:
            raise InvalidArgument(
                f"PandasDataFrame(default_format={default_format!r}) is not json, csv or parquet"
            )
        if apply_column_names and not columns:
            raise InvalidArgument("PandasDataFrame(apply_column_names=True) needs columns=[…]")
        self._orient = orient
        self._columns = None if columns is None else list(columns)
        self._apply_column_names = apply_column_names
        self._dtype = dtype
        self._enforce_dtype = enforce_dtype
        self._shape = None if shape is None else tuple(shape)
        self._enforce_shape = enforce_shape
        self._format = TableFormat[default_format.upper()]
        self._mime_type = self._format.value

    def _from_sample(self, sample: Any) -> Any:
        frame = _sample_frame(sample)
        if self._shape is None:
            self._shape = frame.shape
        if self._columns is None:
            self._columns = [str(name) for name in frame.columns]
        if self._dtype is None:
            self._dtype = {str(name): dtype for name, dtype in frame.dtypes.items()}
        return frame

    def input_type(self) -> LazyType:
        return DATA_FRAME

    def to_spec(self) -> dict[str, Any]:
        return {
            "id": self.descriptor_id,
            "args": {
                "orient": self._orient,
                "columns": self._columns,
                "dtype": dtype_to_spec(self._dtype),
                "shape": None if self._shape is None else list(self._shape),
                "enforce_dtype": self._enforce_dtype,
                "enforce_shape": self._enforce_shape,
                "default_format": self._format.name.lower(),
            },
        }

    @classmethod
    def from_spec(cls, spec: dict[str, Any]) -> PandasDataFrame:
        args = dict(spec.get("args", {}))
        return cls(**{**args, "dtype": dtype_of_spec(args.get("dtype"))})

    def plan(self) -> dict[str, Any]:
        return {**super().plan(), "media_types": []}

    def openapi_schema(self) -> dict[str, Any]:
        if self._format is TableFormat.PARQUET:
            return {"type": "string", "format": "binary"}
        if self._format is TableFormat.CSV:
            return {"type": "string"}
        return _json_schema(self._orient, self._dtype)

    def openapi_example(self) -> Any:
        if self.sample is None or self._format is TableFormat.PARQUET:
            return None
        try:
            text = bytes(self.encode(self.sample).data).decode()
        except UnencodableResult:  # The sample of an input that no output could be.
            return None
        return text if self._format is TableFormat.CSV else json.loads(text)

    def decode(self, wire: WireValue) -> Any:
        if not isinstance(wire, Blob):
            raise BadInput(f"PandasDataFrame expects a table, got {kind_of(wire)}")
        form = TableFormat.of_body(wire.media_type, self._format)
        frame = self._read(wire, form)
        if not DATA_FRAME.isinstance(frame):
            raise BadInput(f"PandasDataFrame expects a table, got {kind_of(frame)}")
        return self.validate_dataframe(frame)

    def encode(self, result: Any) -> Blob:
        pandas(_USER)
        if not DATA_FRAME.isinstance(result):
            raise UnencodableResult(
                f"{kind_of(result)}, where PandasDataFrame expects a DataFrame",
                hint="return pandas.DataFrame(…)",
            )
        frame = self.validate_dataframe(result, UnencodableResult)
        return Blob(self._written(frame), self._format.value)

    def validate_dataframe(
        self, dataframe: Any, exception_cls: type[EkibenError] = BadInput
    ) -> Any:
        """The table with the columns' names and dtypes that the descriptor gives it.

        Raises:
            exception_cls: If it does not fit.
        """
        if self._apply_column_names and self._columns is not None:
            if len(self._columns) != dataframe.shape[1]:
                raise exception_cls(
                    f"a table of {dataframe.shape[1]} columns, where {len(self._columns)} are "
                    f"expected: {', '.join(map(str, self._columns))}"
                )
            dataframe = dataframe.set_axis(self._columns, axis=1)
        if self._enforce_shape:
            check_shape(self._shape, dataframe.shape, exception_cls, "PandasDataFrame")
        return self._in_dtype(dataframe, exception_cls) if self._enforce_dtype else dataframe

    def _in_dtype(self, frame: Any, failure: type[EkibenError]) -> Any:
        if self._dtype is None or isinstance(self._dtype, bool):
            return frame
        wanted = self._dtype
        if not isinstance(wanted, Mapping):
            wanted = dict.fromkeys(frame.columns, wanted)
        names = {str(name): name for name in frame.columns}
        if len(names) < frame.shape[1]:
            raise failure(f"a table with two columns of one name: {', '.join(names)}")
        missing = [str(name) for name in wanted if str(name) not in names]
        if missing:
            got = ", ".join(f"'{name}'" for name in names) or "none"
            raise failure(
                f"a table without column {', '.join(repr(name) for name in missing)}; it has {got}"
            )
        frame = frame.copy(deep=False)
        for name, dtype in wanted.items():
            column = names[str(name)]
            frame[column] = cast_column(frame[column], dtype, f"column '{name}'", failure)
        return frame

    def _read(self, blob: Blob, form: TableFormat) -> Any:
        module = pandas(_USER)
        what = f"PandasDataFrame expects {form.name.lower()}"
        if form is TableFormat.PARQUET:
            return read_table(module.read_parquet, blob, what)
        texts = text_dtypes(self._dtype) if self._enforce_dtype else None
        if form is TableFormat.CSV:
            return read_table(module.read_csv, blob, what, dtype=texts)
        options = {}
        if self._orient != "table":  # Its dtypes are in the JSON.
            options["dtype"] = texts or self._dtype is not False
        return read_json(module, blob, self._orient, _EXAMPLES[self._orient], **options)

    def _written(self, frame: Any) -> bytes:
        if self._format is TableFormat.PARQUET:
            return write_table(frame.to_parquet)
        if self._format is TableFormat.CSV:
            return write_table(frame.to_csv)
        return write_json(frame, self._orient)


def _sample_frame(sample: Any) -> Any:
    """The table of a sample: a DataFrame, an array, JSON, or the path of a file."""
    module = pandas(_USER)
    if DATA_FRAME.isinstance(sample):
        return sample
    try:
        if not isinstance(sample, (str, Path)):
            return module.DataFrame(sample)
        path = Path(sample).expanduser()
        if path.suffix in _READERS:
            return getattr(module, _READERS[path.suffix])(path)
        return module.read_json(io.StringIO(str(sample)))
    except (OSError, ValueError, TypeError) as error:
        raise InvalidArgument(
            f"PandasDataFrame.from_sample() was given {kind_of(sample)}: {error}",
            hint="give a DataFrame, or the path of a .json, .csv or .parquet file",
        ) from None


def _json_schema(orient: str, dtype: Any) -> dict[str, Any]:
    """The JSON Schema of a table; it has columns where the dtype names them."""
    if not isinstance(dtype, Mapping):
        return dict(_ARRAY) if orient in ("records", "values") else {"type": "object"}
    columns = {str(name): schema_of_dtype(one) for name, one in dtype.items()}
    row = {"type": "object", "properties": columns}
    if orient == "records":
        return {"type": "array", "items": row}
    if orient == "index":
        return {"type": "object", "additionalProperties": row}
    if orient == "columns":
        by_index = {
            name: {"type": "object", "additionalProperties": one} for name, one in columns.items()
        }
        return {"type": "object", "properties": by_index}
    if orient == "values":
        return {"type": "array", "items": _ARRAY}
    rows = row if orient == "table" else _ARRAY
    return {"type": "object", "properties": {"data": {"type": "array", "items": rows}}}
