# SPDX-License-Identifier: Apache-2.0
"""The Runnable of a saved model: what most framework modules need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..model import Model
from .runnable import Runnable


def model_runnable(
    model: Model,
    resources: tuple[str, ...],
    *,
    multi_threading: bool,
    load: Callable[[Model], Any],
    call: Callable[..., Any] | None = None,
    name: str = "",
) -> type[Runnable]:
    """A Runnable class that loads `model` when it is made, and has its signatures as methods.

    What `with_options(partial_kwargs={method: {...}})` gave the model is passed with every call.

    Args:
        model: Its signatures name the methods, and say which are batchable.
        resources: What it can run on.
        multi_threading: Whether one instance keeps several cores busy.
        load: Gives the loaded model; called once an instance.
        call: Called with the loaded model, the signature's name and the arguments; by default the
            loaded model's method of that name is called with the arguments.
        name: What the class is called, where that is not made of the module's name.
    """
    carry_out = call or _call_method
    partial_kwargs = model.info.options.get("partial_kwargs") or {}

    class ModelRunnable(Runnable):
        SUPPORTED_RESOURCES = resources
        SUPPORTS_CPU_MULTI_THREADING = multi_threading

        def __init__(self) -> None:
            self.model = load(model)

    def method_of(signature: str) -> Callable[..., Any]:
        fixed = partial_kwargs.get(signature) or {}

        def method(self: ModelRunnable, *args: Any, **kwargs: Any) -> Any:
            return carry_out(self.model, signature, *args, **{**fixed, **kwargs})

        method.__name__ = signature
        return method

    family = model.info.module.rpartition(".")[2].title().replace("_", "")
    ModelRunnable.__name__ = ModelRunnable.__qualname__ = name or f"{family}Runnable"
    for method, signature in model.info.signatures.items():
        ModelRunnable.add_method(
            method_of(method),
            method,
            batchable=signature.batchable,
            batch_dim=signature.batch_dim,
            input_spec=signature.input_spec,
            output_spec=signature.output_spec,
        )
    return ModelRunnable


def _call_method(loaded: Any, signature: str, *args: Any, **kwargs: Any) -> Any:
    return getattr(loaded, signature)(*args, **kwargs)
