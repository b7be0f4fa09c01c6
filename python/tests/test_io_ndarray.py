# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from ekiben.exceptions import BadInput, UnencodableResult, UnprocessableEntity
from ekiben.io import Blob, Json, NumpyNdarray, from_spec


def decoded(text: str, **arguments: Any) -> np.ndarray:
    return NumpyNdarray(**arguments).decode(Json(text.encode()))


def test_a_plan_says_what_the_engine_decodes_by_itself() -> None:
    descriptor = NumpyNdarray(dtype="float32", shape=(-1, 4), enforce_dtype=True)
    args = {"dtype": "float32", "shape": [-1, 4], "enforce_dtype": True, "enforce_shape": False}
    assert descriptor.plan() == {
        "name": "NumpyNdarray",
        "value": "tensor",
        **args,
        "content_type": "application/json",
        "schema": {
            "type": "array",
            "items": {"type": "array", "items": {"type": "number"}},
            "nullable": True,
        },
        "io": {"id": "bentoml.io.NumpyNdarray", "args": args},
    }


@pytest.mark.parametrize(
    ("dtype", "planned", "named", "leaf"),
    [
        (float, "float64", "float64", "number"),
        (np.uint8, "uint8", "uint8", "integer"),
        (bool, "bool", "bool", "boolean"),
        ("<U5", "string", "<U5", "string"),
        ("complex64", None, "complex64", "number"),
    ],
)
def test_a_dtype_has_one_name_for_the_engine_and_one_for_clients(
    dtype: Any, planned: str | None, named: str | None, leaf: Any
) -> None:
    plan = NumpyNdarray(dtype=dtype).plan()
    assert plan["dtype"] == planned
    assert plan["io"]["args"]["dtype"] == named
    assert plan["schema"]["items"] == {"type": leaf}
    assert from_spec(plan["io"]).to_spec() == plan["io"]


def test_without_dtype_and_shape_a_schema_takes_arrays_of_anything() -> None:
    kinds = [{"type": "number"}, {"type": "boolean"}, {"type": "string"}]
    lists = {"type": "array", "items": {}}
    assert NumpyNdarray().plan()["schema"]["items"] == {"anyOf": [*kinds, lists]}
    assert NumpyNdarray(shape=(3,)).plan()["schema"]["items"] == {"anyOf": kinds}


def test_what_is_no_dtype_is_refused_where_it_is_written() -> None:
    with pytest.raises(UnprocessableEntity, match="'float33' is none of numpy's"):
        NumpyNdarray(dtype="float33")


def test_a_sample_gives_dtype_shape_and_example() -> None:
    descriptor = NumpyNdarray.from_sample([[1, 2, 3]], enforce_shape=True)
    plan = descriptor.plan()
    assert (plan["dtype"], plan["shape"], plan["example"]) == ("int64", [1, 3], [[1, 2, 3]])
    assert plan["enforce_shape"]
    assert "example" not in NumpyNdarray.from_sample([np.nan]).plan()
    with pytest.raises(BadInput, match="was given a float64"):
        NumpyNdarray.from_sample(np.float64(3))


def test_without_a_dtype_the_json_decides() -> None:
    assert decoded("[[1, 2]]").dtype == np.int64
    assert decoded("[[1, 2.5]]").dtype == np.float64
    assert decoded("[true]").dtype == np.bool_
    assert decoded('["a", "bc"]').tolist() == ["a", "bc"]
    assert decoded("3").shape == ()


def test_arrays_of_the_engine_and_json_are_decoded_alike() -> None:
    descriptor = NumpyNdarray(dtype="float32", shape=(2, 2))
    for wire in (np.array([1, 2, 3, 4]), Json(b"[1, 2, 3, 4]")):
        array = descriptor.decode(wire)
        assert array.dtype == np.float32
        assert array.tolist() == [[1, 2], [3, 4]]
    texts = NumpyNdarray().decode(np.array(["a", "bc"], dtype=object))
    assert texts.dtype == np.dtype("<U2")


@pytest.mark.parametrize("wire", [None, "1", Blob(b"[1]"), {"a": np.zeros(1)}])
def test_what_is_no_array_is_bad_input(wire: Any) -> None:
    with pytest.raises(BadInput, match="NumpyNdarray expects an array, got"):
        NumpyNdarray().decode(wire)


@pytest.mark.parametrize("text", ["[[1, 2", "[[1], [1, 2]]", "{}", "null", "[1, [2]]", "[{}]", ""])
def test_malformed_json_and_ragged_rows_are_bad_input(text: str) -> None:
    with pytest.raises(BadInput):
        decoded(text)


def test_an_enforced_shape_refuses_others_and_a_wish_reshapes() -> None:
    with pytest.raises(BadInput, match=r"expects shape \(-1, 4\), got \(1, 2\)"):
        decoded("[[1, 2]]", shape=(-1, 4), enforce_shape=True)
    assert decoded("[[1, 2, 3, 4]]", shape=(-1, 4), enforce_shape=True).shape == (1, 4)
    assert decoded("[1, 2, 3, 4]", shape=(2, 2)).shape == (2, 2)
    assert decoded("[1, 2, 3]", shape=(2, 2)).shape == (3,)


