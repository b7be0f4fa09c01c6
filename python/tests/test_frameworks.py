# SPDX-License-Identifier: Apache-2.0
"""What all framework modules have in common."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from boosted_kinds import CATBOOST, LIGHTGBM, XGBOOST
from kinds import CANCER, IRIS
from onnx import TensorProto, helper
from sklearn.linear_model import LogisticRegression

import ekiben
from ekiben import FailedPrecondition, NotFound
from ekiben.frameworks import FRAMEWORKS


@pytest.mark.parametrize("family", FRAMEWORKS)
def test_a_module_has_what_bentomls_has(family: str) -> None:
    module = importlib.import_module(f"ekiben.{family}")
    assert getattr(ekiben, family) is module
    names = {"load_model", "get", "get_runnable"}
    names.add("import_model" if family == "mlflow" else "save_model")
    assert names <= set(dir(module))


@pytest.mark.parametrize("family", FRAMEWORKS)
def test_only_models_of_the_module_are_loaded(family: str, home: Path) -> None:
    with ekiben.models.create("rules", module="bentoml.spacy"):
        pass
    with pytest.raises(NotFound, match=rf"not by 'bentoml\.{family}'"):
        getattr(ekiben, family).get("rules")


@pytest.mark.parametrize(
    ("family", "package", "pip"),
    [
        ("xgboost", "xgboost", "xgboost"),
        ("lightgbm", "lightgbm", "lightgbm"),
        ("catboost", "catboost", "catboost"),
        ("pytorch", "torch", "torch"),
        ("torchscript", "torch", "torch"),
        ("pytorch_lightning", "torch", "torch"),
        ("tensorflow", "tensorflow", "tensorflow"),
        ("keras", "keras", "keras tensorflow"),
        ("transformers", "transformers", "transformers"),
        ("fastai", "fastai", "fastai"),
        ("diffusers", "diffusers", "diffusers"),
    ],
)
def test_a_missing_framework_is_named_with_its_pip_line(
    family: str, package: str, pip: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(FailedPrecondition, match=f"'ekiben.{family}' needs {pip}") as raised:
        getattr(ekiben, family).save_model("a", object())
    assert raised.value.hint == f"pip install {pip}"


def test_what_pypi_has_not_is_installed_from_its_source(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "detectron2", None)
    with pytest.raises(FailedPrecondition, match="needs detectron2, which") as raised:
        ekiben.detectron.load_model("a")
    assert raised.value.hint.startswith("pip install 'detectron2 @ git+https://")


def run_locally(model: ekiben.Model, method: str, *args: Any) -> Any:
    runner = model.to_runner()
    runner.init_local(quiet=True)
    return getattr(runner, method).run(*args)


@pytest.mark.parametrize(
    ("module", "make", "rows", "name"),
    [
        (ekiben.xgboost, XGBOOST["classifier"][0], CANCER[0], "XGBoostRunnable"),
        (ekiben.xgboost, XGBOOST["logistic"][0], CANCER[0], "XGBoostRunnable"),
        (ekiben.lightgbm, LIGHTGBM["classifier"][0], CANCER[0], "LightGBMRunnable"),
        (ekiben.catboost, CATBOOST["classifier"][0], CANCER[0], "CatBoostRunnable"),
    ],
)
def test_a_runner_answers_as_the_model(
    module: ModuleType, make: Any, rows: np.ndarray, name: str, home: Path
) -> None:
    model = module.save_model("boosted", make())
    runnable = model.to_runnable()
    assert runnable.__name__ == name
    assert "cpu" in runnable.SUPPORTED_RESOURCES
    assert runnable.SUPPORTS_CPU_MULTI_THREADING
    answered = run_locally(model, "predict", rows[:9])
    expected = module._predicted(module.load_model(model), "predict", rows[:9])
    assert isinstance(answered, np.ndarray)
    np.testing.assert_array_equal(answered, expected)


def test_an_estimator_runs_with_its_signatures(home: Path) -> None:
    model = ekiben.sklearn.save_model(
        "iris_clf",
        LogisticRegression(max_iter=300).fit(*IRIS),
        signatures={"predict": {"batchable": True}, "predict_proba": {}},
    )
    runnable = model.to_runnable()
    assert runnable.__name__ == "SklearnRunnable"
    methods = runnable.bentoml_runnable_methods__
    assert {name: one.config.batchable for name, one in methods.items()} == {
        "predict": True,
        "predict_proba": False,
    }
    answered = run_locally(model, "predict", IRIS[0][:3])
    assert answered.tolist() == [0, 0, 0]


def test_a_graph_takes_arrays_of_other_types_and_gives_its_one_output(home: Path) -> None:
    rows = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, 2]) for name in "XY"]
    graph = helper.make_graph([helper.make_node("Relu", ["X"], ["Y"])], "relu", rows[:1], rows[1:])
    opsets = [helper.make_opsetid("", 13)]
    proto = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    model = ekiben.onnx.save_model("relu", proto)
    assert model.to_runnable().__name__ == "ONNXRunnable"
    answered = run_locally(model, "run", np.array([[-1, 2]]))
    assert answered.tolist() == [[0.0, 2.0]]
