# SPDX-License-Identifier: Apache-2.0
"""Bentos built from Python: what `ekiben build` does, with BentoML's arguments."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from .bento import Bento, BentoStore
from .command import run

_OPTIONS = "bentofile.yaml"


def build(
    service: str,
    *,
    name: str | None = None,
    labels: Mapping[str, str] | None = None,
    description: str | None = None,
    include: Sequence[str] | None = None,
    exclude: Sequence[str] | None = None,
    docker: Mapping[str, Any] | None = None,
    python: Mapping[str, Any] | None = None,
    conda: Mapping[str, Any] | None = None,
    models: Sequence[str | Mapping[str, Any]] | None = None,
    envs: Sequence[Mapping[str, Any]] | None = None,
    args: Mapping[str, Any] | None = None,
    allow_secrets: Sequence[str] | None = None,
    version: str | None = None,
    build_ctx: str | os.PathLike[str] | None = None,
) -> Bento:
    """Build a bento of a service and put it into the store.

    The arguments are the keys of a bentofile, which is not read. The service is imported in another
    process.

    Args:
        service: `module:attr`.
        allow_secrets: Patterns of files that look as if they had secrets in them, and have none.
        version: A new one by default.
        build_ctx: The folder whose files are packed; the current one by default.

    Raises:
        InvalidArgument: If an option is wrong.
        NotFound: If a file or a model is missing.
        FailedPrecondition: If the service cannot be imported, or the version is taken.

    Example:
        >>> ekiben.bentos.build("service:svc", labels={"team": "botany"}).tag.name
        'iris_classifier'
    """
    given = {
        "service": service,
        "name": name,
        "description": description,
        "labels": labels,
        "include": include,
        "exclude": exclude,
        "python": python,
        "docker": docker,
        "conda": conda,
        "models": models,
        "envs": envs,
        "args": args,
        "ekiben": None if allow_secrets is None else {"allow_secrets": allow_secrets},
    }
    text = yaml.safe_dump({key: _plain(value) for key, value in given.items() if value is not None})
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / _OPTIONS
        file.write_text(text, encoding="utf-8")
        return build_bentofile(file, version=version, build_ctx=build_ctx)


def build_bentofile(
    bentofile: str | os.PathLike[str] | None = None,
    *,
    name: str | None = None,
    version: str | None = None,
    labels: Mapping[str, str] | None = None,
    build_ctx: str | os.PathLike[str] | None = None,
    args: Mapping[str, Any] | None = None,
) -> Bento:
    """Build the bento that a bentofile describes; the folder's own by default.

    Args:
        name: Of the bento; what the bentofile says, else the service's.
        labels: They go over those of the bentofile.
        args: They go over those of the bentofile.

    Raises:
        InvalidArgument: If an option is wrong.
        NotFound: If a file or a model is missing.
        FailedPrecondition: If the service cannot be imported, or the version is taken.
    """
    arguments = ["build", os.fspath(build_ctx or "."), "-o", "tag"]
    if bentofile is not None:
        arguments += ["-f", os.fspath(bentofile)]
    if name is not None:
        arguments += ["--name", name]
    if version is not None:
        arguments += ["--version", version]
    for key, value in (labels or {}).items():
        arguments += ["--label", f"{key}={value}"]
    store = BentoStore()
    with tempfile.TemporaryDirectory() as folder:
        if args:
            file = Path(folder) / "args.yaml"
            file.write_text(yaml.safe_dump(_plain(args), sort_keys=False), encoding="utf-8")
            arguments += ["--arg-file", str(file)]
        info = store.get(run(*arguments, home=store.home).strip())
    return Bento(info, store.folder(info.tag))


def _plain(value: Any) -> Any:
    """The value of types that YAML has."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, str) or not isinstance(value, Sequence):
        return value
    return [_plain(one) for one in value]
