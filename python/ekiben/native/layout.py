# SPDX-License-Identifier: Apache-2.0
"""How the rows of a model go in: as one matrix, as columns of a table, or as texts."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from .forms import NotConvertible
from .steps import first_step, is_passthrough, steps_of

# One array a feature, all of one length: float64, int64, or text as objects.
Rows = list[np.ndarray]

Kind = Literal["matrix", "columns", "text"]


@dataclass(frozen=True)
class Layout:
    """The shape of a model's input. A value: it holds no rows.

    Attributes:
        kind: `matrix`: one input [N, features]; `columns`: one input [N, 1] a feature; `text`: one
            input [N].
        names: The features' names; for a matrix or texts, names that nobody sees.
        dtypes: `float64`, `int64` or `string` for each feature; a matrix has one dtype only.
        unused: Features that the original wants to see but does not read. They have no input.
        frame: Whether the original takes a pandas.DataFrame.
    """

    kind: Kind
    names: tuple[str, ...]
    dtypes: tuple[str, ...]
    unused: frozenset[str] = frozenset()
    frame: bool = False

    @property
    def has_floats(self) -> bool:
        """Whether any feature is a number that can be missing."""
        return any(
            dtype == "float64" and name not in self.unused
            for name, dtype in zip(self.names, self.dtypes, strict=True)
        )

    def for_original(self, rows: Rows, float_type: type[np.floating] = np.float64) -> Any:
        """The rows as the original's methods take them; numbers of a matrix as `float_type`."""
        if self.kind == "text":
            return list(rows[0])
        if self.frame:
            import pandas

            return pandas.DataFrame(dict(zip(self.names, rows, strict=True)))
        if self.dtypes[0] == "string":
            return np.stack([column.astype(object) for column in rows], axis=1)
        return np.stack(rows, axis=1).astype(float_type if self.has_floats else np.int64)

    def for_native(self, rows: Rows, float_type: type[np.floating]) -> dict[str, np.ndarray]:
        """The rows as the graph takes them, floats as `float_type`."""
        types = {"float64": float_type, "int64": np.int64, "string": object}
        columns = [
            column if name in self.unused else column.astype(types[dtype])
            for name, column, dtype in zip(self.names, rows, self.dtypes, strict=True)
        ]
        if self.kind == "text":
            return {"X": columns[0]}
        if self.kind == "matrix":
            return {"X": np.stack(columns, axis=1)}
        return {
            name: column.reshape(-1, 1)
            for name, column in zip(self.names, columns, strict=True)
            if name not in self.unused
        }

    def inputs(
        self, float_type: type[np.floating], missing: frozenset[str]
    ) -> list[dict[str, Any]]:
        """What model.yaml says of the inputs; `missing` names the features that take NaN."""

        def spec(name: str, dtype: str, shape: list[int], takes_nan: bool) -> dict[str, Any]:
            written = np.dtype(float_type).name if dtype == "float64" else dtype
            return {"name": name, "dtype": written, "shape": shape, "missing": takes_nan}

        if self.kind == "text":
            return [spec("X", "string", [-1], False)]
        if self.kind == "matrix":
            return [spec("X", self.dtypes[0], [-1, len(self.names)], bool(missing))]
        return [
            spec(name, dtype, [-1, 1], name in missing)
            for name, dtype in zip(self.names, self.dtypes, strict=True)
            if name not in self.unused
        ]

    def unused_names(self) -> list[str]:
        """What model.yaml says of the features that are not read, in the table's order."""
        if self.kind != "columns":
            return []
        return [name for name in self.names if name in self.unused]

    def rows_of(self, sample: Any) -> Rows:
        """The caller's sample as rows; at most a few hundred, spread over all of them.

        Raises:
            ValueError: If it has other features than the model.
        """
        if self.kind == "text":
            columns = [np.array([str(one) for one in sample], dtype=object)]
        elif hasattr(sample, "columns"):
            lacking = [n for n in self.names if n not in sample.columns and n not in self.unused]
            if self.frame and lacking:
                raise ValueError(f"it has no column '{lacking[0]}'")
            nothing = np.zeros(len(sample))
            columns = [
                sample[name].to_numpy() if name in sample.columns else nothing
                for name in (self.names if self.frame else sample.columns)
            ]
        else:
            matrix = np.asarray(sample.toarray() if hasattr(sample, "toarray") else sample)
            matrix = matrix.reshape(1, -1) if matrix.ndim == 1 else matrix
            columns = list(matrix.T)
        if len(columns) != len(self.names):
            raise ValueError(f"it has {len(columns)} features, the model has {len(self.names)}")
        typed = [
            column if name in self.unused else column.astype(object if dtype == "string" else dtype)
            for name, column, dtype in zip(self.names, columns, self.dtypes, strict=True)
        ]
        if not len(typed[0]):
            raise ValueError("it has no rows")
        return take(typed, spread(len(typed[0])))


