# SPDX-License-Identifier: Apache-2.0
"""BentoML's own client reads our OpenAPI document and calls the APIs that it finds there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from harness.client import call
from harness.program import PATIENCE, ROOT
from harness.server import Server
from openapi_spec_validator import OpenAPIV30SpecValidator

SERVICE = """
import bentoml
import numpy as np
from bentoml.io import (
    JSON, File, Image, Multipart, NumpyNdarray, PandasDataFrame, PandasSeries, Text
)

svc = bentoml.Service("calls")
STRICT = {"enforce_dtype": True, "enforce_shape": True}


@svc.api(input=NumpyNdarray(dtype="float32", shape=(-1, 2), **STRICT), output=NumpyNdarray())
def double(rows: np.ndarray) -> np.ndarray:
    return rows * 2


@svc.api(input=NumpyNdarray.from_sample(np.ones((2, 2))), output=NumpyNdarray(dtype="int64"))
async def count(rows):
    return np.int64(rows.size)


@svc.api(input=JSON(), output=JSON(), route="v1/keys")
def keys(value):
    return sorted(value)


@svc.api(input=Text(), output=Text())
async def shout(text: str) -> str:
    return text.upper()


@svc.api(input=Multipart(row=NumpyNdarray(), note=Text()), output=JSON())
def both(row, note):
    return {"sum": float(row.sum()), "note": note}


@svc.api(
    input=Multipart(array=NumpyNdarray(), note=JSON(), text=Text()),
    output=Multipart(total=NumpyNdarray(), note=JSON(), text=Text()),
)
async def parts(array, note, text):
    return {"total": array.sum(axis=0), "note": note, "text": text}


@svc.api(
    input=PandasDataFrame(dtype={"a": "int64", "b": "float64"}, enforce_dtype=True),
    output=PandasDataFrame(columns=["a", "b"], shape=(-1, 2), enforce_shape=True),
)
def records(frame):
    return frame * 2


@svc.api(input=PandasDataFrame(orient="split"), output=PandasDataFrame(orient="split"))
def split(frame):
    return frame


@svc.api(input=PandasDataFrame(), output=PandasDataFrame(default_format="csv"))
def csv(frame):
    return frame


@svc.api(
    input=PandasDataFrame(default_format="parquet"),
    output=PandasDataFrame(default_format="parquet"),
)
def parquet(frame):
    return frame


@svc.api(input=PandasSeries(), output=PandasSeries(dtype="float64"))
def series(series):
    return series / 2


@svc.api(input=Image(mime_type="image/png"), output=Image(mime_type="image/png"))
def turned(image):
    return image.rotate(180)


@svc.api(input=Image(), output=Image(pilmode="L", allowed_mime_types=["image/jpeg"]))
async def grey(image):
    return np.asarray(image.convert("L"))


@svc.api(input=File(), output=File())
def back(file):
    return file.read()[::-1]


@svc.api(input=File(mime_type="application/pdf"), output=File(mime_type="application/pdf"))
def pdf(file):
    return file
"""

CALLS = """
import json
import sys
import numpy as np
import pandas as pd
import PIL.Image
from bentoml.client import Client

client = Client.from_url(sys.argv[1])
pixels = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
frame = pd.DataFrame({"a": [1, 2], "b": [0.5, 0.25]})
print(json.dumps({
    "endpoints": sorted(client.endpoints),
    "double": client.double(np.array([[1, 2.5]], np.float32)).tolist(),
    "count": int(client.count(np.ones((3, 2)))),
    "keys": client.keys({"b": 1, "a": 2}),
    "shout": client.shout("täglich"),
    "both": client.both(row=np.array([1, 2]), note="x"),
    "parts": {
        name: value.tolist() if isinstance(value, np.ndarray) else value
        for name, value in client.parts(array=np.ones((2, 2)), note={"q": 1}, text="t").items()
    },
    "records": client.records(frame).to_dict("list"),
    "split": client.split(frame).to_dict("list"),
    "csv": client.csv(frame)[["a", "b"]].to_dict("list"),
    "parquet": client.parquet(frame).to_dict("list"),
    "series": client.series(pd.Series([1, 2])).tolist(),
    "turned": np.asarray(client.turned(PIL.Image.fromarray(pixels))).tolist(),
    "grey": client.grey(PIL.Image.fromarray(pixels)).mode,
    "back": client.back(b"abc").read().decode(),
    "pdf": client.pdf(b"%PDF").read().decode(),
}))
"""

PIXELS = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
TABLE = {"a": [1, 2], "b": [0.5, 0.25]}
ANSWERS = {
    "double": [[2.0, 5.0]],
    "count": 6,
    "keys": ["a", "b"],
    "shout": "TÄGLICH",
    "both": {"sum": 3.0, "note": "x"},
    "parts": {"total": [2.0, 2.0], "note": {"q": 1}, "text": "t"},
    "records": {"a": [2, 4], "b": [1.0, 0.5]},
    "split": TABLE,
    "csv": TABLE,
    "parquet": TABLE,
    "series": [0.5, 1.0],
    "turned": PIXELS[::-1, ::-1].tolist(),
    "grey": "L",
    "back": "cba",
    "pdf": "%PDF",
}


def bentoml_1_1() -> Path:
    """Python with BentoML 1.1: as named, else the one that `make setup-test` made."""
    default = ROOT / "build" / "venv-bentoml-1.1" / "bin" / "python"
    return Path(os.environ.get("EKIBEN_TEST_BENTOML_1_1_PYTHON", default))


def test_a_client_of_bentoml_1_1_calls_every_api(tmp_path: Path) -> None:
    (tmp_path / "service.py").write_text(SERVICE)
    home = tmp_path / "home"
    options = ("--working-dir", str(tmp_path), "--python", sys.executable)
    with Server(tmp_path / "out", home, "service:svc", *options) as server:
        document = call(server.url, "/docs.json").json()
        OpenAPIV30SpecValidator(document).validate()
        ours = {"PYTHONPATH", "EKIBEN_HOME"}
        env = {name: value for name, value in os.environ.items() if name not in ours}
        env |= {"BENTOML_HOME": str(home), "BENTOML_DO_NOT_TRACK": "true"}
        ran = subprocess.run(
            [bentoml_1_1(), "-c", CALLS, server.url],
            env=env,
            capture_output=True,
            text=True,
            timeout=4 * PATIENCE,
            check=False,
        )
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == {"endpoints": sorted(ANSWERS), **ANSWERS}
