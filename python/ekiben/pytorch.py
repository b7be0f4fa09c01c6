# SPDX-License-Identifier: Apache-2.0
"""PyTorch: saving modules, and loading them again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from .framework import Framework, SaveOptions, refuse
from .model import Model
from .runner.runnable import Runnable
from .tag import Tag
from .torch_models import FILE, native_torch, torch_runnable, whole_module

if TYPE_CHECKING:
    from typing_extensions import Unpack

_framework = Framework("pytorch", {"torch": "torch"}, ("torch",), framework_name="torch")

get = _framework.get


def save_model(
    name: str | Tag, model: Any, *, sample: Any = None, **options: Unpack[SaveOptions]
) -> Model:
    """Save a module, pickled whole, and with `sample` the form that is served without Python.

    That native form is an ONNX graph, traced with the sample in evaluation mode. It takes any
    number of rows where the module does, and is kept only if it answers as the module does: numbers
    within 1e-4 relative, on the sample, on single rows and on more rows.

    Args:
        name: A name, which gets a new version, or `name:version`.
        model: A torch.nn.Module. Classes of `__main__` go along by value; those of other modules
            of yours have to be importable, or be in `external_modules`.
        sample: A typical input: a tensor or an array, or a tuple of them, one an argument.
        options: As SaveOptions has them; `__call__` is the default signature.

    Raises:
        InvalidArgument: If the model is no module, a signature is no method of it, or name, labels
            or metadata are not as described.
        FailedPrecondition: If the version is taken, PyTorch is missing or the disk refuses.
    """
    torch = _framework.imported("torch")
    if not isinstance(model, torch.nn.Module):
        raise refuse(model, "a torch.nn.Module")

    def write(saved: Model) -> None:
        import cloudpickle

        with Path(saved.path_of(FILE)).open("wb") as file:
            torch.save(model, file, pickle_module=cloudpickle)

    return _framework.save(
        name,
        write,
        default="__call__",
        owner=model,
        native=lambda folder, signatures: native_torch(model, signatures, sample, folder),
        options={"partial_kwargs": {}},
        **options,
    )


def load_model(tag: str | Tag | Model, device_id: str = "cpu", **torch_load_args: Any) -> Any:
    """The module, unpickled anew. That runs code the file names: load only what you trust.

    Args:
        tag: What to load.
        device_id: Where to put it, as torch.device names it.
        torch_load_args: Passed to torch.load().

    Raises:
        NotFound: If there is no such model, or another module saved it.
        FailedPrecondition: If PyTorch is missing or the file is damaged.
    """
    torch = _framework.imported("torch")
    return _framework.loaded(
        _framework.get(tag),
        FILE,
        lambda path: whole_module(torch, path, device_id, **torch_load_args),
    )


def get_runnable(model: Model) -> type[Runnable]:
    """A Runnable that loads `model`: arrays and tensors go in, tensors come out."""
    return torch_runnable(_framework.get(model), load_model, "PytorchModelRunnable")
