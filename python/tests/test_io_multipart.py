# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest

from ekiben.exceptions import BadInput, InvalidArgument, UnencodableResult
from ekiben.io import JSON, Blob, File, Json, Multipart, NumpyNdarray, Text, from_spec

FORM = Multipart(arr=NumpyNdarray(dtype="int64", enforce_dtype=True), note=JSON(), file=File())


def test_parts_are_arguments_by_name_in_any_order() -> None:
    values = FORM.decode(
        {"file": Blob(b"f"), "other": "x", "note": Json(b'{"a": 1}'), "arr": np.array([1])}
    )
    assert list(values) == ["arr", "note", "file"]
    assert values["arr"].tolist() == [1]
    assert values["note"] == {"a": 1}
    assert values["file"].read() == b"f"


def test_a_missing_part_is_bad_input() -> None:
    with pytest.raises(BadInput, match="the form has no part 'arr', 'file'; it has 'note'"):
        FORM.decode({"note": Json(b"1")})
    with pytest.raises(BadInput, match="it has none"):
        FORM.decode({})
    with pytest.raises(BadInput, match="Multipart expects a form, got None"):
        FORM.decode(None)


def test_a_wrong_part_is_named() -> None:
    parts = {"arr": Json(b"[1.5]"), "note": Json(b"1"), "file": Blob(b"")}
    with pytest.raises(BadInput, match="part 'arr': NumpyNdarray expects dtype int64, got float64"):
        FORM.decode(parts)


def test_a_result_is_a_dict_with_all_parts() -> None:
    wire = FORM.encode({"file": b"f", "note": None, "arr": [1], "other": 1})
    assert list(wire) == ["arr", "note", "file"]
    assert wire["arr"].tolist() == [1]
    assert (wire["note"], wire["file"]) == (None, Blob(b"f", "application/octet-stream"))


def test_other_results_are_named_with_what_they_lack() -> None:
    for result, text in (
        (3, "an int, where Multipart expects a dict with 'arr', 'note', 'file'"),
        ({"arr": [1]}, "a dict without 'note', 'file'"),
        ({"arr": [1], "note": 1, "file": 3}, "as part 'file' an int, where File expects"),
    ):
        with pytest.raises(UnencodableResult) as caught:
            FORM.encode(result)
        assert caught.value.message.startswith(text)


def test_plans_and_specs_hold_those_of_the_parts() -> None:
    form = Multipart(a=Text.from_sample("x"), b=JSON())
    plan = form.plan()
    assert plan == {
        "name": "Multipart",
        "value": "parts",
        "content_type": "multipart/form-data",
        "parts": {"a": Text.from_sample("x").plan(), "b": JSON().plan()},
        "schema": {
            "type": "object",
            "properties": {"a": {"type": "string"}, "b": {"type": "object"}},
            "required": ["a", "b"],
        },
        "example": {"a": "x"},
        "io": {
            "id": "bentoml.io.Multipart",
            "args": {"a": {"id": "bentoml.io.Text"}, "b": JSON().to_spec()},
        },
    }
    again = from_spec(plan["io"])
    assert repr(again) == "Multipart(a=Text,b=JSON)"
    assert list(again.input_type()) == ["a", "b"]


def test_a_form_has_parts_and_its_parts_have_none() -> None:
    for parts, text in (
        ({}, "has no parts"),
        ({"a": Multipart(b=Text())}, "a part cannot have parts"),
        ({"a": Text}, "not an IO descriptor"),
    ):
        with pytest.raises(InvalidArgument, match=text):
            Multipart(**parts)
    with pytest.raises(InvalidArgument, match="no from_sample"):
        Multipart.from_sample({})
