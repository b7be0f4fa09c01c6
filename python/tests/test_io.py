# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import openapi_spec_validator
import pytest

import ekiben
from ekiben.exceptions import InvalidArgument
from ekiben.io import (
    JSON,
    File,
    Image,
    Multipart,
    NumpyNdarray,
    PandasDataFrame,
    PandasSeries,
    Text,
)
from ekiben.io import from_spec as descriptor_of

DESCRIPTORS = [
    NumpyNdarray(),
    PandasDataFrame(),
    PandasSeries(),
    JSON(),
    Text(),
    Image(),
    File(),
    Multipart(a=Text(), b=Image()),
]

# Runs with packages that cannot be imported, as where they are not installed.
MISSING = """
import sys
missing = sys.argv[1].split(",")
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in missing:
            raise ModuleNotFoundError(f"No module named '{name}'")
sys.meta_path.insert(0, Finder())
import ekiben
from ekiben.io import *
import numpy
assert JSON().encode({"a": numpy.ones(1)}) and Text().encode("a") and File().encode(b"a")
try:
    exec(sys.argv[2])
except ekiben.exceptions.MissingDependencyException as error:
    print(error.hint)
"""


@pytest.mark.parametrize("descriptor", DESCRIPTORS, ids=repr)
def test_each_descriptor_has_what_programs_use(descriptor: ekiben.io.IODescriptor) -> None:
    spec = descriptor.to_spec()
    assert spec["id"] == f"bentoml.io.{type(descriptor).__name__}" == descriptor.descriptor_id
    assert type(descriptor_of(spec)) is type(descriptor)
    assert descriptor.HTTP_METHODS == ("POST",)
    assert descriptor.sample is None
    assert descriptor.input_type() is not None
    request, response = descriptor.openapi_request_body(), descriptor.openapi_responses()
    assert request["required"] and response["description"] == "Successful Response"
    for body in (request, response):
        assert body["x-bentoml-io-descriptor"] == spec
        assert all("schema" in one for one in body["content"].values())
    assert json.loads(json.dumps(descriptor.plan()))["io"] == spec


def test_plans_make_an_openapi_document() -> None:
    typed = {"dtype": {"a": "int64", "b": str}}
    tables = [
        PandasDataFrame(orient=orient, **arguments)
        for orient in ("records", "split", "index", "columns", "values", "table")
        for arguments in ({}, typed)
    ]
    series = [PandasSeries(orient=orient, dtype=float) for orient in ("records", "index", "split")]
    sampled = [NumpyNdarray.from_sample([[[1.5]]]), JSON.from_sample({"a": 1})]
    paths = {
        f"/{number}": {
            "post": {
                "requestBody": {"content": {plan["content_type"]: {"schema": plan["schema"]}}},
                "responses": {"200": {"description": "", "x-bentoml-io-descriptor": plan["io"]}},
            }
        }
        for number, plan in enumerate(
            one.plan() for one in [*DESCRIPTORS, *tables, *series, *sampled]
        )
    }
    info = {"title": "descriptors", "version": "1"}
    openapi_spec_validator.validate({"openapi": "3.0.2", "info": info, "paths": paths})


def test_a_spec_of_nothing_known_is_refused() -> None:
    for spec in ({}, {"id": None}, {"id": "bentoml.io.Nothing", "args": {}}):
        with pytest.raises(InvalidArgument, match="is not the id of an IO descriptor"):
            descriptor_of(spec)
    with pytest.raises(InvalidArgument, match="has no 'args'"):
        descriptor_of({"id": "bentoml.io.File"})


@pytest.mark.parametrize(
    ("missing", "program", "line"),
    [
        ("pandas,PIL", "PandasDataFrame().decode(Blob(b'[]'))", "pip install pandas"),
        ("pandas", "PandasSeries().encode([1])", "pip install pandas"),
        ("PIL", "Image()", "pip install pillow"),
        (
            "pyarrow,fastparquet",
            "PandasDataFrame(default_format='parquet').decode(Blob(b'PAR1'))",
            "pip install pyarrow",
        ),
        (
            "pyarrow,fastparquet",
            "import pandas; PandasDataFrame(default_format='parquet').encode(pandas.DataFrame())",
            "pip install pyarrow",
        ),
        ("pydantic,attrs,attr", "print('done')", "done"),
    ],
)
def test_a_package_is_missed_only_where_it_is_needed(
    missing: str, program: str, line: str, home: Path
) -> None:
    command = [sys.executable, "-c", MISSING, missing, program]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr) == (line + "\n", "")
