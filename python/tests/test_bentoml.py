# SPDX-License-Identifier: Apache-2.0
"""One store serves both: BentoML reads what ekiben wrote, and the reverse.

EKIBEN_TEST_BENTOML_PYTHON is a Python that has bentoml below 1.4.40, scikit-learn of the same
version as here, onnx and onnxruntime.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import catboost
import lightgbm
import numpy as np
import pytest
import xgboost
from onnx import TensorProto, helper
from sklearn.datasets import load_iris
from sklearn.svm import SVC

import ekiben

HERE = Path(__file__).parent
STORES = sorted((HERE / "stores").glob("bentoml-*"))


def bentoml(home: Path, *arguments: str) -> str:
    """What BentoML's Python prints for these arguments, with `home` as its store."""
    python = os.environ.get("EKIBEN_TEST_BENTOML_PYTHON")
    assert python, "set EKIBEN_TEST_BENTOML_PYTHON to a Python that has bentoml<1.4.40"
    environment = {
        **{key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
        "BENTOML_HOME": str(home),
        "BENTOML_DO_NOT_TRACK": "True",
    }
    ran = subprocess.run(
        [python, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.fixture
def both(home: Path) -> list[str]:
    """A store with models that ekiben saved; their tags, sorted."""
    iris = ekiben.sklearn.save_model(
        "iris_clf",
        SVC().fit(*load_iris(return_X_y=True)),
        signatures={"predict": {"batchable": True}, "decision_function": {}},
        labels={"owner": "me"},
        metadata={"acc": np.float64(0.97), "curve": [1, 2]},
        custom_objects={"classes": ["a", "b", "c"]},
    )
    rows = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, 2]) for name in "XY"]
    graph = helper.make_graph([helper.make_node("Relu", ["X"], ["Y"])], "relu", rows[:1], rows[1:])
    opsets = [helper.make_opsetid("", 13)]
    relu = ekiben.onnx.save_model(
        "relu", helper.make_model(graph, opset_imports=opsets, ir_version=8)
    )
    with ekiben.models.create("rules") as rules:
        Path(rules.path_of("rules.txt")).write_text("x")
    return sorted(str(model.tag) for model in (iris, relu, rules))


def test_bentoml_loads_what_ekiben_saved(home: Path, both: list[str]) -> None:
    assert json.loads(bentoml(home, str(HERE / "bentoml_reads.py"))) == {
        "tags": both,
        "labels": {"owner": "me"},
        "metadata": {"acc": 0.97, "curve": [1, 2]},
        "signatures": {"predict": [True, [0, 0]], "decision_function": [False, [0, 0]]},
        "framework": "sklearn",
        "custom_objects": {"classes": ["a", "b", "c"]},
        "predicted": [2],
        "graph_inputs": ["X"],
        "plain_files": "",
    }


def test_the_commands_of_bentoml_list_and_show_what_ekiben_saved(
    home: Path, both: list[str]
) -> None:
    listed = json.loads(bentoml(home, "-m", "bentoml", "models", "list", "-o", "json"))
    assert sorted(one["tag"] for one in listed) == both
    shown = json.loads(bentoml(home, "-m", "bentoml", "models", "get", "iris_clf", "-o", "json"))
    assert f"{shown['name']}:{shown['version']}" in both
    assert shown["labels"] == {"owner": "me"}


def test_ekiben_loads_what_bentoml_saved_and_adds_to_it(home: Path) -> None:
    bentoml(home, str(HERE / "bentoml_writes.py"))
    first = ekiben.sklearn.get("iris_clf")
    assert first.custom_objects == {"classes": ["a", "b", "c"]}
    assert ekiben.sklearn.load_model(first).predict([[5.9, 3, 5.1, 1.8]]).tolist() == [2]
    assert ekiben.onnx.load_model("relu").get_inputs()[0].name == "X"
    added = ekiben.sklearn.save_model("iris_clf", SVC().fit([[0], [1]], [0, 1]))
    assert ekiben.models.list("iris_clf") == [added, first]
    assert ekiben.models.get("iris_clf") == added


def test_boosted_models_and_functions_go_both_ways(home: Path) -> None:
    rows, labels = load_iris(return_X_y=True)
    models = {
        "xgboost": xgboost.XGBClassifier(n_estimators=5).fit(rows, labels),
        "lightgbm": lightgbm.LGBMClassifier(n_estimators=5, verbose=-1).fit(rows, labels),
        "catboost": catboost.CatBoostClassifier(
            iterations=5, verbose=0, allow_writing_files=False
        ).fit(rows, labels),
    }
    expected: dict[str, object] = {}
    for family, model in models.items():
        getattr(ekiben, family).save_model(f"ekibens-{family}", model)
        loaded = getattr(ekiben, family).load_model(f"ekibens-{family}")
        answer = loaded.predict(rows[::50]).ravel().tolist()
        expected[family] = [type(loaded).__name__, answer]
    ekiben.picklable_model.save_model("ekibens-function", lambda x: x * 2)
    expected["picklable_model"] = 6
    found = json.loads(bentoml(home, str(HERE / "bentoml_frameworks.py")).splitlines()[-1])
    assert found == expected
    for family in models:
        saved = getattr(ekiben, family).get(f"bentomls-{family}")
        runner = saved.to_runner()
        runner.init_local(quiet=True)
        answer = np.asarray(runner.predict.run(rows[::50]))
        assert (answer.argmax(1) if family == "lightgbm" else answer.ravel()).tolist() == [0, 1, 2]
    assert ekiben.picklable_model.load_model("bentomls-function")(1) == 2


@pytest.mark.parametrize("store", STORES, ids=lambda store: store.name)
def test_a_store_of_an_older_release_is_read_as_it_is(store: Path, home: Path) -> None:
    shutil.copytree(store, home)
    second, first = ekiben.models.list("iris_clf")
    assert ekiben.sklearn.get("iris_clf:latest") == second
    assert second.info.signatures["predict"] == ekiben.models.Signature(batchable=False)
    assert first.info.signatures["predict"] == ekiben.models.Signature(True, (0, 0))
    assert first.info.labels == {"owner": "me"}
    assert first.info.metadata == {"acc": 0.97}
    assert first.info.context.bentoml_version == store.name.removeprefix("bentoml-")
    assert first.info.ekiben == {}
    assert first.custom_objects == {"classes": ["a", "b", "c"]}
    assert ekiben.onnx.load_model("relu").get_inputs()[0].name == "X"
    rewritten = ekiben.models.get(first.tag).info.to_yaml()
    assert rewritten == (Path(first.path) / "model.yaml").read_text()


def test_what_early_releases_left_out_is_made_up_for(home: Path) -> None:
    folder = home / "models" / "old" / "v1"
    folder.mkdir(parents=True)
    (folder / "model.yaml").write_text(
        "name: old\nversion: v1\nbentoml_version: 1.0.0a7\nmodule: bentoml.sklearn\n"
        "labels: {}\noptions: {}\nmetadata: {}\n"
        "context: {framework_name: sklearn, pip_dependencies: [scikit-learn==1.0]}\n"
        "api_version: v1\ncreation_time: 2022-05-01T10:00:00+00:00\nnew_key: 1\n"
    )
    info = ekiben.models.get("old").info
    assert info.signatures == {}
    assert info.context.framework_versions == {}
    assert info.creation_time.year == 2022
