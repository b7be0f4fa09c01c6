# SPDX-License-Identifier: Apache-2.0
"""PyTorch Lightning: saving its modules as TorchScript, and loading them again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .framework import Framework, SaveOptions, refuse
from .model import Model
from .runner.runnable import Runnable
from .tag import Tag
from .torch_models import FILE, native_torch, scripted, torch_runnable

if TYPE_CHECKING:
    from typing_extensions import Unpack

_framework = Framework(
    "pytorch_lightning",
    {"torch": "torch", "pytorch_lightning": "pytorch-lightning"},
    ("torch", "pytorch-lightning"),
)

get = _framework.get


def save_model(
    name: str | Tag, model: Any, *, sample: Any = None, **options: Unpack[SaveOptions]
) -> Model:
    """Save a LightningModule as TorchScript, and with `sample` the form served without Python.

    Args:
        name: A name, which gets a new version, or `name:version`.
        model: A pytorch_lightning.LightningModule whose to_torchscript() gives one module.
        sample: A typical input, as for ekiben.pytorch.save_model().
        options: As SaveOptions has them; `__call__` is the default signature.

    Raises:
        InvalidArgument: If the model is no LightningModule or becomes several, a signature is no
            method of it, or name, labels or metadata are not as described.
        FailedPrecondition: If the version is taken, a package is missing or the disk refuses.
    """
    torch = _framework.imported("torch")
    lightning = _framework.imported("pytorch_lightning")
    if not isinstance(model, lightning.LightningModule):
        raise refuse(model, "a LightningModule")
    script = model.to_torchscript()
    if isinstance(script, dict):
        raise refuse(script, "one module", hint="let to_torchscript() give one")
    return _framework.save(
        name,
        lambda saved: torch.jit.save(script, saved.path_of(FILE)),
        default="__call__",
        owner=script,
        native=lambda folder, signatures: native_torch(script, signatures, sample, folder),
        options={"partial_kwargs": {}},
        **options,
    )


def load_model(tag: str | Tag | Model, device_id: str = "cpu") -> Any:
    """The module as a ScriptModule on `device_id`.

    Raises:
        NotFound: If there is no such model, or another module saved it.
        FailedPrecondition: If PyTorch is missing or the file is damaged.
    """
    return scripted(_framework, _framework.get(tag), device_id)


def get_runnable(model: Model) -> type[Runnable]:
    """A Runnable that loads `model`: arrays and tensors go in, tensors come out."""
    return torch_runnable(_framework.get(model), load_model, "PytorchModelRunnable")
