# SPDX-License-Identifier: Apache-2.0
"""Models as archives: what BentoML exports is taken in, and what ekiben exports BentoML takes in.

An archive holds a model's folder, its files at the root: a tar, compressed or not, a zip, or the
folder itself. What is taken in is not trusted.
"""

from __future__ import annotations

import os
import shutil
import uuid
from pathlib import Path

from .errors import FailedPrecondition, InvalidArgument, NotFound, disk_errors
from .manifest import FILE, ModelInfo
from .publish import publish, staging_folder
from .store import ModelStore
from .tag import LATEST
from .unpacking import pack, unpack

FOLDER = "folder"
SUFFIX = "bentomodel"

_FORMATS = (SUFFIX, "xz", "gz", "bz2", "tar", "zip", FOLDER)
# Format to how it is packed.
_PACKED = {**{kind: kind for kind in _FORMATS}, SUFFIX: "xz"}
_MOST_MANIFEST = 16 << 20  # Bytes.


def export(folder: Path, name: str, path: str | os.PathLike[str], output_format: str | None) -> str:
    """Write the model in `folder` to `path`, whole or not at all; returns where it is.

    Args:
        folder: The model's.
        name: What the file is called where `path` is a folder or ends with '/'.
        path: A file, which is replaced, or a folder. Without a known suffix it gets `.bentomodel`.
        output_format: `bentomodel` and `xz`, `gz`, `bz2`, `tar`, `zip`, or `folder`; by default
            as the suffix says.

    Raises:
        InvalidArgument: If the format is another one, or the path a URL.
        FailedPrecondition: If the disk refuses, or `path` is to be a folder and has something in.
    """
    kind = _format(path, output_format)
    place = _place(path, name, kind)
    beside = place.parent / f".{place.name}.{uuid.uuid4().hex}"
    with disk_errors("write", place):
        if kind == FOLDER and place.is_dir() and any(place.iterdir()):
            raise FailedPrecondition(f"'{place}' is not empty", hint="name another folder")
        try:
            _write(folder, beside, kind)
            if kind == FOLDER and place.is_dir():
                place.rmdir()
            beside.replace(place)
        finally:
            if beside.is_dir():
                shutil.rmtree(beside, ignore_errors=True)
            else:
                beside.unlink(missing_ok=True)
    return str(place)


def take_in(path: str | os.PathLike[str], input_format: str | None) -> tuple[ModelInfo, Path]:
    """Bring the model in an archive, or in a folder, into the store; what it is, and where.

    Raises:
        NotFound: If there is no such file.
        InvalidArgument: If it is no model, is damaged, would write outside of its folder, or has
            links, devices or a file twice.
        ResourceExhausted: If it becomes far larger than it is.
        FailedPrecondition: If the version is in the store already or the disk refuses.
    """
    kind = _format(path, input_format)
    source = Path(path).expanduser()
    if not source.exists():
        raise NotFound(f"there is no archive '{source}'")
    if source.is_dir():
        kind = FOLDER
    store = ModelStore()
    with staging_folder(store) as folder:
        unpack(source, _PACKED[kind], folder)
        manifest = folder / FILE
        if manifest.is_file() and manifest.stat().st_size > _MOST_MANIFEST:
            raise InvalidArgument(f"'{source}' is not a model: its {FILE} is too large")
        try:
            info = ModelInfo.read(folder)
        except FileNotFoundError:
            raise InvalidArgument(
                f"'{source}' is not a model: it has no {FILE} at its root",
                hint="`ekiben models export` writes archives that can be taken in",
            ) from None
        except FailedPrecondition as error:
            why = error.message.replace(str(folder / FILE), FILE)
            raise InvalidArgument(f"'{source}' is not a model: {why}") from error
        if info.tag.version in (None, LATEST):
            raise InvalidArgument(f"'{source}' is not a model: '{info.tag}' is no tag of one")
        return info, publish(store, folder, info, keep_manifest=True)


def on_this_machine(
    path: str | os.PathLike[str], protocol: str | None, subpath: str | None
) -> str | os.PathLike[str]:
    """The path that BentoML's arguments mean, where they mean one of this machine.

    Raises:
        InvalidArgument: If they mean another's.
    """
    if protocol not in (None, "file", "osfs"):
        raise InvalidArgument(
            f"'{protocol}' is not a protocol of this machine",
            hint="copy the archive there with the tools of that storage",
        )
    text = os.fspath(path).removeprefix("file://").removeprefix("osfs://")
    return Path(text, subpath) if subpath else text


def _format(path: str | os.PathLike[str], given: str | None) -> str:
    text = os.fspath(path)
    if "://" in text:
        raise InvalidArgument(
            f"'{text}' is not a path of this machine",
            hint="copy the archive there with the tools of that storage",
        )
    suffix = Path(text).suffix[1:]
    kind = given or (suffix if suffix in _FORMATS else SUFFIX)
    if kind not in _FORMATS:
        raise InvalidArgument(
            f"'{kind}' is not a format of archives", hint=f"they are {', '.join(_FORMATS)}"
        )
    return kind


def _place(path: str | os.PathLike[str], name: str, kind: str) -> Path:
    text = os.fspath(path)
    place = Path(text or ".").expanduser().absolute()
    if kind != FOLDER and (not text or text.endswith("/") or place.is_dir()):
        place.mkdir(parents=True, exist_ok=True)
        place = place / f"{name}.{kind}"
    if kind == SUFFIX and place.suffix != f".{SUFFIX}":
        place = place.with_name(f"{place.name}.{SUFFIX}")
    return place


def _write(folder: Path, place: Path, kind: str) -> None:
    if kind == FOLDER:
        shutil.copytree(folder, place)
    else:
        pack(folder, _PACKED[kind], place)
