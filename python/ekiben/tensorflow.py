# SPDX-License-Identifier: Apache-2.0
"""TensorFlow: saving what tf.saved_model can, and loading it again."""

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
    "tensorflow",
    {"tensorflow": "tensorflow"},
    ("tensorflow", "tensorflow-cpu", "tensorflow-macos"),
)

get = _framework.get


def save_model(
    name: str | Tag,
    model: Any,
    *,
    tf_signatures: Any = None,
    tf_save_options: Any = None,
    **options: Unpack[SaveOptions],
) -> Model:
    """Save a module as a SavedModel. It is served by Python.

    Args:
        name: A name, which gets a new version, or `name:version`.
        model: A tf.Module or Keras model whose methods are tf.functions.
        tf_signatures: Passed to tf.saved_model.save() as `signatures`.
        tf_save_options: Passed to tf.saved_model.save() as `options`.
        options: As SaveOptions has them; `__call__` is the default signature.

    Raises:
        InvalidArgument: If TensorFlow cannot track the model, a signature is no method of it, or
            name, labels or metadata are not as described.
        FailedPrecondition: If the version is taken, TensorFlow is missing or the disk refuses.
    """
    tensorflow = _framework.imported("tensorflow")
    if not hasattr(model, "_trackable_children"):
        raise refuse(model, "a model that TensorFlow can save", hint="derive it from tf.Module")
    return _framework.save(
        name,
        lambda saved: tensorflow.saved_model.save(
            model, saved.path, signatures=tf_signatures, options=tf_save_options
        ),
        default="__call__",
        owner=model,
        options={"partial_kwargs": {}},
        **options,
    )


def load_model(tag: str | Tag | Model, device_name: str = "/device:CPU:0") -> Any:
    """The SavedModel, with its functions as methods.

    Args:
        tag: What to load.
        device_name: Where to put it, as tf.device names it.

    Raises:
        NotFound: If there is no such model, or another module saved it.
        FailedPrecondition: If TensorFlow is missing or a file is damaged.
    """
    tensorflow = _framework.imported("tensorflow")
    model = _framework.get(tag)
    with on_device(tensorflow, device_name):
        return _framework.loaded(model, "", tensorflow.saved_model.load)


def get_runnable(model: Model) -> type[Runnable]:
    """A Runnable that loads `model`: arrays go in, cast to what it takes, and come out."""
    return model_runnable(
        _framework.get(model),
        ("nvidia.com/gpu", "cpu"),
        multi_threading=True,
        load=load_model,
        call=_call,
    )


def _call(loaded: Any, method: str, *args: Any, **kwargs: Any) -> Any:
    import tensorflow

    function = getattr(loaded, method)
    try:
        answer = function(*args, **kwargs)
    except (TypeError, ValueError):  # The function has a signature, and wants its types exactly.
        specs = _input_specs(function)
        if len(specs) < len(args):
            raise
        cast = [
            tensorflow.cast(tensorflow.convert_to_tensor(one), spec.dtype)
            for one, spec in zip(args, specs, strict=False)
        ]
        answer = function(*cast, **kwargs)
    return as_arrays(answer)


def _input_specs(function: Any) -> list[Any]:
    concrete = getattr(function, "concrete_functions", None) or []
    if not concrete:
        return []
    positional, _ = concrete[0].structured_input_signature
    return [one for one in positional if hasattr(one, "dtype")]
