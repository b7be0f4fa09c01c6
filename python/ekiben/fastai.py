# SPDX-License-Identifier: Apache-2.0
"""fastai: saving learners, and loading them again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .errors import InvalidArgument
from .framework import Framework, SaveOptions, refuse
from .model import Model
from .runner.from_model import model_runnable
from .runner.runnable import Runnable
from .tag import Tag

if TYPE_CHECKING:
    from typing_extensions import Unpack

FILE = "saved_model.pkl"

_framework = Framework(
    "fastai", {"fastai": "fastai", "torch": "torch"}, ("fastai", "fastcore", "torch")
)

get = _framework.get


def save_model(name: str | Tag, learner_: Any, **options: Unpack[SaveOptions]) -> Model:
    """Save a Learner, exported by fastai. It is served by Python, on the CPU, without batching.

    Args:
        name: A name, which gets a new version, or `name:version`.
        learner_: A fastai Learner. Callbacks that cannot be pickled have to be removed first.
        options: As SaveOptions has them; `predict` is the default signature.

    Raises:
        InvalidArgument: If it is no Learner, a signature is batchable or no method of it, or name,
            labels or metadata are not as described.
        FailedPrecondition: If the version is taken, fastai is missing or the disk refuses.
    """
    import cloudpickle

    learner = _framework.imported("fastai.learner")
    if not isinstance(learner_, learner.Learner):
        raise refuse(
            learner_,
            "a fastai Learner",
            hint="ekiben.pytorch.save_model() saves a torch.nn.Module",
        )
    for given in (options.get("signatures"), options.get("signature")):
        for method, signature in (given or {}).items():
            batchable = isinstance(signature, Mapping) and signature.get("batchable")
            if not batchable and not getattr(signature, "batchable", False):
                continue
            raise InvalidArgument(
                f"signature '{method}' is batchable, which a Learner's methods are not",
                hint="save learner.model with ekiben.pytorch to have it batched",
            )
    return _framework.save(
        name,
        lambda saved: learner_.export(saved.path_of(FILE), pickle_module=cloudpickle),
        default="predict",
        owner=learner_,
        **options,
    )


def load_model(tag: str | Tag | Model) -> Any:
    """The Learner, on the CPU. It is unpickled, which runs code: load only what you trust.

    Raises:
        NotFound: If there is no such model, or another module saved it.
        FailedPrecondition: If fastai is missing or the file is damaged.
    """
    learner = _framework.imported("fastai.learner")
    return _framework.loaded(
        _framework.get(tag), FILE, lambda path: learner.load_learner(path, cpu=True)
    )


def get_runnable(model: Model) -> type[Runnable]:
    """A Runnable that loads `model` and has its signatures as methods."""

    def load(saved: Model) -> Any:
        learner = load_model(saved)
        learner.model.train(False)
        return learner

    return model_runnable(
        _framework.get(model),
        ("cpu",),
        multi_threading=True,
        load=load,
        call=_call,
        name="FastAIRunnable",
    )


def _call(learner: Any, method: str, *args: Any, **kwargs: Any) -> Any:
    import torch

    with torch.inference_mode():
        return getattr(learner, method)(*args, **kwargs)
