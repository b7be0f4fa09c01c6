# SPDX-License-Identifier: Apache-2.0
"""Servers that a Python program starts, asks and stops."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from harness.program import MODELS, binary, run

import ekiben
from ekiben.exceptions import ServerStateException

MODEL = MODELS / "cancer_gb.onnx"


@pytest.fixture
def cancer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A model in a store of the test's own."""
    monkeypatch.setenv("EKIBEN_HOME", str(tmp_path))
    monkeypatch.setenv("EKIBEN_PROGRAM", str(binary()))
    made = run("models", "import", MODEL, "--name", "cancer", home=tmp_path)
    assert made.returncode == 0, made.stderr
    return "cancer:latest"


def test_a_server_is_started_asked_and_stopped(cancer: str) -> None:
    server = ekiben.HTTPServer(cancer, port=0)
    with pytest.raises(ServerStateException, match="the server was not started"):
        server.get_client()
    server.start().wait_until_ready()
    with urllib.request.urlopen(f"http://{server.host}:{server.port}/readyz") as answer:
        assert answer.status == 200
    with pytest.raises(ServerStateException, match="is running already"):
        server.start()
    server.stop()
    assert server.process is not None and server.process.returncode == 0
    server.stop()


def test_a_server_that_cannot_start_says_why(cancer: str) -> None:
    server = ekiben.HTTPServer("rose:latest", port=0)
    with (
        pytest.raises(ServerStateException, match=r"ended with \d+\n.*rose"),
        server.start(),
    ):
        pass


SERVICE = """
import bentoml
from bentoml.io import JSON, NumpyNdarray

svc = bentoml.Service("twice")

@svc.api(input=NumpyNdarray(), output=NumpyNdarray())
def double(x):
    return x * 2

@svc.api(input=JSON(), output=JSON())
async def seen(body, ctx: bentoml.Context):
    with bentoml.monitor("seen") as monitor:
        monitor.log(body["n"], "n", "feature", "numerical")
    return {"n": body["n"], "method": ctx.request.method}
"""


def test_a_service_in_python_is_called_through_its_client(
    cancer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "service.py").write_text(SERVICE)
    monkeypatch.chdir(tmp_path)
    with ekiben.HTTPServer("service:svc", port=0).start() as client:
        assert client.double(np.array([[1, 2]])).tolist() == [[2, 4]]
        assert client.seen({"n": 7}) == {"n": 7, "method": "POST"}
    (line,) = (tmp_path / "monitoring/seen/data/data.0.log").read_text().splitlines()
    assert json.loads(line)["n"] == 7
