# SPDX-License-Identifier: Apache-2.0
"""The models of the store: list, get, create, delete, export, import, push, pull."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any

from .aliases import meant
from .manifest import ModelContext, ModelInfo, ModelOptions, Signature
from .model import Model
from .store import ModelStore
from .tag import Tag

if TYPE_CHECKING:
    from .archives import export_model, import_model
    from .registries import pull_model as pull
    from .registries import push_model as push

__all__ = [
    "Model",
    "ModelContext",
    "ModelInfo",
    "ModelOptions",
    "Signature",
    "create",
    "delete",
    "export_model",
    "get",
    "import_model",
    "list",
    "pull",
    "push",
]


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
            of one version only. In a service, also an alias that its bentofile gives to a model.

    Raises:
        NotFound: If there is none; the hint names the nearest.
        InvalidArgument: If it is not a tag, or several versions begin so.
        FailedPrecondition: If the model's folder is damaged.
    """
    store = ModelStore()
    return _model(store, store.get(meant(tag)))


def delete(tag: str | Tag) -> None:
    """Delete the model that `tag` means; a name without a version means every version of it.

    Raises:
        NotFound: If there is none.
        InvalidArgument: If several versions begin so.
    """
    from .publish import remove_all

    remove_all(ModelStore(), tag)


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

    Raises:
        InvalidArgument: If name, labels, metadata or signatures are not as described.
        FailedPrecondition: If the version is taken or the disk refuses.

    Example:
        >>> with ekiben.models.create("rules", labels={"team": "fraud"}) as model:
        ...     pathlib.Path(model.path, "rules.txt").write_text("amount > 1000")
    """
    from .creation import checked_signatures, creation

    info = ModelInfo(
        tag=Tag.of(name),
        module=module,
        labels=labels or {},
        options=options or {},
        metadata=metadata or {},
        context=context or ModelContext(),
        signatures=checked_signatures(signatures),
        api_version=api_version,
    )
    with creation(info, custom_objects, external_modules) as model:
        yield model


def __getattr__(name: str) -> Any:
    # Services that only get() their models need nothing of these, which import much.
    if name in ("export_model", "import_model"):
        from . import archives

        return getattr(archives, name)
    if name in ("pull", "push"):
        from . import registries

        return getattr(registries, f"{name}_model")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _model(store: ModelStore, info: ModelInfo) -> Model:
    return Model(info, store.folder(info.tag))
