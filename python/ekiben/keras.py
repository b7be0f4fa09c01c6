# SPDX-License-Identifier: Apache-2.0
"""Keras: saving models, and loading them again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .framework import Framework, SaveOptions, refuse
from .model import Model
from .runner.from_model import model_runnable
from .runner.runnable import Runnable
from .tag import Tag
from .tensorflow_models import as_arrays, on_device

if TYPE_CHECKING:
    from typing_extensions import Unpack

_framework = Framework(
    "keras",
    {"keras": "keras tensorflow", "tensorflow": "tensorflow"},
    ("tensorflow", "tensorflow-cpu", "tensorflow-macos", "keras"),
)

get = _framework.get


def save_model(
    name: str | Tag,
    model: Any,
    *,
    tf_signatures: Any = None,
    tf_save_options: Any = None,
    include_optimizer: bool = False,
    **options: Unpack[SaveOptions],
) -> Model:
    """Save a Keras model. It is served by Python.

    Args:
        name: A name, which gets a new version, or `name:version`.
        model: A keras.Model.
        tf_signatures: Passed to Keras 2 as `signatures`.
        tf_save_options: Passed to Keras 2 as `options`.
        include_optimizer: Whether to save what only training needs.
        options: As SaveOptions has them; `predict` is the default signature. Classes and functions
            of your own that the model is made of go into `custom_objects`, by their names.

    Raises:
        InvalidArgument: If it is no Keras model, a signature is no method of it, or name, labels
            or metadata are not as described.
        FailedPrecondition: If the version is taken, a package is missing or the disk refuses.
    """
    keras = _framework.imported("keras")
    if not isinstance(model, keras.Model):
        raise refuse(model, "a Keras model")
    more: dict[str, Any] = {"include_optimizer": include_optimizer}
    if tf_signatures is not None:
        more["signatures"] = tf_signatures
    if tf_save_options is not None:
        more["options"] = tf_save_options
    major, minor = (int(part) for part in keras.__version__.split(".")[:2])
    if (major, minor) >= (3, 4):
        more["zipped"] = False
    return _framework.save(
        name,
        lambda saved: model.save(saved.path, **more),
        default="predict",
        owner=model,
        options={"partial_kwargs": {}, "include_optimizer": include_optimizer},
        **options,
    )


def load_model(tag: str | Tag | Model, device_name: str = "/device:CPU:0") -> Any:
    """The Keras model.

    Args:
        tag: What to load.
        device_name: Where to put it, as tf.device names it.

    Raises:
        NotFound: If there is no such model, or another module saved it.
        FailedPrecondition: If a package is missing or a file is damaged.
    """
    keras = _framework.imported("keras")
    tensorflow = _framework.imported("tensorflow")
    model = _framework.get(tag)
    with on_device(tensorflow, device_name):
        return _framework.loaded(
            model,
            "",
            lambda path: keras.models.load_model(path, custom_objects=model.custom_objects),
        )


def get_runnable(model: Model) -> type[Runnable]:
    """A Runnable that loads `model`: arrays go in, arrays come out."""
    return model_runnable(
        _framework.get(model),
        ("nvidia.com/gpu", "cpu"),
        multi_threading=True,
        load=load_model,
        call=_call,
    )


def _call(loaded: Any, method: str, *args: Any, **kwargs: Any) -> Any:
    import tensorflow

    tensors = [tensorflow.convert_to_tensor(one) for one in args]
    given = tensors[0] if len(tensors) == 1 else tensors
    return as_arrays(getattr(loaded, method)(given, **kwargs))
