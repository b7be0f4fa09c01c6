# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ekiben.exceptions import BadInput, InvalidArgument, UnencodableResult
from ekiben.io import Blob, PandasDataFrame, from_spec

ORIENTS = ["records", "split", "index", "columns", "values", "table"]
FRAME = pd.DataFrame({"a": [1, 2], "b": [0.1, 1e-7], "c": ["x", "é"]})


def decoded(body: str, media_type: str = "application/json", **arguments: Any) -> pd.DataFrame:
    return PandasDataFrame(**arguments).decode(Blob(body.encode(), media_type))


@pytest.mark.parametrize(
    ("orient", "body"),
    [
        ("records", '[{"a":1,"b":2.5}]'),
        ("split", '{"columns":["a","b"],"index":[0],"data":[[1,2.5]]}'),
        ("index", '{"0":{"a":1,"b":2.5}}'),
        ("columns", '{"a":{"0":1},"b":{"0":2.5}}'),
        ("values", "[[1.0,2.5]]"),
    ],
)
def test_json_is_laid_out_as_the_orient_says(orient: str, body: str) -> None:
    frame = decoded(body, orient=orient)
    assert frame.to_numpy().tolist() == [[1, 2.5]]
    assert list(frame.columns) == ([0, 1] if orient == "values" else ["a", "b"])
    assert bytes(PandasDataFrame(orient=orient).encode(frame).data) in (
        body.encode(),
        body.replace("1.0", "1").encode(),
    )


@pytest.mark.parametrize("orient", ORIENTS)
def test_tables_survive_a_round_trip_in_json(orient: str) -> None:
    descriptor = PandasDataFrame(orient=orient)
    back = descriptor.decode(descriptor.encode(FRAME))
    assert back.to_numpy().tolist() == FRAME.to_numpy().tolist()
    assert back.dtypes.tolist() == FRAME.dtypes.tolist()


def test_tables_survive_a_round_trip_in_csv_and_parquet() -> None:
    parquet = PandasDataFrame(default_format="parquet")
    assert parquet.decode(parquet.encode(FRAME)).equals(FRAME)
    csv = PandasDataFrame(default_format="csv").encode(FRAME)
    assert (bytes(csv.data), csv.media_type) == (FRAME.to_csv().encode(), "text/csv")
    assert decoded("a,b,c\n1,0.1,x\n", "text/csv; charset=utf-8").shape == (1, 3)


def test_random_tables_survive_a_round_trip() -> None:
    pick = random.Random(3)
    rng = np.random.default_rng(3)
    for _ in range(30):
        rows = pick.randrange(1, 20)
        columns = {
            f"n{column}": rng.normal(size=rows) * 10 ** pick.randrange(-5, 5)
            for column in range(pick.randrange(1, 5))
        }
        frame = pd.DataFrame({**columns, "i": rng.integers(-(2**53), 2**53, rows)})
        for orient in ("records", "split", "columns"):
            descriptor = PandasDataFrame(orient=orient)
            pd.testing.assert_frame_equal(descriptor.decode(descriptor.encode(frame)), frame)


def test_the_content_type_says_the_format_and_else_the_default_does() -> None:
    assert decoded("a\n1\n", "text/csv").to_dict("list") == {"a": [1]}
    for other in ("", "application/x-www-form-urlencoded", "text/plain"):
        assert decoded('[{"a": 1}]', other).to_dict("list") == {"a": [1]}
        assert decoded("a\n1\n", other, default_format="csv").to_dict("list") == {"a": [1]}


@pytest.mark.parametrize("orient", ORIENTS)
@pytest.mark.parametrize("body", ["", "{", '[{"a": ', "3", '"a"', "[[1], [1, 2]]", '{"a": 1, "'])
def test_what_is_no_such_json_is_bad_input_and_told_by_example(orient: str, body: str) -> None:
    with pytest.raises(BadInput, match=f"expected JSON of orient '{orient}', such as "):
        decoded(body, orient=orient)


def test_a_value_of_json_that_is_no_table_is_shown() -> None:
    with pytest.raises(BadInput, match=r"; got null$"):
        decoded("null")


