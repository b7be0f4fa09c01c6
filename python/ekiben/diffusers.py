# SPDX-License-Identifier: Apache-2.0
"""Diffusers: saving pipelines, and loading them again."""

from __future__ import annotations

import importlib
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import InvalidArgument
from .framework import Framework, SaveOptions, refuse
from .model import Model
from .runner.from_model import model_runnable
from .runner.runnable import Runnable
from .tag import Tag

if TYPE_CHECKING:
    from typing_extensions import Unpack

FOLDER = "diffusion_model"

# Options of a model, for with_options(), that load_model() takes.
_LOADED_WITH = (
    *("pipeline_class", "scheduler_class", "torch_dtype", "device_map", "custom_pipeline"),
    *("enable_attention_slicing", "variant", "low_cpu_mem_usage", "load_pretrained_extra_kwargs"),
)

_framework = Framework("diffusers", {"diffusers": "diffusers", "torch": "torch"}, ("diffusers",))

get = _framework.get


def save_model(name: str | Tag, pipeline: Any, **options: Unpack[SaveOptions]) -> Model:
    """Save a pipeline with save_pretrained(). It is served by Python.

    Args:
        name: A name, which gets a new version, or `name:version`.
        pipeline: A diffusers.DiffusionPipeline.
        options: As SaveOptions has them; `__call__` is the default signature.

    Raises:
        InvalidArgument: If it is no pipeline, a signature is no method of it, or name, labels or
            metadata are not as described.
        FailedPrecondition: If the version is taken, a package is missing or the disk refuses.
    """
    diffusers = _framework.imported("diffusers")
    if not isinstance(pipeline, diffusers.DiffusionPipeline):
        raise refuse(pipeline, "a DiffusionPipeline")
    return _framework.save(
        name,
        lambda saved: pipeline.save_pretrained(saved.path_of(FOLDER)),
        default="__call__",
        owner=pipeline,
        **options,
    )


def import_model(name: str | Tag, model_name_or_path: str, **options: Unpack[SaveOptions]) -> Model:
    """Save a pipeline that lies in a folder, as save_pretrained() wrote it.

    Args:
        name: A name, which gets a new version, or `name:version`.
        model_name_or_path: The folder.
        options: As SaveOptions has them; `__call__` is the default signature.

    Raises:
        InvalidArgument: If the folder holds no pipeline, or name, labels or metadata are not as
            described.
        FailedPrecondition: If the version is taken or the disk refuses.
    """
    folder = Path(model_name_or_path)
    if not (folder / "model_index.json").is_file():
        raise InvalidArgument(
            f"'{model_name_or_path}' is not a folder with a pipeline",
            hint="download it first, and give the folder that holds model_index.json",
        )
    return _framework.save(
        name,
        lambda saved: shutil.copytree(folder, saved.path_of(FOLDER)),
        default="__call__",
        **options,
    )


def load_model(
    tag: str | Tag | Model,
    device_id: Any = None,
    pipeline_class: Any = None,
    device_map: Any = None,
    custom_pipeline: str | None = None,
    scheduler_class: Any = None,
    torch_dtype: Any = None,
    low_cpu_mem_usage: bool | None = None,
    variant: str | None = None,
    enable_attention_slicing: int | str | None = None,
    load_pretrained_extra_kwargs: dict[str, Any] | None = None,
) -> Any:
    """The pipeline.

    Args:
        tag: What to load.
        device_id: Where to put it, as torch.device names it.
        pipeline_class: Its class, or that class's dotted name; as it was saved by default.
        device_map: Passed to from_pretrained(), as are the others that are not named here.
        custom_pipeline: The same.
        scheduler_class: A class, or its dotted name, to replace the scheduler's.
        torch_dtype: A torch.dtype or its name.
        low_cpu_mem_usage: Passed to from_pretrained(), where given.
        variant: Passed to from_pretrained(), where given.
        enable_attention_slicing: Passed to the pipeline's method of that name, where given.
        load_pretrained_extra_kwargs: More for from_pretrained().

    Raises:
        NotFound: If there is no such model, or another module saved it.
        FailedPrecondition: If a package is missing or a file is damaged.
    """
    diffusers = _framework.imported("diffusers")
    torch = _framework.imported("torch")
    kind = _class(pipeline_class) if pipeline_class else diffusers.DiffusionPipeline
    dtype = getattr(torch, torch_dtype) if isinstance(torch_dtype, str) else torch_dtype
    given = {
        "torch_dtype": dtype,
        "device_map": device_map,
        "custom_pipeline": custom_pipeline,
        "low_cpu_mem_usage": low_cpu_mem_usage,
        "variant": variant,
        **(load_pretrained_extra_kwargs or {}),
    }
    given = {key: value for key, value in given.items() if value is not None}
    pipeline = _framework.loaded(
        _framework.get(tag), FOLDER, lambda path: kind.from_pretrained(path, **given)
    )
    if scheduler_class:
        pipeline.scheduler = _class(scheduler_class).from_config(pipeline.scheduler.config)
    if device_id is not None and device_map is None:
        pipeline = pipeline.to(device_id)
    if enable_attention_slicing is not None:
        pipeline.enable_attention_slicing(enable_attention_slicing)
    return pipeline


def get_runnable(model: Model) -> type[Runnable]:
    """A Runnable that loads `model`; pipelines answer with tuples."""

    def load(saved: Model) -> Any:
        torch = _framework.imported("torch")
        options = {key: saved.info.options.get(key) for key in _LOADED_WITH}
        on_gpu = torch.cuda.is_available()
        if on_gpu and options["torch_dtype"] is None:
            options["torch_dtype"] = torch.float16
        return load_model(saved, device_id="cuda" if on_gpu else None, **options)

    return model_runnable(
        _framework.get(model),
        ("nvidia.com/gpu", "cpu"),
        multi_threading=True,
        load=load,
        call=_call,
    )


def _call(pipeline: Any, method: str, *args: Any, **kwargs: Any) -> Any:
    answer = getattr(pipeline, method)(*args, **kwargs)
    return answer.to_tuple() if hasattr(answer, "to_tuple") else answer


def _class(named: Any) -> Any:
    if not isinstance(named, str):
        return named
    module, _, name = named.rpartition(".")
    return getattr(importlib.import_module(module or "diffusers"), name)
