# SPDX-License-Identifier: Apache-2.0
"""One store serves BentoML and ekiben: each reads what the other wrote."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from harness.client import call
from harness.program import MODELS, PATIENCE, ROOT, run
from harness.server import Server
from harness.store import Store

SAVE = """
import sys
import bentoml
import onnx
from sklearn import datasets, svm
iris = datasets.load_iris()
bentoml.sklearn.save_model("iris_pickle", svm.SVC().fit(iris.data, iris.target))
bentoml.onnx.save_model(
    "iris_onnx", onnx.load(sys.argv[1]), signatures={"run": {"batchable": True}},
    labels={"kind": "flower"}, metadata={"rows": 150},
)
"""

READ = """
import json
import bentoml
print(json.dumps({
    "listed": sorted(str(model.tag) for model in bentoml.models.list()),
    "newest": str(bentoml.models.get("iris_clf:latest").tag),
    "labels": bentoml.models.get("iris_clf").info.labels,
    "batchable": bentoml.models.get("iris_clf").info.signatures["predict"].batchable,
    "sklearn": bentoml.sklearn.load_model("iris_clf:latest").predict([[5.9, 3, 5.1, 1.8]]).tolist(),
    "onnx": [out.tolist() for out in bentoml.onnx.load_model("line").run(None, {"x": [[1, 2, 3]]})],
}))
bentoml.models.delete("iris_clf")
"""


def run_bentoml(*arguments: str | Path, home: Path) -> subprocess.CompletedProcess[str]:
    """Python with BentoML: EKIBEN_TEST_BENTOML_PYTHON, else the one that `make setup-test` made."""
    default = ROOT / "build" / "venv-bentoml" / "bin" / "python"
    python = os.environ.get("EKIBEN_TEST_BENTOML_PYTHON", default)
    ours = {"PYTHONPATH", "EKIBEN_HOME"}
    env = {name: value for name, value in os.environ.items() if name not in ours}
    env |= {"BENTOML_HOME": str(home), "BENTOML_DO_NOT_TRACK": "true"}
    return subprocess.run(
        [python, *arguments],
        env=env,
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE,
        check=False,
    )


@pytest.fixture(scope="module")
def bentoml_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that BentoML wrote."""
    home = tmp_path_factory.mktemp("bentoml")
    saved = run_bentoml("-c", SAVE, MODELS / "iris_svc.onnx", home=home)
    assert saved.returncode == 0, saved.stderr
    return home


def test_models_that_bentoml_saved_are_listed(bentoml_home: Path) -> None:
    listed = run("models", "list", "-o", "json", home=bentoml_home)
    assert listed.stderr == ""
    models = json.loads(listed.stdout)
    assert [(model["tag"].split(":")[0], model["module"]) for model in models] == [
        ("iris_onnx", "bentoml.onnx"),
        ("iris_pickle", "bentoml.sklearn"),
    ]
    assert models[0]["labels"] == {"kind": "flower"}


def test_an_onnx_model_that_bentoml_saved_is_served(bentoml_home: Path, tmp_path: Path) -> None:
    with Server(tmp_path, bentoml_home, "iris_onnx") as server:
        answer = call(server.url, "/run", b"[[5.9, 3, 5.1, 1.8], [5.1, 3.5, 1.4, 0.2]]")
        assert answer.json()["label"] == [2, 0]


def test_a_pickle_that_bentoml_saved_says_what_to_do(bentoml_home: Path) -> None:
    done = run("serve", "iris_pickle", "--port", "0", home=bentoml_home)
    assert done.returncode == 1
    error, hint = done.stderr.splitlines()
    assert error.startswith("error: the model 'iris_pickle:")
    assert "without Python" in error
    assert "save_model" in hint


def test_bentoml_reads_and_changes_our_store(own_store: Store) -> None:
    home = own_store.home
    tags = [
        model["tag"] for model in json.loads(run("models", "list", "-o", "json", home=home).stdout)
    ]
    newest = own_store.folder("iris_clf").name
    read = run_bentoml("-c", READ, home=home)
    assert read.returncode == 0, read.stderr
    assert json.loads(read.stdout.splitlines()[-1]) == {
        "listed": sorted(tags),
        "newest": f"iris_clf:{newest}",
        "labels": {"team": "botany"},
        "batchable": True,
        "sklearn": [2],
        "onnx": [[[3.0, 5.0, 7.0]]],
    }
    assert run("models", "get", "iris_clf", home=home).returncode == 3
    left = json.loads(run("models", "list", "-o", "json", home=home).stdout)
    assert [model["tag"] for model in left] == [
        tag for tag in tags if not tag.startswith("iris_clf:")
    ]


def test_bentoml_prints_our_store(store: Store) -> None:
    listed = run_bentoml("-m", "bentoml", "models", "list", "-o", "json", home=store.home)
    assert listed.returncode == 0, listed.stderr
    assert {model["tag"].split(":")[0] for model in json.loads(listed.stdout)} >= {
        "iris_clf",
        "loan_pipeline",
        "slow",
    }
    got = run_bentoml("-m", "bentoml", "models", "get", "loan_pipeline:latest", home=store.home)
    assert got.returncode == 0, got.stderr
    assert "module: bentoml.onnx" in got.stdout
