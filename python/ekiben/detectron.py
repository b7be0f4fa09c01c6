# SPDX-License-Identifier: Apache-2.0
"""Detectron2: saving predictors and models, and loading them again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import FailedPrecondition, InvalidArgument
from .framework import Framework, SaveOptions, refuse
from .model import Model
from .runner.from_model import model_runnable
from .runner.runnable import Runnable
from .tag import Tag
from .torch_models import as_tensor

if TYPE_CHECKING:
    from typing_extensions import Unpack

NAME = "saved_model"
FILE = f"{NAME}.pth"
_PREDICTOR = "_is_predictor"
_CONFIG = "config"

# It is not on PyPI.
_DETECTRON = "'detectron2 @ git+https://github.com/facebookresearch/detectron2'"

_framework = Framework(
    "detectron",
    {"detectron2": _DETECTRON, "fvcore": "fvcore", "torch": "torch"},
    ("detectron2",),
    framework_name="detectron2",
)

get = _framework.get


def save_model(
    name: str | Tag, checkpointables: Any, config: Any = None, **options: Unpack[SaveOptions]
) -> Model:
    """Save a predictor or a model, with its configuration. It is served by Python.

    Args:
        name: A name, which gets a new version, or `name:version`.
        checkpointables: A detectron2.engine.DefaultPredictor, or a torch.nn.Module.
        config: The CfgNode of a module; a predictor has its own.
        options: As SaveOptions has them; `__call__` is the default signature.

    Raises:
        InvalidArgument: If it is neither, a module comes without configuration, a signature is no
            method of it, or name, labels or metadata are not as described.
        FailedPrecondition: If the version is taken, a package is missing or the disk refuses.
    """
    torch = _framework.imported("torch")
    engine = _framework.imported("detectron2.engine")
    checkpoint = _framework.imported("fvcore.common.checkpoint")
    is_predictor = isinstance(checkpointables, engine.DefaultPredictor)
    if not is_predictor and not isinstance(checkpointables, torch.nn.Module):
        raise refuse(checkpointables, "a DefaultPredictor or a torch.nn.Module")
    if is_predictor:
        config = checkpointables.cfg
    elif config is None:
        raise InvalidArgument("a module is given without its configuration", hint="give config=")
    module = checkpointables.model if is_predictor else checkpointables
    options["metadata"] = {**(options.get("metadata") or {}), _PREDICTOR: is_predictor}
    options["custom_objects"] = {**(options.get("custom_objects") or {}), _CONFIG: config}
    return _framework.save(
        name,
        lambda saved: checkpoint.Checkpointer(module, save_dir=saved.path).save(NAME),
        default="__call__",
        owner=checkpointables,
        options={"partial_kwargs": {}},
        **options,
    )


def load_model(tag: str | Tag | Model, device_id: str = "cpu") -> Any:
    """The predictor or module, as what it was saved, with the weights that were saved.

    The configuration is unpickled, which runs code: load only what you trust.

    Raises:
        NotFound: If there is no such model, or another module saved it.
        FailedPrecondition: If a package is missing or a file is damaged.
    """
    engine = _framework.imported("detectron2.engine")
    modeling = _framework.imported("detectron2.modeling")
    checkpoint = _framework.imported("detectron2.checkpoint")
    model = _framework.get(tag)
    config = model.custom_objects.get(_CONFIG)
    if config is None:
        raise FailedPrecondition(f"model '{model.tag}' has no configuration")
    config = config.clone()
    config.defrost()
    config.MODEL.DEVICE = device_id
    if model.info.metadata.get(_PREDICTOR, True):
        config.MODEL.WEIGHTS = model.path_of(FILE)
        return _framework.loaded(model, FILE, lambda _: engine.DefaultPredictor(config))
    module = modeling.build_model(config)
    module.to(device_id).eval()
    _framework.loaded(model, FILE, checkpoint.DetectionCheckpointer(module).load)
    return module


def get_runnable(model: Model) -> type[Runnable]:
    """A Runnable that loads `model`: images go in as arrays, one an argument."""
    is_predictor = model.info.metadata.get(_PREDICTOR, True)

    def load(saved: Model) -> Any:
        torch = _framework.imported("torch")
        return load_model(saved, "cuda" if torch.cuda.is_available() else "cpu")

    def call(loaded: Any, method: str, *args: Any, **kwargs: Any) -> Any:
        if is_predictor:
            return getattr(loaded, method)(*args, **kwargs)
        torch = _framework.imported("torch")
        images = [{"image": as_tensor(one, device=str(loaded.device))} for one in args]
        with torch.inference_mode():
            return getattr(loaded, method)(images, **kwargs)

    return model_runnable(
        _framework.get(model),
        ("nvidia.com/gpu", "cpu"),
        multi_threading=True,
        load=load,
        call=call,
        name="Detectron2Runnable",
    )
