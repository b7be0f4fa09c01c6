# SPDX-License-Identifier: Apache-2.0
"""Anything that can be pickled and called: saving it by cloudpickle, and loading it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .framework import Framework, SaveOptions
from .model import Model
from .pickles import unpickled, write_pickle
from .runner.from_model import model_runnable
from .runner.runnable import Runnable
from .tag import Tag

if TYPE_CHECKING:
    from typing_extensions import Unpack

FILE = "saved_model.pkl"

_framework = Framework(
    "picklable_model",
    {"cloudpickle": "cloudpickle"},
    ("cloudpickle",),
    framework_name="cloudpickle",
)

get = _framework.get


def save_model(name: str | Tag, model: Any, **options: Unpack[SaveOptions]) -> Model:
    """Save a Python object, such as a function. It is served by Python.

    Args:
        name: A name, which gets a new version, or `name:version`.
        model: The object; what is defined in `__main__` goes along by value.
        options: As SaveOptions has them; `__call__` is the default signature.

    Raises:
        InvalidArgument: If a signature is no method of it, or name, labels or metadata are not as
            described.
        FailedPrecondition: If the version is taken or the disk refuses.
    """
    return _framework.save(
        name,
        lambda saved: write_pickle(saved.path_of(FILE), model),
        default="__call__",
        owner=model,
        options={"partial_kwargs": {}},
        **options,
    )


def load_model(tag: str | Tag | Model) -> Any:
    """The object, unpickled anew. That runs code the file names: load only what you trust.

    Raises:
        NotFound: If there is no such model, or another module saved it.
        FailedPrecondition: If the file is damaged.
    """
    return _framework.loaded(_framework.get(tag), FILE, unpickled)


def get_runnable(model: Model) -> type[Runnable]:
    """A Runnable that loads `model` and has its signatures as methods."""
    return model_runnable(
        _framework.get(model),
        ("cpu",),
        multi_threading=False,
        load=load_model,
        name="PicklableRunnable",
    )
