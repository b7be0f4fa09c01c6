# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ekiben.exceptions import BadInput, InvalidArgument, UnencodableResult
from ekiben.io import Blob, PandasSeries, from_spec

ORIENTS = ["records", "values", "index", "columns", "split", "table"]


def decoded(body: str, **arguments: Any) -> pd.Series:
    return PandasSeries(**arguments).decode(Blob(body.encode(), "application/json"))


@pytest.mark.parametrize(
    ("orient", "body"),
    [
        ("records", "[1.5,2.0]"),
        ("values", "[1.5,2.0]"),
        ("index", '{"0":1.5,"1":2.0}'),
        ("columns", '{"0":1.5,"1":2.0}'),
        ("split", '{"name":"a","index":[0,1],"data":[1.5,2.0]}'),
    ],
)
def test_json_is_laid_out_as_the_orient_says(orient: str, body: str) -> None:
    series = decoded(body, orient=orient)
    assert series.tolist() == [1.5, 2]
    assert bytes(PandasSeries(orient=orient).encode(series).data) == body.encode()


@pytest.mark.parametrize("orient", ORIENTS)
def test_random_series_survive_a_round_trip(orient: str) -> None:
    rng = np.random.default_rng(1)
    descriptor = PandasSeries(orient=orient)
    for values in (rng.normal(size=20).round(15), rng.integers(-100, 100, 5), ["x", "é"], [0.1]):
        series = pd.Series(values)
        back = descriptor.decode(descriptor.encode(series))
        assert back.tolist() == series.tolist()
        assert back.dtype == series.dtype


@pytest.mark.parametrize("body", ["", "[1,", "3x", "[[1], [2]]", '"a"', "\x00"])
def test_what_is_no_series_is_bad_input(body: str) -> None:
    with pytest.raises(BadInput, match="expected"):
        decoded(body)
    with pytest.raises(BadInput, match="PandasSeries expects a series, got None"):
        PandasSeries().decode(None)


def test_a_dtype_converts_what_fits_and_an_enforced_one_refuses_the_rest() -> None:
    assert decoded("[1, 2]", dtype="float32").dtype == np.float32
    assert decoded("[1.5]", dtype="int64").tolist() == [1.5]
    assert decoded('["007"]', dtype=str, enforce_dtype=True).tolist() == ["007"]
    with pytest.raises(BadInput, match=r"the series has to be int64, got 1\.5"):
        decoded("[1.5]", dtype="int64", enforce_dtype=True)
    with pytest.raises(BadInput, match="the series has to be float64: "):
        decoded('["a"]', dtype="float64", enforce_dtype=True)


def test_an_enforced_shape_refuses_other_lengths() -> None:
    assert decoded("[1, 2]", shape=(2,), enforce_shape=True).shape == (2,)
    assert decoded("[1, 2]", shape=(-1,), enforce_shape=True).shape == (2,)
    with pytest.raises(BadInput, match=r"PandasSeries expects shape \(3,\), got \(2,\)"):
        decoded("[1, 2]", shape=(3,), enforce_shape=True)


def test_results_are_series_that_fit() -> None:
    strict = PandasSeries(dtype="int64", enforce_dtype=True, shape=(1,), enforce_shape=True)
    for descriptor, result, text in (
        (PandasSeries(), [1], "a list, where PandasSeries expects a Series"),
        (strict, pd.Series([1.5]), "the series has to be int64, got 1.5"),
        (strict, pd.Series([1, 2]), "a table of shape (2,), where PandasSeries expects (1,)"),
        (
            PandasSeries(orient="index"),
            pd.Series([1, 2], index=[0, 0]),
            "a table that cannot be written",
        ),
    ):
        with pytest.raises(UnencodableResult) as caught:
            descriptor.encode(result)
        assert caught.value.message.startswith(text)


def test_plans_and_specs_say_what_the_elements_are() -> None:
    args = {
        "orient": "records",
        "dtype": "float64",
        "shape": [-1],
        "enforce_dtype": True,
        "enforce_shape": False,
    }
    descriptor = PandasSeries(dtype=float, enforce_dtype=True, shape=(-1,))
    spec = {"id": "bentoml.io.PandasSeries", "args": {**args, "dtype": "float"}}
    assert descriptor.plan() == {
        "name": "PandasSeries",
        "value": "blob",
        "media_types": [],
        "content_type": "application/json",
        "schema": {"type": "array", "items": {"type": "number"}},
        "io": spec,
    }
    assert from_spec(spec).to_spec() == spec
    bentoml_wrote = {"id": "bentoml.io.PandasSeries", "args": {**args, "dtype": "null"}}
    assert from_spec(bentoml_wrote).to_spec()["args"]["dtype"] is None


def test_a_sample_gives_dtype_shape_and_example() -> None:
    descriptor = PandasSeries.from_sample([1.5, 2])
    assert descriptor.plan()["example"] == [1.5, 2]
    twice = pd.Series([1, 2], index=[0, 0])
    assert "example" not in PandasSeries.from_sample(twice, orient="index").plan()
    args = descriptor.to_spec()["args"]
    assert (args["dtype"], args["shape"]) == ("float64", [2])
    with pytest.raises(InvalidArgument, match="orient='rows'"):
        PandasSeries(orient="rows")
