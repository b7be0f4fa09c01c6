# SPDX-License-Identifier: Apache-2.0
"""What the server prints for somebody to try is a request that the API takes."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pydantic
import pytest

import ekiben
from ekiben.io import JSON, File, NumpyNdarray, Text
from ekiben.io.wire import Json
from ekiben.worker.samples import sample


class Owner(pydantic.BaseModel):
    name: str
    age: int = 7


class Loan(pydantic.BaseModel):
    amount: float
    owner: Owner
    tags: list[str]
    comment: str | None = None


class Narrow(pydantic.BaseModel):
    code: str = pydantic.Field(pattern="[A-Z]+")


def sample_of(descriptor: Any) -> str | None:
    service = ekiben.Service("sampled")
    service.api(input=descriptor, output=JSON(), name="sampled")(lambda value: None)
    (api,) = service.apis.values()
    return sample(api, service)


@pytest.mark.parametrize(
    ("descriptor", "text"),
    [
        (Text(), '"text"'),
        (NumpyNdarray(shape=(-1, 2), dtype="float32"), "[[0.0, 0.0]]"),
        (NumpyNdarray(shape=(2,), dtype="int64"), "[0, 0]"),
        (NumpyNdarray.from_sample(np.array([1.5])), "[1.5]"),
        (NumpyNdarray(shape=(-1, 1000)), None),
        (NumpyNdarray(), None),
        (JSON(), None),
        (JSON(pydantic_model=Narrow), None),
        (File(), None),
    ],
)
def test_a_sample_is_made_of_what_is_known(descriptor: Any, text: str | None) -> None:
    assert sample_of(descriptor) == text


def test_a_models_required_fields_are_filled_so_that_it_is_accepted() -> None:
    descriptor = JSON(pydantic_model=Loan)
    text = sample_of(descriptor)
    assert text is not None
    assert json.loads(text) == {"amount": 0.5, "owner": {"name": "text"}, "tags": ["text"]}
    loan = descriptor.decode(Json(text.encode()))
    assert loan == Loan(amount=0.5, owner=Owner(name="text"), tags=["text"])
