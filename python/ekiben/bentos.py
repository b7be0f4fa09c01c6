# SPDX-License-Identifier: Apache-2.0
"""The bentos of the store: build, list, get, delete, export, import, push, pull."""

from __future__ import annotations

import builtins

from .archives import export_bento, import_bento
from .bento import Bento, BentoInfo, BentoStore
from .building import build, build_bentofile
from .container import containerize
from .publish import remove_all
from .registries import pull_bento as pull
from .registries import push_bento as push
from .tag import Tag

__all__ = [
    "Bento",
    "build",
    "build_bentofile",
    "containerize",
    "delete",
    "export_bento",
    "get",
    "import_bento",
    "list",
    "pull",
    "push",
]


def list(tag: str | Tag | None = None) -> builtins.list[Bento]:  # As BentoML names it.
    """All bentos, or those that `tag` names; newest first within a name.

    Raises:
        NotFound: If a tag is given and the store has no such bento.
    """
    store = BentoStore()
    return [_bento(store, info) for info in store.find(tag)]


def get(tag: str | Tag) -> Bento:
    """The bento that `tag` means.

    Args:
        tag: `name` or `name:latest` for the newest, `name:version`, or `name:` and the beginning
            of one version only.

    Raises:
        NotFound: If there is none; the hint names the nearest.
        InvalidArgument: If it is not a tag, or several versions begin so.
        FailedPrecondition: If the bento's folder is damaged.

    Example:
        >>> ekiben.bentos.get("iris_classifier:latest").info.labels["team"]
        'botany'
    """
    store = BentoStore()
    return _bento(store, store.get(tag))


def delete(tag: str | Tag) -> None:
    """Delete the bento that `tag` means; a name without a version means every version of it.

    Raises:
        NotFound: If there is none.
        InvalidArgument: If several versions begin so.
    """
    remove_all(BentoStore(), tag)


def _bento(store: BentoStore, info: BentoInfo) -> Bento:
    return Bento(info, store.folder(info.tag))
