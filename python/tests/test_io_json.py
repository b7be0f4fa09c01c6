# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import json
import random
import uuid
from typing import Annotated, Any, Literal, Optional

import attrs
import numpy as np
import openapi_spec_validator
import pandas as pd
import pydantic
import pydantic.v1
import pytest

from ekiben.exceptions import BadInput, InvalidArgument, UnencodableResult
from ekiben.io import JSON, Json, from_spec


class Point(pydantic.BaseModel):
    x: float
    y: float = 0


class Line(pydantic.BaseModel):
    name: str
    points: list[Point]


class Tree(pydantic.BaseModel):
    value: int
    children: list[Tree] = []


class OldPoint(pydantic.v1.BaseModel):
    x: float
    tag: Optional[str] = None  # noqa: UP045  pydantic 1 reads it so.


class OldList(pydantic.v1.BaseModel):
    __root__: list[OldPoint]


@attrs.define
class Box:
    width: int
    corner: Any


@dataclasses.dataclass
class Answer:
    label: str
    scores: Any


class Colour(enum.Enum):
    RED = "red"


def text_of(result: Any, **arguments: Any) -> str:
    wire = JSON(**arguments).encode(result)
    return bytes(wire.text).decode()


def test_any_json_goes_in_as_python_has_it() -> None:
    assert JSON().decode(Json(b'{"a": [1, null, "\xc3\xa9"]}')) == {"a": [1, None, "é"]}
    assert JSON().decode(Json(b"3")) == 3


@pytest.mark.parametrize("text", [b"{", b"", b"\xff", b"[" * 200_000])
def test_malformed_json_is_bad_input(text: bytes) -> None:
    with pytest.raises(BadInput, match="JSON"):
        JSON().decode(Json(text))


def test_no_body_is_bad_input() -> None:
    with pytest.raises(BadInput, match="JSON expects JSON, got None"):
        JSON().decode(None)


@pytest.mark.parametrize("model", [Point, OldPoint])
def test_a_model_of_either_pydantic_is_what_the_function_gets(model: type) -> None:
    value = JSON(pydantic_model=model).decode(Json(b'{"x": 1.5}'))
    assert isinstance(value, model)
    assert value.x == 1.5


def test_what_does_not_fit_a_model_is_told_field_by_field() -> None:
    with pytest.raises(BadInput) as caught:
        JSON(pydantic_model=Line).decode(Json(b'{"points": [{"x": 1}, {"x": "one"}]}'))
    told = caught.value.message
    assert told.startswith("JSON does not fit Line: name: Field required; points.1.x: ")
    with pytest.raises(BadInput, match="JSON does not fit OldPoint: x: field required"):
        JSON(pydantic_model=OldPoint).decode(Json(b"{}"))
    with pytest.raises(BadInput, match="JSON does not fit Point: "):
        JSON(pydantic_model=Point).decode(Json(b"[1]"))


def test_only_models_are_models() -> None:
    for other in (dict, "Point", Box):
        with pytest.raises(InvalidArgument, match=r"is not a class of pydantic\.BaseModel"):
            JSON(pydantic_model=other)


def test_results_are_compact_and_not_escaped() -> None:
    assert text_of({"a": [1, 2.5], "ö": None}) == '{"a":[1,2.5],"ö":null}'


def test_nothing_is_an_empty_body() -> None:
    assert JSON().encode(None) is None


def test_usual_types_are_written_without_a_word_of_the_user() -> None:
    result = {
        "array": np.array([[1, 2]]),
        "scalar": np.float32(0.5),
        "frame": pd.DataFrame({"a": [1]}),
        "series": pd.Series([1.5]),
        "new": Line(name="n", points=[Point(x=1)]),
        "old": OldPoint(x=1),
        "root": OldList(__root__=[OldPoint(x=2)]),
        "attrs": Box(1, np.int8(2)),
        "data": Answer("a", np.array([1])),
        "day": dt.date(2020, 1, 2),
        "colour": Colour.RED,
        "id": uuid.UUID(int=1),
        "set": {1},
    }
    assert json.loads(text_of(result)) == {
        "array": [[1, 2]],
        "scalar": 0.5,
        "frame": {"a": {"0": 1}},
        "series": {"0": 1.5},
        "new": {"name": "n", "points": [{"x": 1, "y": 0}]},
        "old": {"x": 1, "tag": None},
        "root": [{"x": 2, "tag": None}],
        "attrs": {"width": 1, "corner": 2},
        "data": {"label": "a", "scores": [1]},
        "day": "2020-01-02",
        "colour": "red",
        "id": "00000000-0000-0000-0000-000000000001",
        "set": [1],
    }
    assert text_of(Point(x=1)) == '{"x":1.0,"y":0}'


def test_an_encoder_of_ones_own_is_asked_for_the_rest() -> None:
    class Encoder(json.JSONEncoder):
        def default(self, o: Any) -> Any:
            return f"<{type(o).__name__}>"

    assert text_of([Box(1, 2)], json_encoder=Encoder) == '["<Box>"]'