MOST_SAMPLES = 256


def spread(count: int) -> np.ndarray:
    """At most MOST_SAMPLES indices below `count`, evenly apart."""
    return np.unique(np.linspace(0, count - 1, min(count, MOST_SAMPLES)).astype(int))


def take(rows: Rows, index: Any) -> Rows:
    """The rows with these indices."""
    return [column[index] for column in rows]


def join(parts: Sequence[Rows]) -> Rows:
    """All rows of all parts, in order."""
    return [np.concatenate(columns) for columns in zip(*parts, strict=True)]


def layout_of(estimator: Any, sample: Any) -> Layout:
    """How `estimator`'s rows go in, by what it knows of itself, else by `sample`.

    Raises:
        NotConvertible: If neither tells.
    """
    first = first_step(estimator)
    if hasattr(first, "build_analyzer"):
        return Layout("text", ("X",), ("string",))
    names = getattr(first, "feature_names_in_", None)
    if hasattr(first, "transformers_"):
        return _layout_of_columns(first, names)
    count = getattr(first, "n_features_in_", None)
    if count is None and sample is not None and np.ndim(sample) == 2:
        count = np.shape(sample)[1]
    if count is None:
        raise NotConvertible("the model does not tell how many features it has; give sample=")
    dtypes = [learned_dtype(first, index) for index in range(count)]
    if names is not None and "string" in dtypes:
        return Layout("columns", tuple(map(str, names)), tuple(dtypes), frame=True)
    if len(set(dtypes)) > 1:
        if "string" in dtypes:
            raise NotConvertible("its features mix text and numbers and have no names")
        dtypes = ["float64"] * count
    return Layout("matrix", tuple(f"x{index}" for index in range(count)), tuple(dtypes))


def _layout_of_columns(transformer: Any, names: Any) -> Layout:
    count = transformer.n_features_in_
    dtypes: dict[int, str] = {}
    for _, step, columns in transformer.transformers_:
        for place, index in enumerate(column_indices(columns, names, count)):
            if not is_passthrough(step):
                dtypes.setdefault(index, _dtype_in(step, place))
            elif step == "passthrough":
                dtypes.setdefault(index, "float64")
    if names is None:
        if any(dtype == "string" for dtype in dtypes.values()):
            raise NotConvertible("its text columns have no names; fit it on a pandas.DataFrame")
        return Layout("matrix", tuple(f"x{i}" for i in range(count)), ("float64",) * count)
    return Layout(
        "columns",
        tuple(map(str, names)),
        tuple(dtypes.get(index, "float64") for index in range(count)),
        unused=frozenset(str(names[index]) for index in range(count) if index not in dtypes),
        frame=True,
    )


def _dtype_in(step: Any, place: int) -> str:
    for one in steps_of(step):
        if hasattr(one, "build_analyzer"):
            return "string"
        if hasattr(one, "categories_") or hasattr(one, "statistics_"):
            return learned_dtype(one, place)
    return "float64"


def learned_dtype(step: Any, place: int) -> str:
    """The dtype of a feature as an encoder or an imputer learned it; else float64."""
    if hasattr(step, "categories_"):
        kind = step.categories_[place].dtype.kind
        if kind in "iub":
            return "int64"
        return "string" if kind in "OUS" else "float64"
    if hasattr(step, "statistics_") and isinstance(step.statistics_[place], str):
        return "string"
    return "float64"


def column_indices(columns: Any, names: Any, count: int) -> list[int]:
    """The features that a ColumnTransformer's `columns` means, as indices."""
    if isinstance(columns, (str, int, np.integer)):
        columns = [columns]
    if isinstance(columns, slice):
        if isinstance(columns.start, str) or isinstance(columns.stop, str):
            raise NotConvertible("its columns are a slice of names")
        return list(range(count))[columns]
    columns = list(columns)
    if columns and isinstance(columns[0], (bool, np.bool_)):
        return [index for index, chosen in enumerate(columns) if chosen]
    by_name: Mapping[str, int] = {} if names is None else {n: i for i, n in enumerate(names)}
    return [by_name[one] if isinstance(one, str) else int(one) % count for one in columns]


def call(
    estimator: Any, method: str, rows: Rows, layout: Layout, float_type: type[np.floating]
) -> Any:
    """What the original answers; its warnings are not the caller's concern here."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return getattr(estimator, method)(layout.for_original(rows, float_type))