def test_an_enforced_dtype_takes_each_number_that_it_can_hold() -> None:
    assert decoded("[1, 2]", dtype="float32", enforce_dtype=True).dtype == np.float32
    assert decoded("[1.0, 2]", dtype="int8", enforce_dtype=True).dtype == np.int8
    assert decoded("[0, 255]", dtype="uint8", enforce_dtype=True).tolist() == [0, 255]
    with pytest.raises(BadInput, match="expects dtype int8, got float64"):
        decoded("[1.5]", dtype="int8", enforce_dtype=True)
    with pytest.raises(BadInput, match="expects dtype float32, got <U1"):
        decoded('["a"]', dtype="float32", enforce_dtype=True)


def test_a_dtype_that_is_no_rule_converts_as_far_as_it_goes() -> None:
    assert decoded("[1.9]", dtype="int64").tolist() == [1]
    assert decoded('["1.5"]', dtype="float64").tolist() == [1.5]
    assert decoded('["a"]', dtype="float64").tolist() == ["a"]
    assert decoded('["a", "long text"]', dtype="<U2").tolist() == ["a", "long text"]


@pytest.mark.parametrize("enforced", [True, False])
def test_integers_never_wrap_around(enforced: bool) -> None:
    for text in ("[1, 300]", "[-1]"):
        with pytest.raises(BadInput, match="expects elements uint8, got"):
            decoded(text, dtype="uint8", enforce_dtype=enforced)


def test_lists_numbers_and_arrays_of_any_layout_are_results() -> None:
    encode = NumpyNdarray().encode
    assert encode([[1, 2]]).tolist() == [[1, 2]]
    assert encode(3).shape == () and encode(np.float32(3)).dtype == np.float32
    turned = encode(np.arange(6, dtype=">i4").reshape(2, 3).T)
    assert turned.flags.c_contiguous and turned.dtype.isnative
    assert turned.tolist() == [[0, 3], [1, 4], [2, 5]]
    assert encode(np.array([True, False])).dtype == np.bool_
    assert encode(np.array(["a", "bc"])).tolist() == ["a", "bc"]


def test_arrays_of_objects_of_one_kind_are_such_arrays() -> None:
    for objects in (["a", "bc"], [[1, 2], [3, 2**40]], [1, 2.5], [True, False], [np.int8(1), 2]):
        encoded = NumpyNdarray().encode(np.array(objects, dtype=object))
        assert encoded.tolist() == objects
        assert encoded.dtype.kind in "Uifb"


def test_other_arrays_of_objects_are_results_where_json_has_a_form() -> None:
    assert NumpyNdarray().encode(np.array(["é", 1, None], dtype=object)) == Json(
        '["é", 1, null]'.encode()
    )
    with pytest.raises(UnencodableResult, match="an array of objects that JSON has no form for"):
        NumpyNdarray().encode(np.array([object()]))


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (None, "None, of which NumpyNdarray cannot make an array"),
        ({"a": 1}, "a dict, of which"),
        ([[1], [1, 2]], "a list, of which"),
        (np.array([1j]), "an ndarray of complex128"),
        (np.array(["2020-01-01"], dtype="M8[D]"), "an ndarray of datetime64"),
    ],
)
def test_other_results_are_named_with_their_type(result: Any, text: str) -> None:
    with pytest.raises(UnencodableResult) as caught:
        NumpyNdarray().encode(result)
    assert caught.value.message.startswith(text)
    assert caught.value.hint


def test_results_fit_what_their_descriptor_enforces() -> None:
    strict = NumpyNdarray(dtype="int8", enforce_dtype=True, shape=(-1,), enforce_shape=True)
    assert strict.encode([1, 2]).dtype == np.int8
    for result, text in (
        ([1.5], "an array with dtype float64, where NumpyNdarray expects int8"),
        ([300], "an array with elements 300, where NumpyNdarray expects int8"),
        ([[1]], "an array with shape (1, 1), where NumpyNdarray expects (-1,)"),
    ):
        with pytest.raises(UnencodableResult) as caught:
            strict.encode(result)
        assert caught.value.message == text
    assert NumpyNdarray(dtype="int8").encode([0.5]).tolist() == [0.5]


def test_random_arrays_survive_a_round_trip() -> None:
    rng = np.random.default_rng(7)
    pick = random.Random(7)
    for _ in range(200):
        shape = tuple(pick.choices(range(4), k=pick.randrange(4)))
        dtype = pick.choice(["bool", "int8", "uint64", "float16", "float32", "float64", "U"])
        array = (rng.random(shape) * 100).astype("int64" if dtype == "U" else dtype)
        array = array.astype(dtype)
        back = NumpyNdarray(dtype=array.dtype).decode(NumpyNdarray().encode(array))
        assert back.dtype == array.dtype and back.shape == array.shape
        assert np.array_equal(back, array)
