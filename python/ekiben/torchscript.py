# SPDX-License-Identifier: Apache-2.0
"""TorchScript: saving scripted and traced modules, and loading them again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .framework import Framework, SaveOptions, refuse
from .model import Model
from .runner.runnable import Runnable
from .tag import Tag
from .torch_models import FILE, native_torch, scripted, torch_runnable

if TYPE_CHECKING:
    from typing_extensions import Unpack

_framework = Framework("torchscript", {"torch": "torch"}, ("torch",))

get = _framework.get


def save_model(
    name: str | Tag,
    model: Any,
    *,
    sample: Any = None,
    _extra_files: Mapping[str, Any] | None = None,
    **options: Unpack[SaveOptions],
) -> Model:
    """Save a ScriptModule, and with `sample` the form that is served without Python.

    Args:
        name: A name, which gets a new version, or `name:version`.
        model: What torch.jit.script() or torch.jit.trace() gave.
        sample: A typical input, as for ekiben.pytorch.save_model().
        _extra_files: File name to contents, kept in the model's file by PyTorch.
        options: As SaveOptions has them; `__call__` is the default signature.

    Raises:
        InvalidArgument: If the model is no ScriptModule, a signature is no method of it, or name,
            labels or metadata are not as described.
        FailedPrecondition: If the version is taken, PyTorch is missing or the disk refuses.
    """
    torch = _framework.imported("torch")
    if not isinstance(model, torch.jit.ScriptModule):
        raise refuse(model, "a ScriptModule", hint="make one of it with torch.jit.script(model)")
    if _extra_files is not None:
        metadata = {**(options.get("metadata") or {}), "_extra_files": list(_extra_files)}
        options["metadata"] = metadata
    return _framework.save(
        name,
        lambda saved: torch.jit.save(model, saved.path_of(FILE), _extra_files=_extra_files),
        default="__call__",
        owner=model,
        native=lambda folder, signatures: native_torch(model, signatures, sample, folder),
        options={"partial_kwargs": {}},
        **options,
    )


def load_model(
    tag: str | Tag | Model,
    device_id: str = "cpu",
    *,
    _extra_files: dict[str, Any] | None = None,
) -> Any:
    """The ScriptModule, on `device_id`; the values of `_extra_files` are filled in.

    Raises:
        NotFound: If there is no such model, or another module saved it.
        FailedPrecondition: If PyTorch is missing or the file is damaged.
    """
    return scripted(_framework, _framework.get(tag), device_id, _extra_files)


def get_runnable(model: Model) -> type[Runnable]:
    """A Runnable that loads `model`: arrays and tensors go in, tensors come out."""
    return torch_runnable(_framework.get(model), load_model, "PytorchModelRunnable")
