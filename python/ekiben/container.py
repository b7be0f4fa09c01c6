# SPDX-License-Identifier: Apache-2.0
"""Container images of bentos: what `ekiben containerize` does, with BentoML's names."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from .bento import Bento, BentoStore
from .command import run
from .errors import EkibenError, FailedPrecondition, InvalidArgument
from .tag import Tag

_LOG = logging.getLogger(__name__)
_NEEDS_TOOL = (
    "the engine makes images without a tool; backend='docker', 'podman' or 'buildah' hands it on"
)


def build(
    bento_tag: str | Tag | Bento,
    backend: str | None = None,
    image_tag: str | Sequence[str] | None = None,
    features: Sequence[str] | None = None,
    *,
    output: str | os.PathLike[str] | None = None,
    platform: str | None = None,
    label: Mapping[str, str] | None = None,
    push: bool = False,
    sbom: str | os.PathLike[str] | None = None,
    **options: Any,
) -> str:
    """Make a container image of a bento, and load it into Docker or Podman unless told otherwise.

    Args:
        backend: `docker`, `podman` or `buildah` builds the bento's Dockerfile; by default the
            engine makes the image itself, and nothing of it is run.
        image_tag: What the image is called; by default as the bento.
        features: Extras of BentoML's package. All that ekiben has is in the image anyway.
        output: A file ending in .tar, or a folder for an OCI layout, in the place of Docker.
        push: Send it to the registry of its name.
        sbom: Where its bill of materials goes as well.
        options: For the backend: `no_cache=True`, `network="host"`, `build_arg={"KEY": "value"}`.

    Returns:
        The image's name, the first where it has several.

    Raises:
        NotFound: If there is no such bento, or neither Docker nor Podman.
        InvalidArgument: If a name is none, or an option is given without a backend.
        FailedPrecondition: If the image cannot be made.

    Example:
        >>> ekiben.container.build("iris_classifier:latest", image_tag="iris:v1", output="iris.tar")
        'iris:v1'
    """
    del features
    names = [image_tag] if isinstance(image_tag, str) else list(image_tag or ())
    if options and backend is None:
        raise InvalidArgument(f"option '{next(iter(options))}' is for a tool", hint=_NEEDS_TOOL)
    bento = _bento(bento_tag)
    words = [f"--image-tag={name}" for name in names]
    words += [f"--label={key}={value}" for key, value in (label or {}).items()]
    words += [f"--opt={text}" for key, value in options.items() for text in _options(key, value)]
    for name, value in {
        "backend": backend,
        "platform": platform,
        "output": os.fspath(output) if output is not None else None,
        "sbom": os.fspath(sbom) if sbom is not None else None,
    }.items():
        words += [f"--{name}={value}"] if value else []
    words += ["--push"] if push else []
    run("containerize", *words, "--", bento.path, home=Path(bento.path).parents[2])
    return names[0] if names else str(bento.tag)


def containerize(bento_tag: str | Tag | Bento, **options: Any) -> bool:
    """BentoML's older name for build(): whether there is an image now; if not, the log says why."""
    for old, new in {"docker_image_tag": "image_tag", "labels": "label"}.items():
        if old in options:
            options[new] = options.pop(old)
    try:
        build(bento_tag, **options)
    except EkibenError as error:
        _LOG.error("no image of %s: %s", bento_tag, error)
        return False
    return True


def get_containerfile(
    bento_tag: str | Tag | Bento,
    output_path: str | os.PathLike[str] | TextIO = sys.stdout,
    **ignored: Any,
) -> None:
    """Write the bento's Dockerfile to a file, or print it.

    Args:
        ignored: BentoML's `enable_buildkit` and `features`. There is one Dockerfile, and it is in
            the bento since that was built.

    Raises:
        NotFound: If there is no such bento.
        FailedPrecondition: If it has none: BentoML 1.4 keeps none in its bentos.
    """
    del ignored
    bento = _bento(bento_tag)
    file = Path(bento.path, "env", "docker", "Dockerfile")
    if not file.is_file():
        raise FailedPrecondition(f"the bento '{bento.tag}' has no Dockerfile")
    text = file.read_text(encoding="utf-8")
    if isinstance(output_path, (str, os.PathLike)):
        Path(output_path).write_text(text, encoding="utf-8")
    else:
        output_path.write(text)


def health(backend: str) -> bool:
    """Whether a tool that may build images is there and answers."""
    tool = shutil.which(backend)
    if tool is None:
        return False
    done = subprocess.run(
        [tool, "info"], stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False
    )
    return done.returncode == 0


def _bento(tag: str | Tag | Bento) -> Bento:
    if isinstance(tag, Bento):
        return tag
    store = BentoStore()
    info = store.get(tag)
    return Bento(info, store.folder(info.tag))


def _options(key: str, value: Any) -> list[str]:
    """The words of `--opt`, as the tool has them: `no-cache`, `network=host`."""
    name = key.replace("_", "-")
    if value is None or value is False:
        return []
    if value is True:
        return [name]
    if isinstance(value, Mapping):
        return [f"{name}={one}={text}" for one, text in value.items()]
    if isinstance(value, str) or not isinstance(value, Sequence):
        return [f"{name}={value}"]
    return [f"{name}={one}" for one in value]