def test_what_is_no_csv_or_parquet_is_bad_input() -> None:
    with pytest.raises(BadInput, match="PandasDataFrame expects csv"):
        decoded("", "text/csv")
    with pytest.raises(BadInput, match="PandasDataFrame expects parquet"):
        decoded("a\n1", "application/octet-stream")
    with pytest.raises(BadInput, match="PandasDataFrame expects a table, got None"):
        PandasDataFrame().decode(None)


def test_an_enforced_dtype_converts_the_columns() -> None:
    dtype = {"a": "int8", "b": "float32", "c": str}
    for body, media_type in (
        ('[{"a": 1.0, "b": 2, "c": "007", "d": 1}]', "application/json"),
        ("a,b,c,d\n1.0,2,007,1\n", "text/csv"),
    ):
        frame = decoded(body, media_type, dtype=dtype, enforce_dtype=True)
        assert frame["a"].dtype == np.int8 and frame["b"].dtype == np.float32
        assert frame["c"].tolist() == ["007"]
        assert frame["d"].tolist() == [1]
    assert decoded('[{"a": 1, "b": 2}]', dtype=float, enforce_dtype=True).dtypes.eq(float).all()


@pytest.mark.parametrize(
    ("dtype", "cell", "text"),
    [
        ("int64", "1.5", "column 'a' has to be int64, got 1.5"),
        ("int8", "300", "column 'a' has to be int8, got 300"),
        ("int64", "null", "column 'a' has to be int64: "),
        ("float64", '"one"', "column 'a' has to be float64: "),
        ("bool", '"no"', "column 'a' has to be bool: "),
        ("bool", "2", "column 'a' has to be bool, got 2"),
        ("datetime64[ns]", '"never"', "column 'a' has to be datetime64"),
    ],
)
def test_an_enforced_dtype_refuses_what_does_not_fit(dtype: str, cell: str, text: str) -> None:
    body = f'[{{"a": {cell}}}]'
    with pytest.raises(BadInput) as caught:
        decoded(body, dtype={"a": dtype}, enforce_dtype=True)
    assert caught.value.message.startswith(text)
    assert decoded(body, dtype={"a": dtype}).shape == (1, 1)


def test_an_enforced_dtype_needs_its_columns() -> None:
    with pytest.raises(BadInput, match="a table without column 'a', 'c'; it has 'b'"):
        decoded('[{"b": 1}]', dtype={"a": "int64", "b": "int64", "c": "int64"}, enforce_dtype=True)


def test_times_are_times_again() -> None:
    frame = pd.DataFrame({"when": pd.to_datetime(["2020-01-02 03:04:05.678"])})
    strict = PandasDataFrame(dtype={"when": "datetime64[ms]"}, enforce_dtype=True)
    assert strict.decode(strict.encode(frame))["when"].tolist() == frame["when"].tolist()


def test_columns_get_the_names_that_the_descriptor_applies() -> None:
    named = {"columns": ["x", "y"], "apply_column_names": True}
    assert list(decoded('[{"a": 1, "b": 2}]', **named).columns) == ["x", "y"]
    with pytest.raises(BadInput, match="a table of 1 columns, where 2 are expected: x, y"):
        decoded('[{"a": 1}]', **named)
    result = pd.DataFrame({"a": [1], "b": [2]})
    assert json.loads(bytes(PandasDataFrame(**named).encode(result).data)) == [{"x": 1, "y": 2}]
    assert list(result.columns) == ["a", "b"]
    with pytest.raises(InvalidArgument, match="needs columns="):
        PandasDataFrame(apply_column_names=True)


def test_an_enforced_shape_refuses_others() -> None:
    body = '[{"a": 1, "b": 2}]'
    assert decoded(body, shape=(-1, 2), enforce_shape=True).shape == (1, 2)
    assert decoded(body, shape=(5, 5)).shape == (1, 2)
    with pytest.raises(BadInput, match=r"PandasDataFrame expects shape \(-1, 3\), got \(1, 2\)"):
        decoded(body, shape=(-1, 3), enforce_shape=True)


