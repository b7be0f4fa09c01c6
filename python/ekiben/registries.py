# SPDX-License-Identifier: Apache-2.0
"""Models and bentos to a registry, and from one into the store; the engine does it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .bento import Bento, BentoStore
from .command import run
from .errors import FailedPrecondition
from .model import Model
from .publish import refuse_in_bento
from .store import ModelStore, TagStore
from .stored import Stored
from .tag import Tag


def push_model(
    tag: str | Tag | Model, target: str = "", *, force: bool = False, latest: bool = False
) -> str:
    """Send a model to a registry as an OCI artifact; returns the digest of its manifest.

    What the registry has is not sent; an upload that was broken off goes on. Logins are those of
    docker and podman.

    Args:
        tag: What to send.
        target: `registry.example/team/iris`, with `:TAG` where that is not to be the version. What
            names no registry is below EKIBEN_REGISTRY.
        force: Whether another model that has the tag in the registry is replaced.
        latest: Whether `latest` names it there as well.

    Raises:
        NotFound: If there is no such model.
        InvalidArgument: If no registry is named, or not as registries do.
        FailedPrecondition: If the tag is another's there, or the registry refuses.
        Unavailable: If the registry does not answer.
    """
    return _push(("models",), ModelStore(), tag, target, force, latest)


def push_bento(
    tag: str | Tag | Bento, target: str = "", *, force: bool = False, latest: bool = False
) -> str:
    """Send a bento with its models to a registry; as push_model().

    Example:
        >>> ekiben.bentos.push("iris_classifier:latest", "registry.example/team/iris_classifier")
        'sha256:…'
    """
    return _push((), BentoStore(), tag, target, force, latest)


def pull_model(tag: str, *, force: bool = False, verify: str = "") -> Model:
    """Take a model of a registry into the store, under the tag that it was saved with.

    It enters the store whole or not at all. A model that is there already is left alone.

    Args:
        tag: `registry.example/team/iris`, with `:TAG` or `@sha256:…`, else `latest`.
        force: Whether another model that has its tag in the store is replaced.
        verify: `required`, `warn` or `off`: whether it has to be signed by somebody trusted; by
            default as EKIBEN_VERIFY or the configuration says.

    Raises:
        NotFound: If there is no such name in the registry; the hint has those that there are.
        InvalidArgument: If no registry is named, or not as registries do.
        FailedPrecondition: If it is no model, other bytes come than its digests say, its signature
            is missed, another has its tag in the store, or the registry refuses.
        Unavailable: If the registry does not answer.
    """
    store = ModelStore()
    refuse_in_bento(store)
    info = store.get(_tag(_pull(("models",), store, tag, force, verify)))
    return Model(info, store.folder(info.tag))


def pull_bento(tag: str, *, force: bool = False, verify: str = "") -> Bento:
    """Take a bento of a registry into the store; as pull_model()."""
    store = BentoStore()
    said = _pull((), store, tag, force, verify)
    if not said.startswith("Bento"):
        raise FailedPrecondition(
            f"'{tag}' is a model, no bento",
            hint=f"it is in the store: ekiben.models.get('{_tag(said)}')",
        )
    info = store.get(_tag(said))
    return Bento(info, store.folder(info.tag))


def _push(
    group: tuple[str, ...],
    store: TagStore[Any],
    tag: str | Tag | Stored[Any],
    target: str,
    force: bool,
    latest: bool,
) -> str:
    home = store.home
    if isinstance(tag, Stored):
        home, tag = Path(tag.path).parents[2], tag.tag
    flags = [*(["--force"] if force else []), *(["--latest"] if latest else [])]
    places = [target] if target else []
    said = run(*group, "push", *flags, "--", str(Tag.of(tag)), *places, home=home)
    return said.split()[-1]


def _pull(group: tuple[str, ...], store: TagStore[Any], name: str, force: bool, verify: str) -> str:
    flags = [*(["--force"] if force else []), *(["--verify", verify] if verify else [])]
    return run(*group, "pull", *flags, "--", name, home=store.home)


def _tag(said: str) -> str:
    """The tag in `Bento(tag="iris:v1") pulled from …`."""
    return said.partition('"')[2].partition('"')[0]
