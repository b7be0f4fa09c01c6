# SPDX-License-Identifier: Apache-2.0
"""XGBoost: saving boosters and estimators, and loading them again."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from .boosting import native_boosted
from .errors import FailedPrecondition
from .framework import Framework, SaveOptions, refuse
from .model import Model
from .runner.from_model import model_runnable
from .runner.runnable import Runnable
from .runner.strategy import has_gpu
from .tag import Tag

if TYPE_CHECKING:
    from typing_extensions import Unpack

FILE = "saved_model.ubj"

_framework = Framework("xgboost", {"xgboost": "xgboost"}, ("xgboost", "xgboost-cpu"))

get = _framework.get


def save_model(
    name: str | Tag, model: Any, *, sample: Any = None, **options: Unpack[SaveOptions]
) -> Model:
    """Save a Booster or an estimator, and beside it the form that is served without Python.

    That native form is one ONNX graph a signature, of the trees in double precision. It is kept
    only if it answers as the model does on rows around the trees' thresholds: labels identical,
    numbers within 1e-5 relative.

    Args:
        name: A name, which gets a new version, or `name:version`.
        model: An xgboost.Booster, or a fitted XGBClassifier, XGBRegressor, XGBRanker, ...
        sample: Typical rows to compare on.
        options: As SaveOptions has them; `predict` alone is the default signature.

    Raises:
        InvalidArgument: If the model is not XGBoost's, a signature is no method of it, or name,
            labels or metadata are not as described.
        FailedPrecondition: If the version is taken, XGBoost is missing or the disk refuses.
    """
    xgboost = _framework.imported("xgboost")
    if not isinstance(model, (xgboost.Booster, *_estimators(xgboost))):
        raise refuse(model, "a Booster or an estimator of XGBoost's")
    kind = type(model).__name__
    return _framework.save(
        name,
        lambda saved: model.save_model(saved.path_of(FILE)),
        default="predict",
        owner=model,
        native=lambda folder, signatures: native_boosted(
            "xgboost",
            lambda: _read(xgboost, kind, str(folder / FILE)),
            _predicted,
            signatures,
            sample,
            folder,
        ),
        api_version="v2",
        options={"model_class": kind},
        **options,
    )


def load_model(tag: str | Tag | Model) -> Any:
    """The Booster or estimator, as the class that was saved.

    Raises:
        NotFound: If there is no such model, or another module saved it.
        FailedPrecondition: If XGBoost is missing or the file is damaged.
    """
    model = _framework.get(tag)
    xgboost = _framework.imported("xgboost")
    kind = "Booster" if model.info.api_version == "v1" else model.info.options.get("model_class")
    return _framework.loaded(model, FILE, lambda path: _read(xgboost, kind or "", path))


def get_runnable(model: Model) -> type[Runnable]:
    """A Runnable that loads `model` and has its signatures as methods: arrays in, arrays out."""
    return model_runnable(
        _framework.get(model),
        ("nvidia.com/gpu", "cpu"),
        multi_threading=True,
        load=_load_to_serve,
        call=_predicted,
        name="XGBoostRunnable",
    )


def _load_to_serve(model: Model) -> Any:
    loaded = load_model(model)
    booster = loaded.get_booster() if hasattr(loaded, "get_booster") else loaded
    if has_gpu():
        booster.set_param({"device": "cuda"})
    else:
        booster.set_param({"nthread": max(int(os.environ.get("OMP_NUM_THREADS") or 1), 1)})
    return loaded


def _predicted(model: Any, method: str, rows: Any, *args: Any, **kwargs: Any) -> Any:
    """What the method answers; a Booster is given a matrix of its own kind."""
    import numpy as np

    if not hasattr(model, "get_booster"):
        xgboost = _framework.imported("xgboost")
        if not isinstance(rows, xgboost.DMatrix):
            names = None if hasattr(rows, "columns") else model.feature_names
            rows = xgboost.DMatrix(rows, feature_names=names)
    return np.asarray(getattr(model, method)(rows, *args, **kwargs))


def _estimators(xgboost: Any) -> tuple[Any, ...]:
    """XGBoost's base of all estimators, which it has only where scikit-learn is installed."""
    return (xgboost.XGBModel,) if hasattr(xgboost, "XGBModel") else ()


def _read(xgboost: Any, kind: str, path: str) -> Any:
    if not hasattr(xgboost, kind):
        raise FailedPrecondition(
            f"XGBoost has no class '{kind}'", hint="its estimators need scikit-learn"
        )
    model = getattr(xgboost, kind)()
    model.load_model(path)
    return model
