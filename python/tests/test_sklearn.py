# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import logging
import re
import sys
import types
from pathlib import Path

import joblib
import numpy as np
import onnx
import pytest
import yaml
from sklearn.base import BaseEstimator
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.neighbors import KernelDensity
from sklearn.svm import SVC

import ekiben
from ekiben import FailedPrecondition, InvalidArgument, NotFound

X, Y = load_iris(return_X_y=True)


@pytest.fixture(scope="module")
def svc() -> SVC:
    return SVC().fit(X, Y)


def test_the_first_journey(home: Path, svc: SVC, capsys: pytest.CaptureFixture[str]) -> None:
    model = ekiben.sklearn.save_model("iris_clf", svc)
    print(model)
    printed = capsys.readouterr()
    assert re.fullmatch(r'Model\(tag="iris_clf:[a-z2-7]{16}"\)\n', printed.out)
    assert printed.err == ""
    assert ekiben.sklearn.get("iris_clf:latest") == model
    assert ekiben.sklearn.load_model("iris_clf").predict([[5.9, 3, 5.1, 1.8]]).tolist() == [2]
    assert model.load_model().predict([[5.9, 3, 5.1, 1.8]]).tolist() == [2]


def test_the_files_are_those_of_bentoml_and_the_native_form(home: Path, svc: SVC) -> None:
    model = ekiben.sklearn.save_model("iris_clf", svc, custom_objects={"names": ["a"]})
    folder = Path(model.path)
    assert sorted(str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file()) == [
        *("custom_objects.pkl", "model.yaml", "native/predict.onnx", "saved_model.pkl"),
    ]
    assert joblib.load(folder / "saved_model.pkl").predict(X[:1]).tolist() == [0]


def test_model_yaml_describes_the_native_form(home: Path, svc: SVC) -> None:
    model = ekiben.sklearn.save_model("iris_clf", svc, signatures={"predict": {"batchable": True}})
    written = yaml.safe_load((Path(model.path) / "model.yaml").read_text())
    assert written["module"] == "bentoml.sklearn"
    assert written["context"]["framework_name"] == "sklearn"
    assert list(written["context"]["framework_versions"]) == ["scikit-learn"]
    assert written["signatures"] == {"predict": {"batchable": True, "batch_dim": [0, 0]}}
    assert written["ekiben"] == {
        "format": 1,
        "native": {
            "predict": {
                "runtime": "onnx",
                "file": "native/predict.onnx",
                "inputs": [{"name": "X", "dtype": "float64", "shape": [-1, 4], "missing": False}],
                "outputs": [{"name": "label", "dtype": "int64", "shape": [-1]}],
                "rows_independent": True,
                "proof": {
                    "samples": 128,
                    "source": "support vectors",
                    "max_relative_difference": 0.0,
                },
            }
        },
    }


def test_a_graph_has_only_what_its_signature_needs(home: Path, svc: SVC) -> None:
    signatures = {"predict": {}, "decision_function": {}}
    model = ekiben.sklearn.save_model("iris_clf", svc, signatures=signatures)
    predict = onnx.load(model.path_of("native/predict.onnx")).graph
    scores = onnx.load(model.path_of("native/decision_function.onnx")).graph
    assert [node.op_type for node in predict.node] == ["SVMClassifier"]
    assert len(predict.initializer) == 0
    assert [output.name for output in predict.output] == ["label"]
    assert [output.name for output in scores.output] == ["scores"]


def test_the_default_signature_is_predict_or_what_the_model_has(home: Path, svc: SVC) -> None:
    assert list(ekiben.sklearn.save_model("a", svc).info.signatures) == ["predict"]
    assert list(ekiben.sklearn.save_model("b", PCA(2).fit(X)).info.signatures) == ["transform"]


def test_what_has_no_native_form_is_saved_with_one_line_that_says_why(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "ekiben"):
        model = ekiben.sklearn.save_model(
            "density", KernelDensity().fit(X), signatures={"score_samples": {}}
        )
    why = "skl2onnx has no converter for KernelDensity"
    assert caplog.messages == [f"{model.tag}: no native form of 'score_samples': {why}"]
    assert model.info.ekiben == {"format": 1, "native": {}, "not_native": {"score_samples": why}}
    assert ekiben.sklearn.load_model(model).score_samples(X).shape == (150,)


def test_the_callers_sample_is_what_is_compared_on(home: Path, svc: SVC) -> None:
    model = ekiben.sklearn.save_model("iris_clf", svc, sample=X[:10])
    proof = model.info.ekiben["native"]["predict"]["proof"]
    assert (proof["samples"], proof["source"]) == (10, "sample")


