# SPDX-License-Identifier: Apache-2.0
"""The boosting libraries' models: saved, loaded, and equal without Python."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import catboost
import lightgbm
import numpy as np
import pandas as pd
import pytest
import xgboost
from boosted_kinds import CATBOOST, LIGHTGBM, XGBOOST, cat, lgb, xgb
from kinds import CANCER, DIABETES, IRIS

import ekiben
from ekiben import FailedPrecondition, InvalidArgument, NotFound
from ekiben.native.proof import compare, session

CASES = [
    pytest.param(getattr(ekiben, family), *case, id=f"{family} {name}")
    for family, cases in (("xgboost", XGBOOST), ("lightgbm", LIGHTGBM), ("catboost", CATBOOST))
    for name, case in cases.items()
]


def ask(model: ekiben.Model, signature: str, rows: np.ndarray) -> np.ndarray:
    """The native form's answer."""
    entry = model.info.ekiben["native"][signature]
    opened = session(Path(model.path_of(entry["file"])).read_bytes())
    answer: np.ndarray = opened.run([entry["outputs"][0]["name"]], {"X": rows})[0]
    return answer


@pytest.mark.parametrize(("module", "make", "signatures", "rows"), CASES)
def test_the_native_form_answers_as_the_loaded_model(
    module: ModuleType, make: Any, signatures: tuple[str, ...], rows: np.ndarray, home: Path
) -> None:
    model = module.save_model("boosted", make(), signatures={name: {} for name in signatures})
    assert "not_native" not in model.info.ekiben
    loaded = module.load_model(model)
    with_gaps = rows.astype(np.float64)
    with_gaps[::7, 0] = np.nan
    for signature in signatures:
        entry = model.info.ekiben["native"][signature]
        assert entry["rows_independent"]
        assert entry["inputs"] == [
            {"name": "X", "dtype": "float64", "shape": [-1, rows.shape[1]], "missing": True}
        ]
        expected = module._predicted(loaded, signature, with_gaps)
        got = ask(model, signature, with_gaps)
        compare(expected, got, by_column=False, what=signature)
        assert entry["outputs"][0]["shape"] == [-1, *got.shape[1:]]


@pytest.mark.parametrize(
    ("module", "make", "file", "options", "api_version"),
    [
        (ekiben.xgboost, XGBOOST["classifier"][0], "ubj", {"model_class": "XGBClassifier"}, "v2"),
        (ekiben.xgboost, XGBOOST["rank"][0], "ubj", {"model_class": "Booster"}, "v2"),
        (ekiben.lightgbm, LIGHTGBM["regression"][0], "ubj", {}, "v1"),
        (
            ekiben.catboost,
            CATBOOST["regressor"][0],
            "cbm",
            {"training_class_name": "CatBoostRegressor"},
            "v1",
        ),
    ],
)
def test_files_and_options_are_those_of_bentoml(
    module: ModuleType, make: Any, file: str, options: Any, api_version: str, home: Path
) -> None:
    model = module.save_model("boosted", make())
    assert Path(model.path_of(f"saved_model.{file}")).is_file()
    assert model.info.module == "bentoml." + module.__name__.rpartition(".")[2]
    assert model.info.options == options
    assert model.info.api_version == api_version
    assert model.info.signatures == {"predict": ekiben.models.Signature()}
    assert module.get("boosted:latest") == model
    assert type(model.load_model()) is type(module.load_model("boosted"))


def test_the_class_that_was_saved_is_loaded(home: Path) -> None:
    ekiben.xgboost.save_model("x", xgboost.XGBClassifier(n_estimators=3).fit(*IRIS))
    assert ekiben.xgboost.load_model("x").predict(IRIS[0][:2]).tolist() == [0, 0]
    ekiben.lightgbm.save_model("l", lightgbm.LGBMClassifier(n_estimators=3, verbose=-1).fit(*IRIS))
    assert isinstance(ekiben.lightgbm.load_model("l"), lightgbm.Booster)
    ekiben.catboost.save_model("c", cat("CatBoostClassifier", IRIS)())
    assert isinstance(ekiben.catboost.load_model("c"), catboost.CatBoostClassifier)


