# SPDX-License-Identifier: Apache-2.0
"""What PandasDataFrame and PandasSeries share: formats, dtypes and shapes of tables."""

from __future__ import annotations

import enum
import io
import json
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from ..exceptions import BadInput, EkibenError, MissingDependencyException, UnencodableResult
from .lazy import needed
from .wire import Blob, main_type

_SHOWN = 40  # Bytes of a body that a message quotes.


class TableFormat(enum.Enum):
    """A format of tables; the value is its media type."""

    JSON = "application/json"
    PARQUET = "application/octet-stream"
    CSV = "text/csv"

    @classmethod
    def of_body(cls, media_type: str, default: TableFormat) -> TableFormat:
        """The format that a request's content type says; `default` where it says another thing."""
        name = main_type(media_type)
        return next((one for one in cls if one.value == name), default)


def pandas(user: str) -> ModuleType:
    """The pandas package.

    Raises:
        MissingDependencyException: If it is not installed.
    """
    return needed("pandas", "pandas", user)


def read_table(read: Any, blob: Blob, what: str, **options: Any) -> Any:
    """What one of pandas' readers makes of a body.

    Raises:
        BadInput: If it can make nothing of it.
    """
    try:
        return read(io.BytesIO(blob.data), **options)
    except ImportError as error:  # pandas names the package that it misses for a format.
        raise MissingDependencyException(str(error), hint="pip install pyarrow") from error
    except Exception as error:  # The readers raise KeyError, AttributeError … on wrong shapes.
        why = " ".join(str(error).split()) or type(error).__name__
        raise BadInput(f"{what}, and cannot read this: {why}") from None


def read_json(module: ModuleType, blob: Blob, orient: str, example: str, **options: Any) -> Any:
    """What `pandas.read_json` makes of a body.

    Args:
        example: JSON that does.

    Raises:
        BadInput: If it can make nothing of it, or its rows differ in length.
    """
    what = f"expected JSON of orient '{orient}', such as {example}"
    text = bytes(blob.data).lstrip()
    if not text.startswith((b"[", b"{")):  # pandas makes tables of null and of numbers.
        raise BadInput(f"{what}; {_why_not(text)}")
    try:
        table = read_table(
            module.read_json, blob, what, orient=orient, precise_float=True, **options
        )
    except BadInput:
        raise BadInput(f"{what}; {_why_not(text)}") from None
    if text.startswith(b"[[") and table.isna().to_numpy().any():
        _check_rows(text, what)
    return table


def _why_not(text: bytes) -> str:
    """Why this is no table: where it is not even JSON, or what kind of JSON it is."""
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        return str(error)
    return "got " + text[:_SHOWN].decode(errors="replace") + ("…" if len(text) > _SHOWN else "")


def _check_rows(text: bytes, what: str) -> None:
    """Pandas fills short rows up with NaN, without a word."""
    lengths = {len(row) for row in json.loads(text) if isinstance(row, list)}
    if len(lengths) > 1:
        raise BadInput(f"{what}; its rows have {min(lengths)} to {max(lengths)} elements")


def write_table(write: Any, **options: Any) -> bytes:
    """What one of pandas' writers gives: `frame.to_parquet`.

    Raises:
        UnencodableResult: If the format cannot hold the table.
    """
    try:
        written = write(**options)
        return written if isinstance(written, bytes) else written.encode()
    except ImportError as error:
        raise MissingDependencyException(str(error), hint="pip install pyarrow") from error
    except Exception as error:  # The writers raise what comes to them, pyarrow's errors too.
        why = " ".join(str(error).split()) or type(error).__name__
        raise UnencodableResult(f"a table that cannot be written: {why}") from None


def write_json(table: Any, orient: str) -> bytes:
    """A table as JSON. Times are as pandas writes them, numbers have 15 decimals at most.

    Raises:
        UnencodableResult: If JSON of this orient cannot hold the table.
    """
    return write_table(table.to_json, orient=orient, double_precision=15)


def cast_column(column: Any, dtype: Any, place: str, failure: type[EkibenError]) -> Any:
    """A pandas Series in a dtype, if that loses nothing but digits.

    Numbers that become times are milliseconds since 1970, as pandas 3 writes them in JSON.

    Raises:
        failure: If a value does not fit.
    """
    try:
        if column.dtype == dtype:
            return column
        converted = _converted(column, dtype)
    except (TypeError, ValueError, OverflowError) as error:
        why = " ".join(str(error).split())
        raise failure(f"{place} has to be {_name(dtype)}: {why}") from None
    numbers = column.dtype.kind in "iuf" and converted.dtype.kind in "biu"
    if numbers and not (converted == column).all():
        wrong = column[converted != column].iloc[0]
        raise failure(f"{place} has to be {_name(dtype)}, got {wrong}")
    return converted


def _converted(column: Any, dtype: Any) -> Any:
    wanted = _name(dtype).lower()
    if wanted.startswith("datetime") and column.dtype.kind in "iuf":
        column = needed("pandas", "pandas", "a table").to_datetime(column, unit="ms")
    if wanted.startswith("bool") and column.dtype.kind not in "biuf":
        raise ValueError(f"{column.dtype} is not true or false")
    return column.astype(dtype)


def text_dtypes(dtype: Any) -> Any:
    """What to tell pandas' readers of a dtype: which columns are text, so that "007" stays.

    Others are read as they look, and converted with a check.
    """
    if isinstance(dtype, Mapping):
        return {name: str for name, one in dtype.items() if _is_text(one)} or None
    return str if _is_text(dtype) else None


def _is_text(dtype: Any) -> bool:
    return dtype is not None and _name(dtype).lower().startswith(("str", "object", "<u"))


def check_shape(
    shape: tuple[int, ...] | None, got: tuple[int, ...], failure: type[EkibenError], name: str
) -> None:
    """Refuse a shape that is not the one expected, where -1 stands for any length.

    Raises:
        failure: If it is another one.
    """
    if shape is None or (
        len(shape) == len(got)
        and all(wanted in (-1, length) for wanted, length in zip(shape, got, strict=True))
    ):
        return
    if issubclass(failure, UnencodableResult):
        raise failure(f"a table of shape {got}, where {name} expects {shape}")
    raise failure(f"{name} expects shape {shape}, got {got}")


def dtype_of_spec(dtype: Any) -> Any:
    """A dtype argument as BentoML's specs write it, where None is "null" and True is "True"."""
    if isinstance(dtype, dict):
        return {name: dtype_of_spec(one) for name, one in dtype.items()}
    return {"null": None, "True": True, "False": False}.get(dtype, dtype) if dtype else dtype


def dtype_to_spec(dtype: Any) -> Any:
    """The same as JSON can hold it."""
    if dtype is None or isinstance(dtype, bool):
        return dtype
    if isinstance(dtype, Mapping):
        return {str(name): dtype_to_spec(one) for name, one in dtype.items()}
    return _name(dtype)


def _name(dtype: Any) -> str:
    return dtype.__name__ if isinstance(dtype, type) else str(dtype)


def schema_of_dtype(dtype: Any) -> dict[str, Any]:
    """The JSON Schema of a column's elements."""
    name = _name(dtype).lower()
    if name.startswith(("int", "uint")):
        return {"type": "integer"}
    if name.startswith("float"):
        return {"type": "number"}
    if name.startswith("bool"):
        return {"type": "boolean"}
    if name.startswith(("str", "object", "datetime", "category", "<u")):
        return {"type": "string"}
    return {}
