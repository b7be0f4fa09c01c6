# SPDX-License-Identifier: Apache-2.0
"""MLflow: taking its models into the store, and loading them again."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import InvalidArgument
from .framework import Framework, SaveOptions
from .model import Model
from .runner.from_model import model_runnable
from .runner.runnable import Runnable
from .tag import Tag

if TYPE_CHECKING:
    from typing_extensions import Unpack

FOLDER = "mlflow_model"

_framework = Framework("mlflow", {"mlflow": "mlflow"}, ("mlflow", "mlflow-skinny"))

get = _framework.get


def import_model(name: str | Tag, model_uri: str, **options: Unpack[SaveOptions]) -> Model:
    """Copy a model of MLflow's into the store. It is served by Python.

    Args:
        name: A name, which gets a new version, or `name:version`.
        model_uri: A folder, or what else MLflow knows: `runs:/...`, `models:/...`, `s3://...`.
        options: As SaveOptions has them; `predict` is the only signature.

    Raises:
        InvalidArgument: If it is no model of MLflow's with the `python_function` flavour, a
            signature other than `predict` is given, or name, labels or metadata are not as
            described.
        FailedPrecondition: If the version is taken, MLflow is missing or the disk refuses.
    """
    _framework.imported("mlflow")
    _check_signatures(options.get("signatures"), options.get("signature"))
    return _framework.save(
        name, lambda saved: _download(model_uri, saved), default="predict", **options
    )


def load_model(tag: str | Tag | Model) -> Any:
    """The model as MLflow's PyFuncModel, whatever made it.

    Raises:
        NotFound: If there is no such model, or another module saved it.
        FailedPrecondition: If MLflow is missing or a file is damaged.
    """
    pyfunc = _framework.imported("mlflow.pyfunc")
    return _framework.loaded(_framework.get(tag), FOLDER, pyfunc.load_model)


def get_mlflow_model(tag: str | Tag | Model) -> Any:
    """What MLflow knows of the model: its flavours, signature and input example.

    Raises:
        NotFound: If there is no such model, or another module saved it.
        FailedPrecondition: If MLflow is missing or a file is damaged.
    """
    mlflow_models = _framework.imported("mlflow.models")
    return _framework.loaded(_framework.get(tag), FOLDER, mlflow_models.Model.load)


def get_runnable(model: Model) -> type[Runnable]:
    """A Runnable that loads `model`; its one method is `predict`."""
    return model_runnable(
        _framework.get(model),
        ("cpu",),
        multi_threading=True,
        load=load_model,
        name="MLflowPyfuncRunnable",
    )


def _check_signatures(*given: Iterable[str] | None) -> None:
    for signatures in given:
        other = [one for one in signatures or () if one != "predict"]
        if other:
            raise InvalidArgument(
                f"signature '{other[0]}' is not known: a model of MLflow's has one, 'predict'"
            )


def _download(model_uri: str, saved: Model) -> None:
    artifacts = _framework.imported("mlflow.artifacts")
    place = saved.path_of(FOLDER)
    with tempfile.TemporaryDirectory(dir=saved.path) as folder:
        try:
            found = Path(artifacts.download_artifacts(artifact_uri=model_uri, dst_path=folder))
        except Exception as error:  # Each kind of store fails in its own way.
            why = " ".join(str(error).split())[:300]
            raise InvalidArgument(f"MLflow cannot get '{model_uri}': {why}") from error
        if not (found / "MLmodel").is_file():
            raise InvalidArgument(
                f"'{model_uri}' is not a model of MLflow's",
                hint="give the folder that holds the file MLmodel",
            )
        shutil.copytree(found, place)
    flavors = _framework.imported("mlflow.models").Model.load(place).flavors
    if "python_function" not in flavors:
        raise InvalidArgument(f"the model '{model_uri}' lacks the flavour 'python_function'")
