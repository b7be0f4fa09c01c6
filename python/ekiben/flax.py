# SPDX-License-Identifier: Apache-2.0
"""Flax: saving linen modules with their state, and loading them again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import FailedPrecondition
from .framework import Framework, SaveOptions, refuse
from .model import Model
from .runner.from_model import model_runnable
from .runner.runnable import Runnable
from .tag import Tag

if TYPE_CHECKING:
    from typing_extensions import Unpack

FILE = "saved_model.msgpack"
_MODULE = "_module"

_framework = Framework("flax", {"flax": "flax", "jax": "jax"}, ("flax", "jax", "jaxlib"))

get = _framework.get


def save_model(name: str | Tag, module: Any, state: Any, **options: Unpack[SaveOptions]) -> Model:
    """Save a module and its state. It is served by Python.

    Args:
        name: A name, which gets a new version, or `name:version`.
        module: A flax.linen.Module; it goes into the custom objects.
        state: Its variables, such as `{"params": ...}`, or a train state that has `params`.
        options: As SaveOptions has them; `__call__` is the default signature.

    Raises:
        InvalidArgument: If it is no module, a signature is no method of it, or name, labels or
            metadata are not as described.
        FailedPrecondition: If the version is taken, a package is missing or the disk refuses.
    """
    linen = _framework.imported("flax.linen")
    serialization = _framework.imported("flax.serialization")
    if not isinstance(module, linen.Module):
        raise refuse(module, "a flax.linen.Module")
    options["custom_objects"] = {**(options.get("custom_objects") or {}), _MODULE: module}
    return _framework.save(
        name,
        lambda saved: Path(saved.path_of(FILE)).write_bytes(serialization.to_bytes(state)),
        default="__call__",
        owner=module,
        options={"partial_kwargs": {}},
        **options,
    )


def load_model(
    tag: str | Tag | Model, init: bool = True, device: str = "cpu"
) -> tuple[Any, dict[str, Any]]:
    """The module and its state.

    The module is unpickled, which runs code that the file names: load only what you trust.

    Args:
        tag: What to load.
        init: Give the state's arrays as jax's; else as they are, on `device`.
        device: One of jax's platforms, such as `cpu`.

    Raises:
        NotFound: If there is no such model, or another module saved it.
        FailedPrecondition: If a package is missing or a file is damaged.
    """
    jax = _framework.imported("jax")
    serialization = _framework.imported("flax.serialization")
    model = _framework.get(tag)
    if _MODULE not in model.custom_objects:
        raise FailedPrecondition(f"model '{model.tag}' has no module among its custom objects")
    state = _framework.loaded(
        model, FILE, lambda path: serialization.msgpack_restore(Path(path).read_bytes())
    )
    if init:
        state = jax.tree_util.tree_map(jax.numpy.array, state)
    else:
        place = jax.devices(device)[0]
        state = jax.tree_util.tree_map(lambda one: jax.device_put(one, place), state)
    return model.custom_objects[_MODULE], state


def get_runnable(model: Model) -> type[Runnable]:
    """A Runnable that loads `model`: arrays go in, jax's arrays come out."""
    return model_runnable(
        _framework.get(model),
        ("tpu", "nvidia.com/gpu", "cpu"),
        multi_threading=True,
        load=load_model,
        call=_call,
    )


def _call(loaded: tuple[Any, Mapping[str, Any]], method: str, *args: Any, **kwargs: Any) -> Any:
    import jax.numpy

    module, state = loaded
    plain = [one.to_numpy() if hasattr(one, "to_numpy") else one for one in args]
    arrays = [jax.numpy.asarray(one) for one in plain]
    variables = {"params": state["params"]}
    return module.apply(variables, *arrays, method=getattr(module, method), **kwargs)
