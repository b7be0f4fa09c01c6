# SPDX-License-Identifier: Apache-2.0
"""BentoML's own client makes its descriptors of what ours say, and speaks with them.

EKIBEN_TEST_BENTOML_PYTHON is a Python that has bentoml below 1.4.40, pandas and pillow.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
from serving import serving

from ekiben.io import (
    JSON,
    SSE,
    File,
    Image,
    Multipart,
    NumpyNdarray,
    PandasDataFrame,
    PandasSeries,
    Text,
)

PIXELS = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
STRICT = {"enforce_dtype": True, "enforce_shape": True}


def same(value: Any) -> Any:
    return value


APIS = {
    "double": (NumpyNdarray(), NumpyNdarray(), lambda array: array * 2),
    "sums": (
        NumpyNdarray(dtype="float32", shape=(-1, 4), **STRICT),
        NumpyNdarray.from_sample([0.5, 1.5], shape=(-1,)),
        lambda rows: rows.sum(axis=1),
    ),
    "echo": (JSON.from_sample({"a": 1}), JSON(), same),
    "shout": (Text.from_sample("a"), Text(), str.upper),
    "events": (Text(), Text(content_type="text/event-stream"), SSE),
    "records": (
        PandasDataFrame(dtype={"a": "int64", "b": float}, enforce_dtype=True),
        PandasDataFrame(columns=["a", "b"], shape=(-1, 2), enforce_shape=True),
        same,
    ),
    "split": (PandasDataFrame(orient="split"), PandasDataFrame(orient="split", dtype=True), same),
    "csv": (PandasDataFrame(), PandasDataFrame(default_format="csv"), same),
    "series": (PandasSeries(), PandasSeries(dtype="float64"), lambda series: series / 2),
    "image": (Image(mime_type="image/png"), Image(mime_type="image/png"), same),
    "grey": (Image(), Image(pilmode="L", allowed_mime_types=["image/jpeg"]), lambda i: np.array(i)),
    "file": (File(), File(), lambda file: file.read()[::-1]),
    "text_file": (File(kind="textio"), File(kind="textio"), lambda file: file.read().upper()),
    "pdf": (File(mime_type="application/pdf"), File(mime_type="application/pdf"), same),
    "parts": (
        Multipart(array=NumpyNdarray(), note=JSON(), text=Text()),
        Multipart(total=NumpyNdarray(), note=JSON(), text=Text()),
        lambda array, note, text: {"total": array.sum(), "note": note, "text": text},
    ),
}


def test_each_descriptor_is_understood_by_bentoml_s_client(tmp_path: Path) -> None:
    python = os.environ.get("EKIBEN_TEST_BENTOML_PYTHON")
    assert python, "set EKIBEN_TEST_BENTOML_PYTHON to a Python that has bentoml<1.4.40"
    environment = {
        **{key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
        "BENTOML_HOME": str(tmp_path),
        "BENTOML_DO_NOT_TRACK": "True",
    }
    with serving(APIS) as url:
        command = [python, str(Path(__file__).with_name("bentoml_calls.py")), url]
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == {
        "endpoints": list(APIS),
        "double": [[3.0, 4.0]],
        "sums": [4.0, 4.0],
        "echo": {"a": [1, None, "é"]},
        "shout": "HÉ",
        "events": "data: a\ndata: b\n\n",
        "records": {"a": [1, 2], "b": [0.5, 0.25]},
        "split": {"a": [1, 2], "b": [0.5, 0.25]},
        "csv": {"a": [1, 2], "b": [0.5, 0.25]},
        "series": [0.5, 1.0],
        "image": PIXELS.tolist(),
        "grey": "L",
        "file": "cba",
        "text_file": "ABC",
        "pdf": "%PDF",
        "parts": {"total": 3, "note": {"q": 1}, "text": "t"},
    }
