# SPDX-License-Identifier: Apache-2.0
"""LightGBM: saving boosters, and loading them again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .boosting import native_boosted
from .errors import InvalidArgument
from .framework import Framework, SaveOptions, refuse
from .model import Model
from .runner.from_model import model_runnable
from .runner.runnable import Runnable
from .tag import Tag

if TYPE_CHECKING:
    from typing_extensions import Unpack

FILE = "saved_model.ubj"  # The name that BentoML gave it; what is in it is LightGBM's text.

_framework = Framework("lightgbm", {"lightgbm": "lightgbm"}, ("lightgbm",))

get = _framework.get


def save_model(
    name: str | Tag, model: Any, *, sample: Any = None, **options: Unpack[SaveOptions]
) -> Model:
    """Save a Booster, or that of an estimator, and the form that is served without Python.

    As with BentoML it is the Booster that is saved and loaded again, so `predict` answers with
    probabilities for what was an LGBMClassifier. Its `predict_proba`, one column a class, can be a
    signature, too. The native form is one ONNX graph a signature, of the trees in double
    precision, kept only if it answers as the Booster does on rows around the trees' thresholds.

    Args:
        name: A name, which gets a new version, or `name:version`.
        model: A lightgbm.Booster, or a fitted LGBMClassifier, LGBMRegressor, LGBMRanker.
        sample: Typical rows to compare on.
        options: As SaveOptions has them; `predict` alone is the default signature.

    Raises:
        InvalidArgument: If the model is not LightGBM's or not fitted, a signature is no method of
            a Booster, or name, labels or metadata are not as described.
        FailedPrecondition: If the version is taken, LightGBM is missing or the disk refuses.
    """
    lightgbm = _framework.imported("lightgbm")
    booster = _booster(lightgbm, model)
    for given in (options.get("signatures"), options.get("signature")):
        for signature in given or ():
            _check(booster, signature)
    return _framework.save(
        name,
        lambda saved: booster.save_model(saved.path_of(FILE)),
        default="predict",
        native=lambda folder, signatures: native_boosted(
            "lightgbm",
            lambda: lightgbm.Booster(model_file=str(folder / FILE)),
            _predicted,
            signatures,
            sample,
            folder,
        ),
        **options,
    )


def load_model(tag: str | Tag | Model) -> Any:
    """The Booster.

    Raises:
        NotFound: If there is no such model, or another module saved it.
        FailedPrecondition: If LightGBM is missing or the file is damaged.
    """
    model = _framework.get(tag)
    lightgbm = _framework.imported("lightgbm")
    return _framework.loaded(model, FILE, lambda path: lightgbm.Booster(model_file=path))


def get_runnable(model: Model) -> type[Runnable]:
    """A Runnable that loads `model` and has its signatures as methods: arrays in, arrays out."""
    return model_runnable(
        _framework.get(model),
        ("cpu",),
        multi_threading=True,
        load=load_model,
        call=_predicted,
        name="LightGBMRunnable",
    )


def _predicted(booster: Any, method: str, rows: Any, *args: Any, **kwargs: Any) -> Any:
    import numpy as np

    if method != "predict_proba":
        return np.asarray(getattr(booster, method)(rows, *args, **kwargs))
    answer = np.asarray(booster.predict(rows, *args, **kwargs))
    return answer if answer.ndim == 2 else np.stack([1 - answer, answer], axis=1)


def _booster(lightgbm: Any, model: Any) -> Any:
    if isinstance(model, lightgbm.Booster):
        return model
    if not hasattr(type(model), "booster_"):
        raise refuse(model, "a Booster or an estimator of LightGBM's")
    try:
        return model.booster_
    except Exception as error:  # Its own class of errors needs scikit-learn.
        raise InvalidArgument(f"this {type(model).__name__} has no Booster: {error}") from error


def _check(booster: Any, signature: str) -> None:
    if signature == "predict_proba":
        from .native.lightgbm_trees import classifies

        if not classifies(booster):
            raise InvalidArgument("signature 'predict_proba' is asked of what does not classify")
    elif not callable(getattr(booster, signature, None)):
        raise InvalidArgument(
            f"signature '{signature}' is not a method of a Booster, which is what is saved",
            hint="'predict' and 'predict_proba' are",
        )