def test_results_are_tables_that_fit() -> None:
    strict = PandasDataFrame(dtype={"a": "int64"}, enforce_dtype=True)
    for descriptor, result, text in (
        (PandasDataFrame(), [1], "a list, where PandasDataFrame expects a DataFrame"),
        (PandasDataFrame(), None, "None, where"),
        (PandasDataFrame(orient="columns"), pd.DataFrame([[1], [2]], index=[0, 0]), "a table that"),
        (strict, pd.DataFrame({"b": [1]}), "a table without column 'a'; it has 'b'"),
    ):
        with pytest.raises(UnencodableResult) as caught:
            descriptor.encode(result)
        assert caught.value.message.startswith(text)


def test_specs_name_every_argument_and_make_the_same_descriptor() -> None:
    descriptor = PandasDataFrame(
        orient="split", columns=["a"], dtype={"a": np.int64}, shape=(-1, 1), default_format="csv"
    )
    assert descriptor.to_spec() == {
        "id": "bentoml.io.PandasDataFrame",
        "args": {
            "orient": "split",
            "columns": ["a"],
            "dtype": {"a": "int64"},
            "shape": [-1, 1],
            "enforce_dtype": False,
            "enforce_shape": False,
            "default_format": "csv",
        },
    }
    assert from_spec(descriptor.to_spec()).to_spec() == descriptor.to_spec()


def test_specs_that_bentoml_wrote_are_understood() -> None:
    args = PandasDataFrame().to_spec()["args"]
    for written, meant in (("null", None), ("True", True), ({"a": "null"}, {"a": None})):
        spec = {"id": "bentoml.io.PandasDataFrame", "args": {**args, "dtype": written}}
        assert from_spec(spec).to_spec()["args"]["dtype"] == meant


def test_a_plan_takes_any_media_type_and_shows_the_columns() -> None:
    plan = PandasDataFrame(dtype={"a": "int64", "b": float, "c": str, "d": "bool"}).plan()
    assert (plan["value"], plan["media_types"]) == ("blob", [])
    assert plan["content_type"] == "application/json"
    assert plan["schema"] == {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "a": {"type": "integer"},
                "b": {"type": "number"},
                "c": {"type": "string"},
                "d": {"type": "boolean"},
            },
        },
    }
    kinds = {orient: PandasDataFrame(orient=orient).plan()["schema"]["type"] for orient in ORIENTS}
    assert {orient for orient, kind in kinds.items() if kind == "array"} == {"records", "values"}


def test_a_sample_gives_columns_dtype_shape_and_example(tmp_path: Path) -> None:
    descriptor = PandasDataFrame.from_sample(FRAME, enforce_dtype=True)
    plan = descriptor.plan()
    assert plan["example"] == json.loads(FRAME.to_json(orient="records"))
    args = plan["io"]["args"]
    assert (args["columns"], args["shape"]) == (["a", "b", "c"], [2, 3])
    assert args["dtype"] == {"a": "int64", "b": "float64", "c": "str"}
    with pytest.raises(BadInput, match="a table without column 'b', 'c'"):
        descriptor.decode(Blob(b'[{"a": 1}]', "application/json"))
    twice = pd.DataFrame({"a": [1, 2]}, index=[0, 0])
    assert "example" not in PandasDataFrame.from_sample(twice, orient="index").plan()
    path = tmp_path / "sample.csv"
    FRAME.to_csv(path, index=False)
    assert PandasDataFrame.from_sample(str(path)).sample.equals(FRAME)
    assert PandasDataFrame.from_sample('[{"a": 1}]').sample.shape == (1, 1)
    with pytest.raises(InvalidArgument, match="was given a str"):
        PandasDataFrame.from_sample("no such file")


def test_arguments_that_mean_nothing_are_refused_where_they_are_written() -> None:
    with pytest.raises(InvalidArgument, match="orient='rows'\\) is not one of"):
        PandasDataFrame(orient="rows")
    with pytest.raises(InvalidArgument, match="default_format='xls'"):
        PandasDataFrame(default_format="xls")
