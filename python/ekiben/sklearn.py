# SPDX-License-Identifier: Apache-2.0
"""scikit-learn: saving estimators and pipelines, and loading them again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .framework import Framework, SaveOptions, native_forms, refuse
from .manifest import Signature
from .model import Model
from .runner.from_model import model_runnable
from .runner.runnable import Runnable
from .tag import Tag

if TYPE_CHECKING:
    from typing_extensions import Unpack

FILE = "saved_model.pkl"

_framework = Framework(
    "sklearn", {"sklearn": "scikit-learn", "joblib": "joblib"}, versions_kept=("scikit-learn",)
)

get = _framework.get


def save_model(
    name: str | Tag, model: Any, *, sample: Any = None, **options: Unpack[SaveOptions]
) -> Model:
    """Save a fitted estimator or pipeline, and beside it the form that is served without Python.

    That native form is one ONNX graph a signature, in double precision where that can be. It is
    kept only if it answers as the estimator does on samples: labels identical, numbers within
    1e-5 relative. A signature without one is saved all the same, with a line on the log that says
    why. Takes seconds for large ensembles; several threads and processes may save at once.

    Args:
        name: A name, which gets a new version, or `name:version`.
        model: A fitted estimator.
        sample: Typical rows to compare on, as the methods take them. By default rows are drawn
            from what the estimator has learned.
        options: As SaveOptions has them; `predict` alone is the default signature.

    Raises:
        InvalidArgument: If the model is no estimator, a signature is no method of it, or name,
            labels or metadata are not as described.
        FailedPrecondition: If the version is taken, scikit-learn is missing or the disk refuses.

    Example:
        >>> ekiben.sklearn.save_model("iris_clf", SVC().fit(X, y), labels={"team": "flowers"})
        Model(tag="iris_clf:hrcxybszzsm3khqa")
    """
    base = _framework.imported("sklearn.base")
    joblib = _framework.imported("joblib")
    if not isinstance(model, base.BaseEstimator):
        raise refuse(
            model,
            "a scikit-learn estimator",
            hint="give save_model(name, model) a fitted estimator or pipeline",
        )
    return _framework.save(
        name,
        lambda saved: joblib.dump(model, saved.path_of(FILE)),
        default=_default(model),
        owner=model,
        native=lambda folder, signatures: _native(model, signatures, sample, folder),
        **options,
    )


def load_model(tag: str | Tag | Model) -> Any:
    """The estimator itself, unpickled anew.

    Unpickling runs code that the file names: load only models that you trust. An estimator that
    another version of scikit-learn saved may load with a warning, or not.

    Raises:
        NotFound: If there is no such model, or another module saved it.
        FailedPrecondition: If scikit-learn is missing or the file is damaged.
    """
    model = _framework.get(tag)
    joblib = _framework.imported("joblib")
    _framework.imported("sklearn")
    return _framework.loaded(model, FILE, joblib.load)


def get_runnable(model: Model) -> type[Runnable]:
    """A Runnable that loads `model` and has its signatures as methods."""
    return model_runnable(_framework.get(model), ("cpu",), multi_threading=True, load=load_model)


def _default(model: Any) -> str:
    return (
        "predict" if hasattr(model, "predict") or not hasattr(model, "transform") else "transform"
    )


def _native(
    model: Any, signatures: Mapping[str, Signature], sample: Any, folder: Path
) -> dict[str, Any]:
    def make() -> dict[str, Any]:
        from .native.build import build

        return build(model, signatures, sample, folder)

    return native_forms(
        make,
        folder,
        signatures,
        modules=("numpy", "onnx", "onnxruntime", "skl2onnx"),
        install="skl2onnx onnxruntime",
    )
