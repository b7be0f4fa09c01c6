# SPDX-License-Identifier: Apache-2.0
"""Arguments of runners' methods: every kind that can go to another process comes back as it was."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from pydantic import BaseModel

from ekiben.io.wire import Blob, Json
from ekiben.worker.arguments import ArgumentDecoder, ArgumentEncoder
from ekiben.worker.values import Unencodable


class Flower(BaseModel):
    """A model of the user's own."""

    name: str
    petals: list[float] = []


class Outer:
    """Holds a model that is not at its module's top."""

    class Inner(BaseModel):
        """Nested."""

        count: int


def returned(*args: Any, **kwargs: Any) -> tuple[list[Any], dict[str, Any]]:
    data = ArgumentEncoder().call(args, kwargs)
    found, named, end = ArgumentDecoder().call(data, 0)
    assert end == len(data)
    return list(found), named


def back(value: Any) -> Any:
    (found,), _ = returned(value)
    return found


def rows(value: Any) -> int:
    """What the engine counts an argument of Python's own for in a batch."""
    data = ArgumentEncoder().call((value,), {})
    return int.from_bytes(data[16:24], "little")


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        "text",
        3,
        10**30,
        -1.5,
        float("inf"),
        b"bytes",
        [],
        [1, [2, (3, "x")]],
        (1, 2),
        {"a": 1, "b": [None]},
        {1: 2, "x": {(1, 2): 3}},
        Json(b"[1]"),
        Blob(b"1", "image/png", "f"),
    ],
)
def test_a_plain_value_comes_back(value: Any) -> None:
    found = back(value)
    assert found == value
    assert type(found) is type(value)


def test_positions_and_names_are_kept() -> None:
    args, kwargs = returned(1, "b", c=[1], d=None)
    assert args == [1, "b"]
    assert kwargs == {"c": [1], "d": None}
    assert returned() == ([], {})


def test_nan_comes_back() -> None:
    assert np.isnan(back(float("nan")))


@pytest.mark.parametrize(
    "value",
    [
        np.float32(1.5),
        np.float64(2.5),
        np.int64(3),
        np.bool_(True),
        np.datetime64("2020-01-01"),
        np.complex64(1j),
    ],
)
def test_a_scalar_of_numpy_keeps_its_type(value: Any) -> None:
    found = back(value)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "array",
    [
        np.array(["2020", "2021"], dtype="M8[D]"),
        np.array([3, 4], dtype="m8[ms]"),
        np.array([[1 + 2j]]),
        np.array([b"ab", b"c"]),
        np.zeros((0, 3)),
        np.arange(6).reshape(2, 3).T,
    ],
)
def test_an_array_that_is_no_tensor_comes_back_too(array: Any) -> None:
    found = back(array)
    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found, array)
    assert back({"nested": [array]})["nested"][0].shape == array.shape


