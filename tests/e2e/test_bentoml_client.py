# SPDX-License-Identifier: Apache-2.0
"""BentoML's own client reads our OpenAPI document and calls the APIs that it finds there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from harness.client import call
from harness.program import PATIENCE, ROOT
from harness.server import Server
from openapi_spec_validator import OpenAPIV30SpecValidator

SERVICE = """
import bentoml
import numpy as np
from bentoml.io import JSON, Multipart, NumpyNdarray, Text

svc = bentoml.Service("calls")


@svc.api(input=NumpyNdarray(dtype="float32", shape=(-1, 2)), output=NumpyNdarray())
def double(rows: np.ndarray) -> np.ndarray:
    return rows * 2


@svc.api(input=JSON(), output=JSON(), route="v1/keys")
def keys(value):
    return sorted(value)


@svc.api(input=Text(), output=Text())
async def shout(text: str) -> str:
    return text.upper()


@svc.api(input=Multipart(row=NumpyNdarray(), note=Text()), output=JSON())
def both(row, note):
    return {"sum": float(row.sum()), "note": note}
"""

CALLS = """
import json
import sys
import numpy as np
from bentoml.client import Client

client = Client.from_url(sys.argv[1])
print(json.dumps({
    "endpoints": sorted(client.endpoints),
    "double": client.double(np.array([[1, 2.5]], np.float32)).tolist(),
    "keys": client.keys({"b": 1, "a": 2}),
    "shout": client.shout("täglich"),
    "both": client.both(row=np.array([1, 2]), note="x"),
}))
"""


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
    assert json.loads(ran.stdout) == {
        "endpoints": ["both", "double", "keys", "shout"],
        "double": [[2.0, 5.0]],
        "keys": ["a", "b"],
        "shout": "TÄGLICH",
        "both": {"sum": 3.0, "note": "x"},
    }
