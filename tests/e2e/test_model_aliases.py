# SPDX-License-Identifier: Apache-2.0
"""A model that a bentofile gives another name to: found while building, and where it is served."""

from __future__ import annotations

import sys
from pathlib import Path

import yaml
from harness.client import call
from harness.program import run
from harness.server import Server
from harness.store import Store

SERVICE = """import bentoml
from bentoml.io import JSON
model = bentoml.models.get("flowers")
svc = bentoml.Service("plain", models=[model])
@svc.api(input=JSON(), output=JSON())
def which(value):
    return str(bentoml.models.get("flowers").tag)
"""
BENTOFILE = """service: service:svc
models: [{tag: "iris_clf:latest", alias: flowers}]
"""


def test_a_service_finds_a_model_by_its_alias(own_store: Store, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "service.py").write_text(SERVICE)
    (project / "bentofile.yaml").write_text(BENTOFILE)
    done = run("build", project, "-o", "tag", home=own_store.home)
    assert done.returncode == 0, done.stderr
    name, version = done.stdout.strip().split(":")
    bento = own_store.home / "bentos" / name / version
    tag = f"iris_clf:{own_store.folder('iris_clf').name}"
    models = yaml.safe_load((bento / "bento.yaml").read_text())["models"]
    assert [(one["tag"], one["alias"]) for one in models] == [(tag, "flowers")]

    python = ("--python", sys.executable, "--api-workers", "1")
    with Server(tmp_path / "out", tmp_path / "empty", str(bento), *python) as server:
        assert call(server.url, "/which", b"{}").json() == tag
