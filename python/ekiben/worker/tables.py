# SPDX-License-Identifier: Apache-2.0
"""Tables of pandas as lists and arrays, which have an encoding, and back."""

from __future__ import annotations

from typing import Any


def frame_content(frame: Any) -> tuple[Any, ...]:
    """A DataFrame as (columns' names, index, columns)."""
    columns = [_column(frame.iloc[:, at]) for at in range(frame.shape[1])]
    return _index(frame.columns), _index(frame.index), columns


def frame_of(content: list[Any]) -> Any:
    """The DataFrame of what frame_content() gave."""
    import pandas as pd

    names, index, columns = content
    rows = _index_of(index)
    made = {at: _series(column, rows) for at, column in enumerate(columns)}
    frame = pd.DataFrame(made, index=rows)
    frame.columns = _index_of(names)
    return frame


def series_content(series: Any) -> tuple[Any, ...]:
    """A Series as (name, index, values)."""
    return series.name, _index(series.index), _column(series)


def series_of(content: list[Any]) -> Any:
    """The Series of what series_content() gave."""
    name, index, column = content
    made = _series(column, _index_of(index))
    made.name = name
    return made


def _column(series: Any) -> list[Any]:
    """Its dtype, and its values: an array where they have one, else a list."""
    import pandas as pd

    dtype = series.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        values = series.array
        return ["category", values.codes, _index(values.categories), bool(values.ordered)]
    if isinstance(dtype, pd.DatetimeTZDtype):
        utc = series.dt.tz_convert("UTC").dt.tz_localize(None)
        return [str(dtype), utc.to_numpy()]
    array = series.to_numpy()
    return [str(dtype), array if array.dtype.kind != "O" else array.tolist()]


def _series(column: list[Any], index: Any) -> Any:
    import pandas as pd

    dtype, values, *more = column
    if dtype == "category":
        categories, ordered = more
        made = pd.Categorical.from_codes(values, _index_of(categories), ordered=ordered)
        return pd.Series(made, index=index)
    if dtype.startswith("datetime64[") and ", " in dtype:
        return pd.Series(values, index=index).dt.tz_localize("UTC").astype(dtype)
    if isinstance(values, list):
        return pd.Series(values, index=index, dtype=dtype)
    made = pd.Series(values, index=index)
    return made if str(made.dtype) == dtype else made.astype(dtype)


def _index(index: Any) -> list[Any]:
    """[names, kind, content] of an index."""
    import pandas as pd

    names = list(index.names)
    if isinstance(index, pd.RangeIndex):
        return [names, "range", [index.start, index.stop, index.step]]
    if isinstance(index, pd.MultiIndex):
        levels = [_column(index.get_level_values(at).to_series()) for at in range(index.nlevels)]
        return [names, "levels", levels]
    return [names, "values", _column(index.to_series())]


def _index_of(content: list[Any]) -> Any:
    import pandas as pd

    names, kind, values = content
    if kind == "range":
        return pd.RangeIndex(*values, name=names[0])
    if kind == "levels":
        return pd.MultiIndex.from_arrays([_series(one, None) for one in values], names=names)
    return pd.Index(_series(values, None), name=names[0])
