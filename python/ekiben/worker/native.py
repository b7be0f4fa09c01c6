# SPDX-License-Identifier: Apache-2.0
"""Methods that the engine runs natively: what they take and give, where Python's differs."""

from __future__ import annotations

import sys
from typing import Any

from ..io.lazy import NDARRAY
from ..runner.runner import Runner, RunnerMethod

_TORCH = ("pytorch", "torchscript", "pytorch_lightning")


class NativeMethod:
    """A signature with a native form. Its arguments become arrays, or columns by name."""

    def __init__(self, family: str, names: list[str]) -> None:
        self._gives_torch = family in _TORCH
        self._names = names

    def arguments(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The same arguments as arrays; a table as one named column each."""
        if len(args) == 1 and not kwargs:
            if NDARRAY.is_exactly(args[0]):
                return args, kwargs
            if _is_table(args[0]):
                return (), _columns(args[0], self._names)
        arrays = tuple(_array(one) for one in args)
        return arrays, {name: _array(one) for name, one in kwargs.items()}

    def result(self, result: Any) -> Any:
        """The outputs as the framework gives them."""
        if not self._gives_torch:
            return result
        import torch

        if isinstance(result, tuple):
            return tuple(torch.from_numpy(one) for one in result)
        return torch.from_numpy(result)


def native_method(method: RunnerMethod) -> NativeMethod | None:
    """How the engine runs this method natively; None where it needs Python."""
    description = Runner.describe(method.runner)
    if not description["module"] or len(method.runner.models) != 1:
        return None
    info = method.runner.models[0].info
    family = description["module"].rpartition(".")[2]
    form = info.ekiben.get("native", {}).get(method.name)
    if form is None:
        # An ONNX graph that BentoML has saved is its own native form.
        plain = family == "onnx" and not info.ekiben and method.name == "run"
        return NativeMethod(family, []) if plain else None
    return NativeMethod(family, [str(one.get("name", "")) for one in form.get("inputs") or ()])


def _is_table(value: Any) -> bool:
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(value, pandas.DataFrame)


def _columns(table: Any, names: list[str]) -> dict[str, Any]:
    """One array of shape (rows, 1) a column that the model reads; one of all for one input."""
    if len(names) == 1 and names[0] not in table.columns:
        return {names[0]: table.to_numpy()}
    wanted = [name for name in names if name in table.columns] or list(table.columns)
    return {str(name): _array(table[name]).reshape(-1, 1) for name in wanted}


def _array(value: Any) -> Any:
    import numpy as np

    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    array = np.asarray(value)
    if array.dtype.kind == "O":
        array = array.astype(np.str_)
    return array
