# SPDX-License-Identifier: Apache-2.0
"""Transformers: saving pipelines and pretrained objects, and loading them again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .errors import InvalidArgument
from .framework import Framework, SaveOptions, refuse
from .model import Model
from .pickles import unpickled, write_pickle
from .runner.from_model import model_runnable
from .runner.runnable import Runnable
from .runner.strategy import has_gpu
from .tag import Tag

PIPELINE = "pipeline.v2.pkl"
PRETRAINED = "pretrained.v2.pkl"
OLD_PIPELINE = "pipeline.v1.pkl"

# What tells the two kinds of models apart, in BentoML's metadata.
_CLASS = "_pretrained_class"

_METHODS = {
    "PreTrainedTokenizerBase": (
        *("__call__", "tokenize", "encode", "encode_plus", "batch_encode_plus", "pad"),
        *("create_token_type_ids_from_sequences", "build_inputs_with_special_tokens"),
        *("prepare_for_model", "truncate_sequences", "convert_tokens_to_string"),
        *("batch_decode", "decode", "get_special_tokens_mask", "clean_up_tokenization"),
    ),
    "PreTrainedModel": ("__call__", "forward", "generate"),
    "TFPreTrainedModel": ("__call__", "predict", "call", "generate"),
    "FlaxPreTrainedModel": ("__call__", "generate"),
    "ProcessorMixin": ("__call__", "batch_decode", "decode"),
    "BaseImageProcessor": ("__call__", "preprocess"),
    "SequenceFeatureExtractor": ("pad",),
}

_framework = Framework(
    "transformers",
    {"transformers": "transformers"},
    ("transformers", "torch", "tensorflow", "flax", "jax", "jaxlib"),
)

get = _framework.get


def save_model(
    name: str | Tag,
    pretrained_or_pipeline: Any = None,
    pipeline: Any = None,
    task_name: str | None = None,
    task_definition: Mapping[str, Any] | None = None,
    **options: Any,
) -> Model:
    """Save a pipeline, or anything else that has save_pretrained(). It is served by Python.

    Args:
        name: A name, which gets a new version, or `name:version`.
        pretrained_or_pipeline: A pipeline, model, tokenizer, processor or feature extractor.
        pipeline: The same, as older programs call it.
        task_name: The task of a pipeline of your own class.
        task_definition: That task, as its registry wants it: `impl`, `pt`, `tf`, `default`, `type`.
        options: As SaveOptions has them, and what save_pretrained() takes. A pipeline's default
            signature is `__call__`; other objects have several.

    Raises:
        InvalidArgument: If there is nothing to save, the task is not the pipeline's, a signature is
            no method of it, or name, labels or metadata are not as described.
        FailedPrecondition: If the version is taken, Transformers is missing or the disk refuses.
    """
    transformers = _framework.imported("transformers")
    saved = pretrained_or_pipeline if pretrained_or_pipeline is not None else pipeline
    known = {key: options.pop(key) for key in list(options) if key in SaveOptions.__annotations__}
    if isinstance(saved, transformers.Pipeline):
        file, kept = PIPELINE, _task_options(saved, task_name, task_definition)
        default: tuple[str, ...] = ("__call__",)
    elif hasattr(saved, "save_pretrained") and hasattr(saved, "from_pretrained"):
        file, kept = PRETRAINED, _no_task()
        known["metadata"] = {**(known.get("metadata") or {}), **_marks(transformers, saved)}
        default = _default_methods(transformers, saved)
    else:
        raise refuse(saved, "a pipeline or another object with save_pretrained()")

    def write(model: Model) -> None:
        saved.save_pretrained(model.path, **options)
        write_pickle(model.path_of(file), type(saved))

    return _framework.save(
        name, write, default=default, owner=saved, api_version="v2", options=kept, **known
    )


def load_model(tag: str | Tag | Model, *args: Any, **kwargs: Any) -> Any:
    """The pipeline or pretrained object.

    The class is unpickled, which runs code that the file names: load only what you trust.

    Args:
        tag: What to load.
        args: Passed to from_pretrained().
        kwargs: Passed to transformers.pipeline(), or to from_pretrained().

    Raises:
        NotFound: If there is no such model, or another module saved it.
        FailedPrecondition: If Transformers is missing or a file is damaged.
    """
    model = _framework.get(tag)
    transformers = _framework.imported("transformers")
    if _CLASS in model.info.metadata:
        return _framework.loaded(
            model,
            PRETRAINED,
            lambda path: unpickled(path).from_pretrained(model.path, *args, **kwargs),
        )
    kwargs = {**kwargs, **(model.info.options.get("kwargs") or {})}
    old = Path(model.path_of(OLD_PIPELINE))
    if model.info.api_version == "v1" and old.exists():
        return _framework.loaded(model, OLD_PIPELINE, unpickled)
    if model.info.api_version == "v1":
        return _framework.loaded(
            model, "", lambda path: transformers.pipeline(_task(model), path, **kwargs)
        )
    return _framework.loaded(
        model,
        PIPELINE,
        lambda path: _pipeline(transformers, model, unpickled(path), kwargs),
    )


def get_runnable(model: Model) -> type[Runnable]:
    """A Runnable that loads `model` and has its signatures as methods."""
    return model_runnable(
        _framework.get(model), ("nvidia.com/gpu", "cpu"), multi_threading=True, load=_load_to_serve
    )


def _load_to_serve(model: Model) -> Any:
    if not has_gpu():
        return load_model(model)
    if _CLASS not in model.info.metadata:
        return load_model(model, device=0)
    loaded = load_model(model)
    return loaded.to("cuda") if model.info.metadata.get("_framework") == "pt" else loaded


def _pipeline(transformers: Any, model: Model, kind: type, kwargs: dict[str, Any]) -> Any:
    from transformers.pipelines import PIPELINE_REGISTRY

    task = _task(model)
    if task not in PIPELINE_REGISTRY.get_supported_tasks():
        options = model.info.options
        wanted = {
            "pt_model": _classes(transformers, options.get("pt")),
            "tf_model": _classes(transformers, options.get("tf")),
            "default": options.get("default"),
            "type": options.get("type"),
        }
        # Without TensorFlow's, which newer releases do not know, where there is none.
        given = {key: value for key, value in wanted.items() if value}
        PIPELINE_REGISTRY.register_pipeline(task, pipeline_class=kind, **given)
    return transformers.pipeline(task, model.path, **{"pipeline_class": kind, **kwargs})


def _classes(transformers: Any, names: Any) -> tuple[Any, ...]:
    return tuple(getattr(transformers, name) for name in names or ())


def _task(model: Model) -> str:
    return str(model.info.options.get("task", ""))


def _task_options(
    pipeline: Any, task_name: str | None, definition: Mapping[str, Any] | None
) -> dict[str, Any]:
    from transformers.pipelines import PIPELINE_REGISTRY

    if definition is not None and task_name is None:
        raise InvalidArgument("task_definition is given without task_name")
    if task_name is not None and task_name != pipeline.task:
        raise InvalidArgument(f"task_name is '{task_name}', the pipeline's is '{pipeline.task}'")
    if definition is None:
        task, definition = PIPELINE_REGISTRY.check_task(pipeline.task)[:2]
    else:
        task = pipeline.task
    return {
        "task": task,
        "tf": _names_of(definition.get("tf")),
        "pt": _names_of(definition.get("pt")),
        "default": _plain(definition.get("default") or {}),
        "type": definition.get("type", "text"),
        "kwargs": {},
    }


def _no_task() -> dict[str, Any]:
    return {"task": "", "tf": [], "pt": [], "default": {}, "type": None, "kwargs": {}}


def _names_of(classes: Any) -> list[str]:
    if classes is None:
        return []
    several = classes if isinstance(classes, (tuple, list)) else (classes,)
    return [one if isinstance(one, str) else one.__qualname__ for one in several]


def _plain(value: Any) -> Any:
    """`value` as model.yaml can hold it: tuples as lists, and as keys joined by '_'."""
    if isinstance(value, Mapping):
        return {
            "_".join(key) if isinstance(key, tuple) else str(key): _plain(one)
            for key, one in value.items()
        }
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    return value


def _marks(transformers: Any, pretrained: Any) -> dict[str, str]:
    marks = {_CLASS: type(pretrained).__name__}
    models = ("PreTrainedModel", "TFPreTrainedModel", "FlaxPreTrainedModel")
    if any(isinstance(pretrained, getattr(transformers, one, ())) for one in models):
        marks["_framework"] = str(getattr(pretrained, "framework", "pt"))
    return marks


def _default_methods(transformers: Any, pretrained: Any) -> tuple[str, ...]:
    """The methods that the object has of those that its kind is called by."""
    kinds = {base.__name__ for base in type(pretrained).__mro__}
    for kind, methods in _METHODS.items():
        if kind in kinds:
            return tuple(one for one in methods if callable(getattr(pretrained, one, None)))
    if callable(pretrained):
        return ("__call__",)
    raise InvalidArgument(
        f"what a {type(pretrained).__name__} is called by is not known",
        hint="give signatures=",
    )
