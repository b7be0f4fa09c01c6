# SPDX-License-Identifier: Apache-2.0
"""scikit-learn: saving estimators and pipelines, and loading them again."""

from __future__ import annotations

import difflib
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from .errors import InvalidArgument
from .framework import Framework
from .manifest import Signature
from .model import Model
from .runner.from_model import model_runnable
from .runner.runnable import Runnable
from .tag import Tag

FILE = "saved_model.pkl"

_framework = Framework(
    "sklearn", {"sklearn": "scikit-learn", "joblib": "joblib"}, versions_kept=("scikit-learn",)
)


def save_model(
    name: str | Tag,
    model: Any,
    *,
    signatures: Mapping[str, Signature | Mapping[str, Any]] | None = None,
    labels: Mapping[str, str] | None = None,
    metadata: Mapping[str, Any] | None = None,
    custom_objects: Mapping[str, Any] | None = None,
    external_modules: Iterable[ModuleType] | None = None,
    sample: Any = None,
) -> Model:
    """Save a fitted estimator or pipeline, and beside it the form that is served without Python.

    That native form is one ONNX graph a signature, in double precision where that can be. It is
    kept only if it answers as the estimator does on samples: labels identical, numbers within
    1e-5 relative. A signature without one is saved all the same, with a line on the log that says
    why. Takes seconds for large ensembles; several threads and processes may save at once.

    Args:
        name: A name, which gets a new version, or `name:version`.
        model: A fitted estimator.
        signatures: The methods that can be called, such as `{"predict": {"batchable": True}}`;
            `predict` alone, not batchable, by default.
        labels: Text to text, to find models by.
        metadata: Anything plain that is worth knowing, such as scores.
        custom_objects: Python objects to save along, by cloudpickle.
        external_modules: Modules whose code goes into the pickles, because it will not be
            installed where the model is loaded.
        sample: Typical rows to compare on, as the methods take them. By default rows are drawn
            from what the estimator has learned.

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
        raise InvalidArgument(
            f"a {type(model).__name__} is not a scikit-learn estimator",
            hint="give save_model(name, model) a fitted estimator or pipeline",
        )
    chosen = _framework.signatures(signatures, _default(model))
    _check_methods(model, chosen)
    return _framework.save(
        name,
        lambda saved: joblib.dump(model, saved.path_of(FILE)),
        lambda folder: _native(model, chosen, sample, folder),
        signatures=chosen,
        labels=labels,
        metadata=metadata,
        custom_objects=custom_objects,
        external_modules=external_modules,
    )


def get(tag: str | Tag) -> Model:
    """The model that `tag` means, if it was saved by this module or BentoML's.

    Raises:
        NotFound: If there is none, or another module saved it.
    """
    return _framework.get(tag)


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


def _default(model: Any) -> str:
    return (
        "predict" if hasattr(model, "predict") or not hasattr(model, "transform") else "transform"
    )


def _check_methods(model: Any, signatures: Iterable[str]) -> None:
    for name in signatures:
        if not callable(getattr(model, name, None)):
            methods = [one for one in dir(model) if not one.startswith("_")]
            near = difflib.get_close_matches(name, methods, n=1)
            raise InvalidArgument(
                f"signature '{name}' is not a method of this {type(model).__name__}",
                hint=f"did you mean '{near[0]}'?" if near else "",
            )


def _native(model: Any, signatures: Iterable[str], sample: Any, folder: Path) -> dict[str, Any]:
    try:
        for module in ("numpy", "onnx", "onnxruntime", "skl2onnx"):
            __import__(module)
    except ImportError as error:
        why = f"{error.name or error} is not installed; pip install skl2onnx onnxruntime"
        return {"format": 1, "native": {}, "not_native": dict.fromkeys(signatures, why)}
    from .native.build import build

    try:
        return build(model, signatures, sample, folder)
    except Exception as error:  # The original is worth saving whatever else goes wrong.
        shutil.rmtree(folder / "native", ignore_errors=True)
        why = f"making it failed: {type(error).__name__}: {error}"
        return {"format": 1, "native": {}, "not_native": dict.fromkeys(signatures, why)}


def get_runnable(model: Model) -> type[Runnable]:
    """A Runnable that loads `model` and has its signatures as methods."""
    return model_runnable(model, ("cpu",), multi_threading=True, load=load_model)
