# SPDX-License-Identifier: Apache-2.0
"""EasyOCR: saving readers, and loading them again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .framework import Framework, SaveOptions, refuse
from .manifest import Signature
from .model import Model
from .pickles import unpickled, write_pickle
from .runner.from_model import model_runnable
from .runner.runnable import Runnable
from .tag import Tag

if TYPE_CHECKING:
    from typing_extensions import Unpack

FILE = "saved_model.pkl"

_METHODS = ("detect", "readtext", "readtextlang", "recognize")
_BATCHED = "readtext_batched"

_framework = Framework("easyocr", {"easyocr": "easyocr"}, ("easyocr",))

get = _framework.get


def save_model(name: str | Tag, reader: Any, **options: Unpack[SaveOptions]) -> Model:
    """Save a reader by cloudpickle, weights and all. It is served by Python.

    Args:
        name: A name, which gets a new version, or `name:version`.
        reader: An easyocr.Reader, or an object of a class of your own with `readtext`.
        options: As SaveOptions has them. The default signatures are those of `detect`,
            `readtext`, `readtextlang`, `recognize` and, batchable, `readtext_batched` that the
            reader has.

    Raises:
        InvalidArgument: If it cannot read text, a signature is no method of it, or name, labels or
            metadata are not as described.
        FailedPrecondition: If the version is taken or the disk refuses.
    """
    if not callable(getattr(reader, "readtext", None)):
        raise refuse(reader, "a reader with readtext()")
    if options.get("signatures") is None and options.get("signature") is None:
        options["signatures"] = {
            method: Signature(batchable=method == _BATCHED)
            for method in (*_METHODS, _BATCHED)
            if callable(getattr(reader, method, None))
        }
    return _framework.save(
        name,
        lambda saved: write_pickle(saved.path_of(FILE), reader),
        default="readtext",
        owner=reader,
        **options,
    )


def load_model(tag: str | Tag | Model) -> Any:
    """The reader, unpickled anew. That runs code the file names: load only what you trust.

    Raises:
        NotFound: If there is no such model, or another module saved it.
        FailedPrecondition: If the file is damaged or needs a package that is missing.
    """
    return _framework.loaded(_framework.get(tag), FILE, unpickled)


def get_runnable(model: Model) -> type[Runnable]:
    """A Runnable that loads `model` and has its signatures as methods."""
    return model_runnable(
        _framework.get(model),
        ("nvidia.com/gpu", "cpu"),
        multi_threading=True,
        load=load_model,
        name="EasyOCRRunnable",
    )
