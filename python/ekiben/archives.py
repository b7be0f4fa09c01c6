# SPDX-License-Identifier: Apache-2.0
"""Models as archives: what BentoML exports is taken in, and what ekiben exports BentoML takes in.

An archive holds a model's folder, its files at the root: a tar, compressed or not, a zip, or the
folder itself. What is taken in is not trusted.
"""

from __future__ import annotations

import os
import shutil
import stat
import tarfile
import uuid
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from .errors import FailedPrecondition, InvalidArgument, NotFound, disk_errors
from .manifest import FILE, ModelInfo
from .publish import publish, staging_folder
from .store import ModelStore

FOLDER = "folder"
SUFFIX = "bentomodel"

# Suffix to the way of compressing that tarfile knows by this name.
_TARS = {SUFFIX: "xz", "xz": "xz", "gz": "gz", "bz2": "bz2", "tar": ""}
_FORMATS = (*_TARS, "zip", FOLDER)
_MOST_FILES = 100_000


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
        InvalidArgument: If it is no model, is damaged, or would write outside of its folder.
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
        with disk_errors("unpack into", folder):
            _unpack(source, kind, folder)
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
        return info, publish(store, folder, info, keep_manifest=True)


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
        return
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    if kind == "zip":
        with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in files:
                archive.write(file, file.relative_to(folder))
        return
    mode: Any = f"w:{_TARS[kind]}"
    with tarfile.open(place, mode, dereference=True) as tar:
        for file in files:
            tar.add(file, str(file.relative_to(folder)), recursive=False, filter=_nobodys)


def _nobodys(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


@dataclass(frozen=True)
class _Member:
    """A file or folder in an archive."""

    name: str
    size: int
    is_folder: bool
    open: Callable[[], IO[bytes] | None]


def _unpack(source: Path, kind: str, folder: Path) -> None:
    try:
        with _members(source, kind) as members:
            _take(source, members, folder)
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise InvalidArgument(f"'{source}' is not a whole archive: {error}") from error
    except (ValueError, RuntimeError) as error:
        raise InvalidArgument(f"'{source}' cannot be unpacked: {error}") from error
    except Exception as error:  # The decompressors' errors share no base.
        if type(error).__name__ in ("LZMAError", "error", "BadGzipFile"):
            raise InvalidArgument(f"'{source}' is not a whole archive: {error}") from error
        raise


@contextmanager
def _members(source: Path, kind: str) -> Iterator[Iterator[_Member]]:
    if kind == FOLDER:
        yield _of_folder(source)
    elif kind == "zip":
        with zipfile.ZipFile(source) as archive:
            yield _of_zip(archive, source)
    else:
        with tarfile.open(source, "r:*") as tar:
            yield _of_tar(tar, source)


def _of_folder(source: Path) -> Iterator[_Member]:
    for file in sorted(source.rglob("*")):
        size = 0 if file.is_dir() else file.stat().st_size
        name = str(file.relative_to(source))
        yield _Member(name, size, file.is_dir(), lambda file=file: file.open("rb"))  # type: ignore


def _of_tar(tar: tarfile.TarFile, source: Path) -> Iterator[_Member]:
    for member in tar:
        if not member.isreg() and not member.isdir():
            raise _hostile(source, member.name, "is a link or a device")
        yield _Member(
            member.name,
            member.size,
            member.isdir(),
            lambda member=member: tar.extractfile(member),  # type: ignore
        )


def _of_zip(archive: zipfile.ZipFile, source: Path) -> Iterator[_Member]:
    for member in archive.infolist():
        mode = member.external_attr >> 16
        if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise _hostile(source, member.filename, "is a link or a device")
        yield _Member(
            member.filename,
            member.file_size,
            member.is_dir(),
            lambda member=member: archive.open(member),  # type: ignore
        )


def _take(source: Path, members: Iterator[_Member], folder: Path) -> None:
    left = shutil.disk_usage(folder).free
    for count, member in enumerate(members):
        path = PurePosixPath(member.name)
        if path.is_absolute() or ".." in path.parts or "\\" in member.name or "\0" in member.name:
            raise _hostile(source, member.name, "would be written outside of the model's folder")
        left -= member.size
        if count >= _MOST_FILES or left < 0:
            what = f"it has more than {_MOST_FILES} files" if left >= 0 else "the disk is too small"
            raise InvalidArgument(f"'{source}' cannot be unpacked: {what}")
        place = folder.joinpath(*path.parts)
        if member.is_folder:
            place.mkdir(parents=True, exist_ok=True)
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        opened = member.open()
        if opened is None:
            raise _hostile(source, member.name, "has no content")
        with opened as data, place.open("xb") as file:
            shutil.copyfileobj(data, file, 1 << 20)


def _hostile(source: Path, name: str, why: str) -> InvalidArgument:
    return InvalidArgument(f"'{source}' is refused: '{name}' in it {why}")