def test_a_sample_of_another_shape_is_named(home: Path, svc: SVC) -> None:
    model = ekiben.sklearn.save_model("iris_clf", svc, sample=X[:, :2])
    assert model.info.ekiben["not_native"]["predict"] == (
        "sample does not fit the model: it has 2 features, the model has 4"
    )


class Odd(BaseEstimator):
    """An estimator that tells nothing of itself and that nothing converts."""

    def fit(self, *_: object) -> Odd:
        return self

    def predict(self, rows: np.ndarray) -> np.ndarray:
        return np.zeros(len(rows))


def test_an_estimator_of_ones_own_is_saved_as_it_is(home: Path) -> None:
    model = ekiben.sklearn.save_model("odd", Odd().fit())
    assert "give sample=" in model.info.ekiben["not_native"]["predict"]
    model = ekiben.sklearn.save_model("odd", Odd().fit(), sample=X)
    assert model.info.ekiben["not_native"]["predict"] == "skl2onnx has no converter for Odd"
    assert ekiben.sklearn.load_model(model).predict(X[:2]).tolist() == [0, 0]


def test_external_modules_travel_in_the_pickle(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("passing")
    exec("def double(x):\n    return 2 * x\n", module.__dict__)
    monkeypatch.setitem(sys.modules, "passing", module)
    module.double.__module__ = "passing"
    tag = ekiben.sklearn.save_model(
        "iris_clf",
        SVC().fit(X, Y),
        custom_objects={"double": module.double},
        external_modules=[module],
    ).tag
    monkeypatch.delitem(sys.modules, "passing")
    assert ekiben.models.get(tag).custom_objects["double"](21) == 42


def test_what_is_no_estimator_is_refused(home: Path) -> None:
    with pytest.raises(InvalidArgument, match="a dict is not a scikit-learn estimator"):
        ekiben.sklearn.save_model("iris_clf", {})
    assert not home.exists()


def test_a_mistyped_signature_gets_the_nearest(home: Path, svc: SVC) -> None:
    with pytest.raises(InvalidArgument) as caught:
        ekiben.sklearn.save_model("iris_clf", svc, signatures={"predcit": {}})
    assert caught.value.message == "signature 'predcit' is not a method of this SVC"
    assert caught.value.hint == "did you mean 'predict'?"
    with pytest.raises(InvalidArgument, match="signatures is empty"):
        ekiben.sklearn.save_model("iris_clf", svc, signatures={})


def test_a_model_of_another_module_is_not_loaded(home: Path) -> None:
    with ekiben.models.create("rules", module="bentoml.spacy"):
        pass
    with pytest.raises(NotFound, match=r"saved by 'bentoml\.spacy', not by 'bentoml\.sklearn'"):
        ekiben.sklearn.load_model("rules")
    with pytest.raises(FailedPrecondition, match="which ekiben cannot load"):
        ekiben.models.get("rules").load_model()


def test_a_damaged_pickle_is_named(home: Path, svc: SVC) -> None:
    model = ekiben.sklearn.save_model("iris_clf", svc)
    Path(model.path_of("saved_model.pkl")).write_bytes(b"\x80")
    with pytest.raises(FailedPrecondition, match=r"cannot load '.*saved_model\.pkl'"):
        ekiben.sklearn.load_model(model)


def test_a_converter_that_is_not_installed_costs_the_native_form_only(
    home: Path, svc: SVC, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "skl2onnx", None)
    model = ekiben.sklearn.save_model("iris_clf", svc)
    assert "pip install skl2onnx" in model.info.ekiben["not_native"]["predict"]
    assert ekiben.sklearn.load_model(model).predict(X[:1]).tolist() == [0]


def test_whatever_goes_wrong_with_the_native_form_the_model_is_saved(
    home: Path, svc: SVC, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr("ekiben.native.build._Workshop.make", fail)
    model = ekiben.sklearn.save_model("iris_clf", svc)
    why = "making it failed: ZeroDivisionError: by zero"
    assert model.info.ekiben["not_native"] == {"predict": why}
    assert ekiben.sklearn.load_model(model).predict(X[:1]).tolist() == [0]


def test_a_framework_that_is_not_installed_is_named_with_its_pip_line(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.base", None)
    with pytest.raises(FailedPrecondition) as caught:
        ekiben.sklearn.save_model("iris_clf", object())
    assert caught.value.hint == "pip install scikit-learn"
