# SPDX-License-Identifier: Apache-2.0
"""A function returns what its output descriptor cannot write: 500, which API, and what it was."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from harness.client import call
from harness.server import Server
from harness.service import serve, write_service

SERVICE = """
    import bentoml
    import numpy as np
    import pandas as pd
    from bentoml.io import (
        JSON, File, Image, Multipart, NumpyNdarray, PandasDataFrame, PandasSeries, Text
    )

    svc = bentoml.Service("wrong")
    FIXED = NumpyNdarray(shape=(-1, 2), enforce_shape=True, dtype="float32", enforce_dtype=True)
    TYPED = PandasDataFrame(dtype={"a": "int64"}, enforce_dtype=True)
    RESULTS = {
        "json": (JSON(), object()),
        "nan": (JSON(), {"a": float("nan")}),
        "text": (Text(), 3),
        "array": (NumpyNdarray(), [[1], [2, 3]]),
        "shape": (FIXED, np.zeros((2, 3), "float32")),
        "dtype": (FIXED, np.array([["a", "b"]])),
        "frame": (PandasDataFrame(), [1, 2]),
        "columns": (TYPED, pd.DataFrame({"b": [1]})),
        "series": (PandasSeries(), {"a": 1}),
        "image": (Image(), "a picture"),
        "file": (File(), 3.5),
        "form": (Multipart(a=Text(), b=JSON()), {"a": "x"}),
        "part": (Multipart(a=Text(), b=JSON()), {"a": "x", "b": object()}),
    }

    def make(name, output, result):
        def function(x):
            return result

        async def later(x):
            return result

        svc.api(input=Text(), output=output, name=name)(function)
        svc.api(input=Text(), output=output, name=f"{name}_later")(later)

    for name, (output, result) in RESULTS.items():
        make(name, output, result)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = write_service(tmp_path_factory.mktemp("wrong"), SERVICE)
    with serve(folder, folder / "home") as server:
        yield server


@pytest.mark.parametrize("later", ["", "_later"])
@pytest.mark.parametrize(
    ("name", "descriptor", "what"),
    [
        ("json", "JSON", "an object"),
        ("nan", "JSON", "nan or an infinity"),
        ("text", "Text", "an int"),
        ("array", "NumpyNdarray", "a list"),
        ("shape", "NumpyNdarray", "(2, 3)"),
        ("dtype", "NumpyNdarray", "float32"),
        ("frame", "PandasDataFrame", "a list"),
        ("columns", "PandasDataFrame", "'a'"),
        ("series", "PandasSeries", "a dict"),
        ("image", "Image", "a str"),
        ("file", "File", "a float"),
        ("form", "Multipart", "'b'"),
        ("part", "Multipart", "'b'"),
    ],
)
def test_the_answer_says_which_api_returned_what(
    server: Server, name: str, later: str, descriptor: str, what: str
) -> None:
    answer = call(server.url, f"/{name}{later}", b"x")
    assert answer.status == 500
    said = answer.json()["error"]
    assert said.startswith(f"API '{name}{later}' returned what {descriptor} cannot encode: "), said
    assert what in said.lower(), said