@pytest.mark.parametrize(
    "result", [float("nan"), [np.inf], {"a": object()}, {(1, 2): 3}, "\ud800", Box]
)
def test_what_json_cannot_hold_is_no_result(result: Any) -> None:
    with pytest.raises(UnencodableResult, match="which JSON cannot hold"):
        JSON().encode(result)


def test_numbers_that_json_has_not_are_named() -> None:
    with pytest.raises(UnencodableResult, match="a dict with NaN or an infinity in it"):
        JSON().encode({"score": float("nan")})


def test_specs_are_those_of_bentoml() -> None:
    assert JSON(pydantic_model=Point).to_spec() == {
        "id": "bentoml.io.JSON",
        "args": {"has_pydantic_model": True, "has_json_encoder": False},
    }
    assert isinstance(from_spec(JSON(pydantic_model=Point).to_spec()), JSON)


def test_schemas_refer_to_components_and_plans_are_whole() -> None:
    descriptor = JSON(pydantic_model=Line)
    point = {
        "title": "Point",
        "type": "object",
        "required": ["x"],
        "properties": {
            "x": {"title": "X", "type": "number"},
            "y": {"title": "Y", "type": "number", "default": 0},
        },
    }
    points = descriptor.openapi_schema()["properties"]["points"]
    assert points["items"] == {"$ref": "#/components/schemas/Point"}
    assert descriptor.openapi_components()["schemas"]["Point"] == point
    assert set(descriptor.openapi_components()["schemas"]) == {"Line", "Point"}
    assert descriptor.plan()["schema"]["properties"]["points"]["items"] == point
    assert JSON().plan()["schema"] == {"type": "object"}


@pytest.mark.parametrize("model", [Line, Tree, OldList])
def test_plans_have_no_references_left_however_often_they_are_made(model: type) -> None:
    descriptor = JSON(pydantic_model=model)
    plan = descriptor.plan()
    assert "$ref" not in json.dumps(plan)
    assert len(descriptor.openapi_components()["schemas"]) >= 1
    assert descriptor.plan() == plan


def test_plans_keep_to_the_words_of_openapi_3_0() -> None:
    class Words(pydantic.BaseModel):
        one: int | None = None
        many: int | str | None = None
        kind: Literal["a"] = "a"
        pair: tuple[int, str] = (1, "a")
        above: Annotated[float, pydantic.Field(gt=0, examples=[1.5])] = 1
        examples: dict[str, int] = {"const": 1}

    properties = JSON(pydantic_model=Words).plan()["schema"]["properties"]
    assert properties["one"]["type"] == "integer" and properties["one"]["nullable"]
    assert properties["many"]["anyOf"] == [{"type": "integer"}, {"type": "string"}]
    assert properties["many"]["nullable"]
    assert properties["kind"]["enum"] == ["a"]
    assert properties["pair"]["items"] == {}
    assert (properties["above"]["minimum"], properties["above"]["exclusiveMinimum"]) == (0, True)
    assert properties["examples"]["default"] == {"const": 1}
    document = {
        "openapi": "3.0.2",
        "info": {"title": "words", "version": "1"},
        "paths": {},
        "components": {"schemas": {"Words": JSON(pydantic_model=Words).plan()["schema"]}},
    }
    openapi_spec_validator.validate(document)


def test_models_of_pydantic_1_refer_to_components_too() -> None:
    for _ in range(2):
        assert set(JSON(pydantic_model=OldList).openapi_components()["schemas"]) == {
            "OldList",
            "OldPoint",
        }


def test_samples_are_examples() -> None:
    assert JSON.from_sample({"a": 1}).plan()["example"] == {"a": 1}
    assert JSON.from_sample('{"a": [1]}').plan()["example"] == {"a": [1]}
    assert JSON.from_sample(Box(1, 2)).plan()["example"] == {"width": 1, "corner": 2}
    of_model = JSON.from_sample(Point(x=1))
    assert of_model.plan()["example"] == {"x": 1.0, "y": 0}
    assert of_model.decode(Json(b'{"x": 2}')) == Point(x=2)
    for wrong in ("{", object()):
        with pytest.raises(BadInput):
            JSON.from_sample(wrong)


def test_random_values_survive_a_round_trip() -> None:
    pick = random.Random(5)

    def value(depth: int) -> Any:
        kind = pick.randrange(7 if depth else 5)
        if kind == 5:
            return [value(depth - 1) for _ in range(pick.randrange(4))]
        if kind == 6:
            return {chr(pick.randrange(32, 1000)): value(depth - 1) for _ in range(3)}
        texts = "".join(chr(pick.randrange(1, 0xD7FF)) for _ in range(5))
        return [None, True, pick.randrange(-(10**20), 10**20), pick.gauss(0, 1e9), texts][kind]

    for _ in range(200):
        original = value(3)
        wire = JSON().encode(original)
        assert original is None if wire is None else JSON().decode(wire) == original
