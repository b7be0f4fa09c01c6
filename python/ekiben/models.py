# SPDX-License-Identifier: Apache-2.0
"""The models of the store: list, get, create, delete."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

from .errors import InvalidArgument, disk_errors
from .manifest import ModelContext, ModelInfo, Signature
from .model import CUSTOM_OBJECTS, Model
from .publish import publish, remove, staging_folder
from .store import ModelStore
from .tag import LATEST, Tag

__all__ = ["Model", "ModelContext", "ModelInfo", "Signature", "create", "delete", "get", "list"]


def list(tag: str | Tag | None = None) -> builtins.list[Model]:  # As BentoML names it.
    """All models, or those that `tag` names; newest first within a name.

    Raises:
        NotFound: If a tag is given and the store has no such model.
    """
    store = ModelStore()
    return [_model(store, info) for info in store.find(tag)]


def get(tag: str | Tag) -> Model:
    """The model that `tag` means.

    Args:
        tag: `name` or `name:latest` for the newest, `name:version`, or `name:` and the beginning
            of one version only.

    Raises:
        NotFound: If there is none; the hint names the nearest.
        InvalidArgument: If it is not a tag, or several versions begin so.
        FailedPrecondition: If the model's folder is damaged.
    """
    store = ModelStore()
    return _model(store, store.get(tag))


def delete(tag: str | Tag) -> None:
    """Delete the model that `tag` means; a name without a version means every version of it.

    Raises:
        NotFound: If there is none.
        InvalidArgument: If several versions begin so.
    """
    store = ModelStore()
    tag = Tag.of(tag)
    doomed = store.find(tag) if tag.version is None else [store.get(tag)]
    for info in doomed:
        remove(store, info.tag)


@contextmanager
def create(
    name: str | Tag,
    *,
    labels: Mapping[str, str] | None = None,
    metadata: Mapping[str, Any] | None = None,
    module: str = "",
    api_version: str = "v1",
    signatures: Mapping[str, Signature | Mapping[str, Any]] | None = None,
    options: Mapping[str, Any] | None = None,
    custom_objects: Mapping[str, Any] | None = None,
    external_modules: Iterable[ModuleType] | None = None,
    context: ModelContext | None = None,
    finish: Callable[[Path], Mapping[str, Any]] | None = None,
) -> Iterator[Model]:
    """Make a model out of files: write them under `path` within the block.

    The model enters the store when the block ends, whole; if the block raises, nothing does.
    Within the block `path` is a folder of its own, afterwards the model's place in the store.
    Several processes may create models of one name at once.

    Args:
        name: A name, which gets a new version, or `name:version`.
        labels: Text to text, to find models by.
        metadata: Anything plain that is worth knowing: text, numbers, lists, dicts, dates, arrays.
        module: The module that can load the files, such as `bentoml.sklearn`.
        signatures: What can be called, such as `{"predict": {"batchable": True}}`.
        custom_objects: Python objects to save along, by cloudpickle.
        external_modules: Modules whose code goes into the pickles, because it will not be
            installed where the model is loaded.
        finish: Called after the block with the folder; returns what goes under `ekiben`.

    Raises:
        InvalidArgument: If name, labels, metadata or signatures are not as described.
        FailedPrecondition: If the version is taken or the disk refuses.

    Example:
        >>> with ekiben.models.create("rules", labels={"team": "fraud"}) as model:
        ...     pathlib.Path(model.path, "rules.txt").write_text("amount > 1000")
    """
    store = ModelStore()
    info = ModelInfo(
        tag=_new_tag(name),
        module=module,
        labels=labels or {},
        options=options or {},
        metadata=metadata or {},
        context=context or ModelContext(),
        signatures=checked_signatures(signatures),
        api_version=api_version,
    )
    objects = dict(custom_objects or {})
    with ExitStack() as stack:
        folder = stack.enter_context(staging_folder(store))
        stack.enter_context(_pickled_by_value(external_modules or ()))
        model = Model(info, folder, objects)
        yield model
        if objects:
            _write_custom_objects(folder, objects)
        if finish is not None:
            info = replace(info, ekiben=finish(folder))
        model._moved(info, publish(store, folder, info))


def checked_signatures(
    signatures: Mapping[str, Signature | Mapping[str, Any]] | None,
) -> dict[str, Signature]:
    """`signatures` as values.

    Raises:
        InvalidArgument: If one is not a dict with the keys of Signature.
    """
    checked: dict[str, Signature] = {}
    for name, one in (signatures or {}).items():
        if isinstance(one, Signature):
            checked[name] = one
            continue
        known = {"batchable", "batch_dim", "input_spec", "output_spec"}
        unknown = sorted(set(one) - known) if isinstance(one, Mapping) else [str(one)]
        if unknown:
            raise InvalidArgument(
                f"signature '{name}' has '{unknown[0]}'",
                hint=f"its keys are {', '.join(sorted(known))}",
            )
        checked[name] = Signature.from_dict(one)
    return checked


def _new_tag(name: str | Tag) -> Tag:
    tag = Tag.of(name)
    if tag.version == LATEST:
        raise InvalidArgument(
            f"'{tag}' cannot be saved: '{LATEST}' is a word for the newest version",
            hint=f"save '{tag.name}', and a version is made",
        )
    return tag if tag.version is not None else tag.with_new_version()


def _write_custom_objects(folder: Path, objects: dict[str, Any]) -> None:
    import cloudpickle

    path = folder / CUSTOM_OBJECTS
    with disk_errors("write", path), path.open("wb") as file:
        cloudpickle.dump(objects, file)


@contextmanager
def _pickled_by_value(modules: Iterable[ModuleType]) -> Iterator[None]:
    wanted = builtins.list(modules)
    if not wanted:
        yield
        return
    import cloudpickle

    known = cloudpickle.list_registry_pickle_by_value()
    added = [module for module in wanted if module.__name__ not in known]
    for module in added:
        cloudpickle.register_pickle_by_value(module)
    try:
        yield
    finally:
        for module in added:
            cloudpickle.unregister_pickle_by_value(module)


def _model(store: ModelStore, info: ModelInfo) -> Model:
    return Model(info, store.folder(info.tag))