def test_what_onnx_lacks_is_saved_with_the_reason(home: Path) -> None:
    rows = [["a", 1.0], ["b", 2.0], ["c", 3.0]] * 10
    cases = [
        (ekiben.xgboost, xgb("reg:squarederror", booster="gblinear"), "'gblinear' has no trees"),
        (ekiben.lightgbm, lgb("regression", linear_tree=True), "leaves are linear models"),
        (ekiben.lightgbm, lgb("regression", zero_as_missing=True), "zeros for missing values"),
        (
            ekiben.catboost,
            cat("CatBoostRegressor", (rows, [1, 2, 3] * 10), cat_features=[0]),
            "it has categorical features",
        ),
    ]
    for module, make, why in cases:
        model = module.save_model("boosted", make())
        assert model.info.ekiben["native"] == {}
        assert why in model.info.ekiben["not_native"]["predict"]
        assert not Path(model.path_of("native")).exists()
        assert module.load_model(model) is not None


def test_a_sample_is_what_is_compared_on(home: Path) -> None:
    make = XGBOOST["regressor"][0]
    model = ekiben.xgboost.save_model("x", make(), sample=DIABETES[0][:20])
    proof = model.info.ekiben["native"]["predict"]["proof"]
    assert proof["source"] == "sample"
    model = ekiben.xgboost.save_model("x", make(), sample=[[1.0, 2.0]])
    assert "it has 2 features, the model has 10" in model.info.ekiben["not_native"]["predict"]


def test_signature_is_another_word_for_signatures(home: Path) -> None:
    make = LIGHTGBM["classifier"][0]
    model = ekiben.lightgbm.save_model("l", make(), signature={"predict": {"batchable": True}})
    assert model.info.signatures["predict"].batchable
    with pytest.raises(InvalidArgument, match="both signatures= and signature= are given"):
        ekiben.lightgbm.save_model("l", make(), signature={"predict": {}}, signatures={})
    with pytest.raises(InvalidArgument, match="signatures is empty"):
        ekiben.lightgbm.save_model("l", make(), signature={})


@pytest.mark.parametrize("module", [ekiben.xgboost, ekiben.lightgbm, ekiben.catboost])
def test_what_is_no_model_of_the_library_is_refused(module: ModuleType, home: Path) -> None:
    with pytest.raises(InvalidArgument, match="a list is not a"):
        module.save_model("boosted", [1, 2])


def test_signatures_that_the_model_lacks_are_refused(home: Path) -> None:
    with pytest.raises(InvalidArgument, match="is not a method of this Booster"):
        make = XGBOOST["logistic"][0]
        ekiben.xgboost.save_model("x", make(), signatures={"predict_proba": {}})
    with pytest.raises(InvalidArgument, match="is not a method of a Booster"):
        make = LIGHTGBM["regression"][0]
        ekiben.lightgbm.save_model("l", make(), signatures={"guess": {}})
    with pytest.raises(InvalidArgument, match="does not classify"):
        ekiben.lightgbm.save_model("l", make(), signatures={"predict_proba": {}})


def test_a_damaged_file_and_a_model_of_another_module_are_not_loaded(home: Path) -> None:
    model = ekiben.xgboost.save_model("x", XGBOOST["regressor"][0]())
    with pytest.raises(NotFound, match=r"not by 'bentoml\.catboost'"):
        ekiben.catboost.get("x")
    Path(model.path_of("saved_model.ubj")).write_bytes(b"{")
    with pytest.raises(FailedPrecondition, match="cannot load"):
        ekiben.xgboost.load_model(model)


@pytest.mark.parametrize(
    ("module", "make"),
    [
        (ekiben.xgboost, lambda: xgboost.XGBClassifier(n_estimators=5, n_jobs=1)),
        (ekiben.lightgbm, lambda: lightgbm.LGBMClassifier(n_estimators=5, verbose=-1, n_jobs=1)),
        (ekiben.catboost, lambda: CATBOOST["classifier of three"][0]()),
    ],
)
def test_a_model_of_a_table_takes_arrays_and_tables(
    module: ModuleType, make: Any, home: Path
) -> None:
    table = pd.DataFrame(IRIS[0], columns=["a", "b (cm)", "c", "d"])
    model = module.save_model("boosted", make().fit(table, IRIS[1]))
    assert "not_native" not in model.info.ekiben
    runner = model.to_runner()
    runner.init_local(quiet=True)
    from_array = runner.predict.run(IRIS[0][:9])
    np.testing.assert_array_equal(runner.predict.run(table[:9]), from_array)
    compare(from_array, ask(model, "predict", IRIS[0][:9]), by_column=False, what="predict")


def test_large_models_are_written_in_time(home: Path) -> None:
    model = lightgbm.LGBMClassifier(n_estimators=200, verbose=-1, n_jobs=1).fit(*CANCER)
    saved = ekiben.lightgbm.save_model("l", model)
    assert saved.info.ekiben["native"]["predict"]["proof"]["samples"] > 100
