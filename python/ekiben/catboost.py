# SPDX-License-Identifier: Apache-2.0
"""CatBoost: saving models, and loading them again."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from .boosting import native_boosted
from .framework import Framework, SaveOptions, refuse
from .model import Model
from .runner.from_model import model_runnable
from .runner.runnable import Runnable
from .runner.strategy import has_gpu
from .tag import Tag

if TYPE_CHECKING:
    from typing_extensions import Unpack

FILE = "saved_model.cbm"

_framework = Framework("catboost", {"catboost": "catboost"}, ("catboost",))

get = _framework.get


def save_model(
    name: str | Tag, model: Any, *, sample: Any = None, **options: Unpack[SaveOptions]
) -> Model:
    """Save a fitted model, and beside it the form that is served without Python.

    That native form is one ONNX graph a signature, of the trees in double precision. It is kept
    only if it answers as the model does on rows around the trees' thresholds: labels identical,
    numbers within 1e-5 relative. Models over categories or texts have none.

    Args:
        name: A name, which gets a new version, or `name:version`.
        model: A fitted CatBoost, CatBoostClassifier, CatBoostRegressor or CatBoostRanker.
        sample: Typical rows to compare on.
        options: As SaveOptions has them; `predict` alone is the default signature.

    Raises:
        InvalidArgument: If the model is not CatBoost's, a signature is no method of it, or name,
            labels or metadata are not as described.
        FailedPrecondition: If the version is taken, CatBoost is missing or the disk refuses.
    """
    catboost = _framework.imported("catboost")
    if not isinstance(model, catboost.CatBoost):
        raise refuse(model, "a CatBoost model")
    kind = type(model).__name__
    return _framework.save(
        name,
        lambda saved: model.save_model(saved.path_of(FILE)),
        default="predict",
        owner=model,
        native=lambda folder, signatures: native_boosted(
            "catboost",
            lambda: getattr(catboost, kind)().load_model(str(folder / FILE)),
            _predicted,
            signatures,
            sample,
            folder,
        ),
        options={"training_class_name": kind},
        **options,
    )


def load_model(tag: str | Tag | Model) -> Any:
    """The model, as the class that was saved.

    Raises:
        NotFound: If there is no such model, or another module saved it.
        FailedPrecondition: If CatBoost is missing or the file is damaged.
    """
    model = _framework.get(tag)
    catboost = _framework.imported("catboost")
    kind = model.info.options.get("training_class_name") or "CatBoost"
    return _framework.loaded(model, FILE, lambda path: getattr(catboost, kind)().load_model(path))


def get_runnable(model: Model) -> type[Runnable]:
    """A Runnable that loads `model` and has its signatures as methods: arrays in, arrays out."""

    def call(loaded: Any, method: str, rows: Any, *args: Any, **kwargs: Any) -> Any:
        return _predicted(loaded, method, rows, *args, **{**_where(), **kwargs})

    return model_runnable(
        _framework.get(model),
        ("nvidia.com/gpu", "cpu"),
        multi_threading=True,
        load=load_model,
        call=call,
        name="CatBoostRunnable",
    )


def _where() -> dict[str, Any]:
    if has_gpu():
        return {"task_type": "GPU"}
    threads = os.environ.get("OMP_NUM_THREADS")
    return {"task_type": "CPU", "thread_count": max(int(threads), 1) if threads else -1}


def _predicted(model: Any, method: str, rows: Any, *args: Any, **kwargs: Any) -> Any:
    import numpy as np

    catboost = _framework.imported("catboost")
    if not isinstance(rows, catboost.Pool):
        rows = catboost.Pool(rows)
    return np.asarray(getattr(model, method)(rows, *args, **kwargs))