FRAMES = {
    "mixed": pd.DataFrame({"i": [1, 2], "f": [1.5, None], "s": ["x", None], "b": [True, False]}),
    "duplicate columns": pd.DataFrame([[1, "a"], [2, "b"]], columns=["x", "x"]),
    "no rows": pd.DataFrame({"a": pd.Series(dtype="int64"), "b": pd.Series(dtype="float32")}),
    "no columns": pd.DataFrame(index=[1, 2]),
    "nothing": pd.DataFrame(),
    "names that are numbers": pd.DataFrame([[1, 2.5]], columns=[0, 7]),
    "named index": pd.DataFrame({"a": [1, 2]}, index=pd.Index(["u", "v"], name="key")),
    "repeated index": pd.DataFrame({"a": [1, 2], "b": [3, 4]}, index=[5, 5]),
    "range": pd.DataFrame({"a": [1, 2, 3]}, index=pd.RangeIndex(2, 8, 2)),
    "times": pd.DataFrame({"t": pd.to_datetime(["2020-01-01T00:00:00", "2021-01-01T03:04:05"])}),
    "times with a zone": pd.DataFrame(
        {"t": pd.to_datetime(["2020-07-01"]).tz_localize("Europe/Vienna")}
    ),
    "spans": pd.DataFrame({"d": pd.to_timedelta(["1 days", "2 hours"])}),
    "times as index": pd.DataFrame(
        {"a": [1, 2]}, index=pd.DatetimeIndex(["2020-01-01", "2021-05-01"])
    ),
    "categories": pd.DataFrame(
        {"c": pd.Categorical(["b", "a", None], categories=["a", "b", "z"], ordered=True)}
    ),
    "whole numbers with holes": pd.DataFrame({"a": pd.array([1, None], dtype="Int64")}),
    "levels": pd.DataFrame(
        {"a": [1, 2]}, index=pd.MultiIndex.from_tuples([(1, "x"), (2, "y")], names=["p", "q"])
    ),
    "levels of columns": pd.DataFrame(
        [[1, 2.0]], columns=pd.MultiIndex.from_tuples([("a", "b"), ("a", "c")])
    ),
    "lists in cells": pd.DataFrame({"a": [[1, 2], [3]]}),
}


@pytest.mark.parametrize("name", FRAMES)
def test_a_table_comes_back(name: str) -> None:
    pd.testing.assert_frame_equal(back(FRAMES[name]), FRAMES[name])


@pytest.mark.parametrize(
    "series",
    [
        pd.Series([1.5, 2], name="q", index=["u", "v"]),
        pd.Series([], dtype="float32"),
        pd.Series(["a", None]),
        pd.Series([1, 2], name=("a", 1)),
        pd.Series(pd.Categorical(["x", "y"])),
    ],
)
def test_a_series_comes_back(series: Any) -> None:
    pd.testing.assert_series_equal(back(series), series)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "1", "I;16", "CMYK", "LA", "F"])
def test_an_image_comes_back(mode: str) -> None:
    image = Image.new(mode, (9, 2))
    image.putpixel((3, 1), image.getpixel((3, 1)))
    if mode == "P":
        image.putpalette([7, 8, 9] * 3)
    found = back(image)
    assert (found.mode, found.size) == (mode, (9, 2))
    assert found.tobytes() == image.tobytes()
    assert found.getpalette() == image.getpalette()


def test_a_pydantic_model_comes_back_as_what_it_was() -> None:
    assert back(Flower(name="iris", petals=[1.5])) == Flower(name="iris", petals=[1.5])
    assert back(Outer.Inner(count=3)) == Outer.Inner(count=3)
    assert back([Flower(name="a")])[0].name == "a"


def test_a_sparse_matrix_comes_back() -> None:
    sparse = pytest.importorskip("scipy.sparse")
    for make in (sparse.csr_matrix, sparse.coo_matrix, sparse.csr_array):
        matrix = make(np.eye(3, dtype="float32"))
        found = back(matrix)
        np.testing.assert_array_equal(found.toarray(), matrix.toarray())
        assert found.dtype == matrix.dtype
        assert hasattr(found, "getrow") == hasattr(matrix, "getrow")


def test_what_counts_for_several_rows_says_so() -> None:
    assert rows([1, 2, 3]) == 3
    assert rows(pd.DataFrame({"a": [1, 2]})) == 2
    assert rows({"a": 1}) == 1
    assert rows(Image.new("L", (2, 2))) == 1


@pytest.mark.parametrize(
    "value",
    [
        object(),
        {1, 2},
        lambda: None,
        [object()],
        {"a": {"b": object()}},
        np.array([1, object()], dtype=object),
        np.ma.array([1, 2], mask=[0, 1]),
        pd.DataFrame({"a": [object()]}),
    ],
)
def test_what_has_no_encoding_is_refused(value: Any) -> None:
    with pytest.raises(Unencodable):
        ArgumentEncoder().call((value,), {})
