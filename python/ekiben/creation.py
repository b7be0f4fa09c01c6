# SPDX-License-Identifier: Apache-2.0
"""Making a model: the files in a folder of their own, then all of it into the store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

from .errors import InvalidArgument, disk_errors
from .manifest import ModelInfo, Signature
from .model import CUSTOM_OBJECTS, Model
from .publish import publish, staging_folder
from .store import ModelStore
from .tag import LATEST, Tag
from .values import checked_axes


@contextmanager
def creation(
    info: ModelInfo,
    custom_objects: Mapping[str, Any] | None = None,
    external_modules: Iterable[ModuleType] | None = None,
    finish: Callable[[Path], Mapping[str, Any]] | None = None,
) -> Iterator[Model]:
    """The model that `info` describes, whose files the block writes under `path`.

    Args:
        info: Its tag gets a new version where it has none.
        finish: Called after the block with the folder; returns what goes under `ekiben`.

    Raises:
        InvalidArgument: If the version is `latest`.
        FailedPrecondition: If the version is taken or the disk refuses.
    """
    store = ModelStore()
    info = replace(info, tag=_versioned(info.tag))
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
        try:
            axes = checked_axes(one.get("batch_dim", 0))
        except InvalidArgument as error:
            raise InvalidArgument(f"signature '{name}': {error.message}", hint=error.hint) from None
        checked[name] = Signature.from_dict({**one, "batch_dim": axes})
    return checked


def _versioned(tag: Tag) -> Tag:
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
    wanted = list(modules)
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
