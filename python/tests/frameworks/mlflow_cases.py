# SPDX-License-Identifier: Apache-2.0
"""A model that MLflow saved, taken into the store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

import ekiben
from ekiben import InvalidArgument, NotFound


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """Where MLflow saved a classifier of irises."""
    model = LogisticRegression(max_iter=300).fit(*load_iris(return_X_y=True))
    mlflow.sklearn.save_model(model, str(tmp_path / "iris"), serialization_format="cloudpickle")
    return str(tmp_path / "iris")


def test_a_model_is_imported_loaded_and_run(home: Path, folder: str) -> None:
    model = ekiben.mlflow.import_model("iris", folder, signatures={"predict": {"batchable": True}})
    assert Path(model.path_of("mlflow_model/MLmodel")).is_file()
    rows = np.array([[5.9, 3, 5.1, 1.8]])
    assert ekiben.mlflow.load_model("iris").predict(rows).tolist() == [2]
    assert "sklearn" in ekiben.mlflow.get_mlflow_model(model).flavors
    runner = model.to_runner()
    runner.init_local(quiet=True)
    assert runner.predict.run(rows).tolist() == [2]


def test_bentoml_loads_what_ekiben_saved_and_the_reverse(
    home: Path, folder: str, bentoml: Callable[[str], Any]
) -> None:
    ekiben.mlflow.import_model("iris", folder)
    predicted = bentoml(
        "import bentoml, json\n"
        f"bentoml.mlflow.import_model('theirs', {folder!r})\n"
        "model = bentoml.mlflow.load_model('iris')\n"
        "print(json.dumps(model.predict([[5.9, 3, 5.1, 1.8]]).tolist()))"
    )
    assert predicted == [2]
    rows = np.array([[5.9, 3, 5.1, 1.8]])
    assert ekiben.mlflow.load_model("theirs").predict(rows).tolist() == [2]


def test_what_is_no_model_of_mlflows_is_refused(home: Path, tmp_path: Path, folder: str) -> None:
    with pytest.raises(InvalidArgument, match="is not a model of MLflow's"):
        ekiben.mlflow.import_model("iris", str(tmp_path))
    with pytest.raises(InvalidArgument, match="signature 'guess' is not known"):
        ekiben.mlflow.import_model("iris", folder, signatures={"guess": {}})
    with pytest.raises(NotFound):
        ekiben.models.get("iris")
