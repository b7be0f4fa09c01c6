# SPDX-License-Identifier: Apache-2.0
"""Servers that a Python program starts, asks and stops."""

from __future__ import annotations

import urllib.request
from pathlib import Path

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
