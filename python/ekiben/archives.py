# SPDX-License-Identifier: Apache-2.0
"""Models as archives: out of the store into one file, and back into a store."""

from __future__ import annotations

import os
import shutil
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from .errors import FailedPrecondition, InvalidArgument, disk_errors
from .manifest import FILE, ModelInfo
from .model import Model
from .publish import publish, staging_folder
from .store import ModelStore
from .tag import LATEST, Tag
from .unpacking import pack, unpack

SUFFIX = "bentomodel"

# What each form is called, and how it is packed.
_FORMS = {
    SUFFIX: "xz",
    "xz": "xz",
    "gz": "gz",
    "bz2": "bz2",
    "tar": "tar",
    "zip": "zip",
    "folder": "folder",
}
_MOST_MANIFEST = 16 << 20


def export_model(
    tag: str | Tag | Model,
    path: str | os.PathLike[str],
    output_format: str | None = None,
    **remote: Any,
) -> str:
    """Write a model into one file, from which BentoML imports it, too; returns its path.

    Args:
        tag: What to export.
        path: A file, which is replaced; or a folder, in which the file gets the tag's name.
        output_format: `bentomodel` (a tar.xz), `gz`, `xz`, `bz2`, `tar`, `zip`, or `folder` for
            plain files in a folder that does not exist yet. By default as the path ends, else
            `bentomodel`.
        remote: BentoML's `protocol`, `user`, `passwd`, `params` and `subpath`; only
            `protocol="file"` and `subpath` are possible.

    Raises:
        NotFound: If there is no such model.
        InvalidArgument: If the format is not known, or the path is not on this machine.
        FailedPrecondition: If the folder exists or the disk refuses.
    """
    store = ModelStore()
    info = tag.info if isinstance(tag, Model) else store.get(tag)
    source = Path(tag.path) if isinstance(tag, Model) else store.folder(info.tag)
    place = _local(path, remote)
    form = _form(place, output_format)
    if form != "folder" and (place.is_dir() or str(path).endswith("/")):
        place = place / f"{info.tag.name}-{info.tag.version}.{form}"
    if form == SUFFIX and place.suffix != f".{SUFFIX}":
        place = place.with_name(f"{place.name}.{SUFFIX}")
    if form == "folder" and place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise FailedPrecondition(f"'{place}' exists already", hint="name a folder that does not")
    with disk_errors("write", place):
        place.parent.mkdir(parents=True, exist_ok=True)
        _write(source, _FORMS[form], place)
    return str(place)


def import_model(
    path: str | os.PathLike[str], input_format: str | None = None, **remote: Any
) -> Model:
    """Take a model that export_model(), or BentoML, wrote into the store, under the same tag.

    It enters the store whole or not at all.

    Args:
        path: A file, or a folder.
        input_format: As for export_model(); by default as the path ends, `folder` for a folder,
            else `bentomodel`.
        remote: As for export_model().

    Raises:
        InvalidArgument: If it is no model, is damaged, or has members that leave the folder, are
            links or devices or are there twice; if the format is not known.
        ResourceExhausted: If the archive becomes far larger than it is.
        FailedPrecondition: If the version is taken or the disk refuses.
    """
    place = _local(path, remote)
    form = "folder" if input_format is None and place.is_dir() else _form(place, input_format)
    store = ModelStore()
    with staging_folder(store) as folder:
        unpack(place, _FORMS[form], folder)
        info = _read_info(place, folder)
        return Model(info, publish(store, folder, info, as_it_is=True))


def _read_info(place: Path, folder: Path) -> ModelInfo:
    manifest = folder / FILE
    if not manifest.is_file():
        raise InvalidArgument(
            f"'{place}' is no model: it has no file '{FILE}'",
            hint="give what `ekiben models export` or `bentoml models export` wrote",
        )
    if manifest.stat().st_size > _MOST_MANIFEST:
        raise InvalidArgument(f"'{place}' is no model: its '{FILE}' is too large")
    try:
        info = ModelInfo.read(folder)
    except FailedPrecondition as error:
        why = error.message.partition("' is damaged: ")[2] or error.message
        raise InvalidArgument(f"'{place}' is no model: its '{FILE}' is damaged: {why}") from error
    if info.tag.version in (None, LATEST):
        raise InvalidArgument(f"'{place}' is no model: '{info.tag}' is not a tag of one")
    return info


def _write(source: Path, form: str, place: Path) -> None:
    """Beside its place, then renamed."""
    beside = place.with_name(f".{place.name}.{uuid.uuid4().hex}")
    try:
        if form == "folder":
            shutil.copytree(source, beside)
        else:
            pack(source, form, beside)
        beside.replace(place)
    finally:
        if beside.is_dir():
            shutil.rmtree(beside, ignore_errors=True)
        else:
            beside.unlink(missing_ok=True)


def _form(place: Path, given: str | None) -> str:
    if given is not None and given not in _FORMS:
        raise InvalidArgument(
            f"format '{given}' is not known", hint=f"the formats are {', '.join(_FORMS)}"
        )
    suffix = place.suffix.removeprefix(".")
    return given or (suffix if suffix in _FORMS and suffix != "folder" else SUFFIX)


def _local(path: str | os.PathLike[str], remote: dict[str, Any]) -> Path:
    """The path on this machine that BentoML's several ways of saying it mean."""
    unknown = set(remote) - {"protocol", "user", "passwd", "params", "subpath"}
    if unknown:
        raise TypeError(f"unexpected keyword argument '{sorted(unknown)[0]}'")
    given = {key: value for key, value in remote.items() if value is not None}
    text = os.fspath(path)
    scheme, _, rest = text.partition("://")
    protocol = scheme if rest else given.pop("protocol", "file")
    subpath = given.pop("subpath", None)
    if protocol not in ("file", "osfs") or given:
        raise InvalidArgument(
            f"'{text}' is not on this machine ({', '.join([protocol, *given])})",
            hint="export to a file, and copy that with a tool of the store's own",
        )
    if rest:
        parts = urlsplit(text)
        text = unquote(parts.netloc + parts.path)
    return Path(text, subpath) if subpath else Path(text)
