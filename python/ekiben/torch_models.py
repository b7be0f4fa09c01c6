# SPDX-License-Identifier: Apache-2.0
"""What the modules of PyTorch and its relatives share: running modules, and their native forms."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from .framework import Framework, native_forms
from .manifest import Signature
from .model import Model
from .native.forms import without_native
from .runner.from_model import model_runnable
from .runner.runnable import Runnable

FILE = "saved_model.pt"

NO_SAMPLE = "give sample=, a typical input, and it is served without Python"


def torch_runnable(model: Model, load: Callable[..., Any], name: str = "") -> type[Runnable]:
    """A Runnable that loads `model` on the GPU where there is one, and has its signatures.

    Arrays and DataFrames become tensors on that device: of the type of the native form's input
    where there is one, else float32. Tensors come out.

    Args:
        load: Called with the model and device_id.
    """
    entries = model.info.ekiben.get("native", {})

    def call(module: Any, method: str, *args: Any, **kwargs: Any) -> Any:
        import torch

        inputs = entries.get(method, {}).get("inputs", [])
        dtypes = [one["dtype"] for one in inputs] + ["float32"] * len(args)
        device = _device(torch)
        tensors = [as_tensor(one, dtype, device) for one, dtype in zip(args, dtypes, strict=False)]
        named = {key: as_tensor(one, "float32", device) for key, one in kwargs.items()}
        with torch.inference_mode():
            return getattr(module, method)(*tensors, **named)

    def loaded(saved: Model) -> Any:
        import torch

        module = load(saved, device_id=_device(torch))
        module.train(False)
        return module

    return model_runnable(
        model, ("nvidia.com/gpu", "cpu"), multi_threading=True, load=loaded, call=call, name=name
    )


def as_tensor(value: Any, dtype: str = "float32", device: str = "cpu") -> Any:
    """`value` as a tensor on `device` if it is an array, a DataFrame or a tensor; else as it is."""
    import numpy as np
    import torch

    if isinstance(value, torch.Tensor):
        return value.to(device)
    if hasattr(value, "to_numpy"):
        value = value.to_numpy()
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        return torch.as_tensor(value.astype(dtype, copy=False), device=device)
    return value


def native_torch(
    module: Any, signatures: Mapping[str, Signature], sample: Any, folder: Path
) -> dict[str, Any]:
    """What goes under `ekiben` for a module; its native forms are made from `sample`."""
    if sample is None:
        return without_native(signatures, NO_SAMPLE)

    def make() -> dict[str, Any]:
        from .native.torch_graphs import build_torch

        return build_torch(module, signatures, sample, folder)

    return native_forms(make, folder, signatures, modules=("numpy", "onnx", "onnxruntime", "torch"))


def scripted(
    framework: Framework, model: Model, device_id: str, extra_files: dict[str, Any] | None = None
) -> Any:
    """The ScriptModule in the model's folder; fills the values of `extra_files`."""
    torch = framework.imported("torch")
    return framework.loaded(
        model,
        FILE,
        lambda path: torch.jit.load(path, map_location=device_id, _extra_files=extra_files),
    )


def whole_module(torch: ModuleType, path: str, device_id: str, **options: Any) -> Any:
    """The pickled module of a file. Newer releases unpickle no code unless they are told to."""
    if "weights_only" in inspect.signature(torch.load).parameters:
        options.setdefault("weights_only", False)
    with Path(path).open("rb") as file:
        return torch.load(file, map_location=device_id, **options)


def _device(torch: ModuleType) -> str:
    return "cuda" if torch.cuda.is_available() else "cpu"
