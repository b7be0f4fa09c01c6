# SPDX-License-Identifier: Apache-2.0
"""Archives: packing them, and unpacking those of strangers, whose harm is refused."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import IO, Any

from .errors import InvalidArgument, ResourceExhausted, disk_errors

# What an archive may become on disk: so many times its own size, and never less than the allowance.
MOST_EXPANSION = 100
ALLOWANCE = 1 << 30
MOST_FILES = 100_000

_CHUNK = 1 << 20

_DECOMPRESSORS: dict[str, Callable[[IO[bytes]], Any]] = {
    "tar": lambda file: file,
    "gz": lambda file: gzip.GzipFile(fileobj=file),
    "bz2": bz2.BZ2File,
    "xz": lzma.LZMAFile,
}


def unpack(path: Path, form: str, folder: Path) -> None:
    """Write the files of an archive into `folder`, which is empty.

    A refused archive may leave some files there, and never any elsewhere.

    Args:
        path: The archive, or a folder to copy.
        form: `tar`, `gz`, `bz2`, `xz` (compressed tars), `zip` or `folder`.

    Raises:
        InvalidArgument: If it is damaged or not of this form, or has a member that is absolute,
            leaves the folder, is a link or a device, or is there twice.
        ResourceExhausted: If it grows beyond the limits of this module.
        FailedPrecondition: If it cannot be read or the disk refuses.
    """
    with disk_errors("read", path):
        size = 0 if form == "folder" else path.stat().st_size
    target = _Target(path, folder, None if form == "folder" else size)
    with disk_errors("unpack", path):
        try:
            if form == "folder":
                _copy_folder(path, target)
            elif form == "zip":
                _unpack_zip(path, target)
            else:
                _unpack_tar(path, form, target)
        except (*_DAMAGED, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise  # The disk's; decompressors raise OSError without a number.
            why = " ".join(str(error).split()) or type(error).__name__
            raise InvalidArgument(f"'{path}' is not a whole archive: {why}") from error


_DAMAGED = (
    EOFError,
    NotImplementedError,
    RuntimeError,
    UnicodeDecodeError,
    ValueError,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
)


class _Target:
    """The folder that members are written into, and what has been written so far."""

    def __init__(self, archive: Path, folder: Path, size: int | None) -> None:
        self.archive = archive
        self.limit = None if size is None else max(ALLOWANCE, size * MOST_EXPANSION)
        self._folder = folder
        self._seen: set[str] = set()
        self._written = 0

    def add_folder(self, name: str) -> None:
        """A member that is a folder."""
        parts = self._parts(name)
        if "/".join(parts) in self._seen:
            raise self.refusal(name, "is there twice")
        if parts:
            self._folder.joinpath(*parts).mkdir(parents=True, exist_ok=True)

    def add_file(self, name: str, contents: IO[bytes]) -> None:
        """A member that is a file."""
        parts = self._parts(name)
        known = "/".join(parts)
        if not parts or known in self._seen:
            raise self.refusal(name, "is there twice" if parts else "has no name")
        self._seen.add(known)
        if len(self._seen) > MOST_FILES:
            raise ResourceExhausted(f"'{self.archive}' has more than {MOST_FILES} files")
        place = self._folder.joinpath(*parts)
        if place.is_dir():
            raise self.refusal(name, "is a folder, too")
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("xb") as file:
            while chunk := contents.read(_CHUNK):
                self.count(len(chunk))
                file.write(chunk)

    def count(self, size: int) -> None:
        """So many bytes more are on disk, or have come out of the archive."""
        self._written += size
        if self.limit is not None and self._written > self.limit:
            raise ResourceExhausted(
                f"'{self.archive}' becomes more than {self.limit} bytes",
                hint="if you trust it, unpack it yourself and import the folder",
            )

    def refusal(self, name: str, why: str) -> InvalidArgument:
        """The error for a member."""
        return InvalidArgument(f"'{self.archive}' is refused: '{name}' in it {why}")

    def _parts(self, name: str) -> tuple[str, ...]:
        if name.startswith("/"):
            raise self.refusal(name, "is absolute")
        parts = tuple(part for part in PurePosixPath(name).parts if part != ".")
        if ".." in parts:
            raise self.refusal(name, "leaves the folder")
        if any("\0" in part or "\\" in part or part != part.strip() for part in parts):
            raise self.refusal(name, "has a name that other systems read otherwise")
        for end in range(1, len(parts)):
            if "/".join(parts[:end]) in self._seen:
                raise self.refusal(name, "lies under a file")
        return parts


def _unpack_tar(path: Path, form: str, target: _Target) -> None:
    with path.open("rb") as file:
        plain = _Counted(_DECOMPRESSORS[form](file), target)
        with tarfile.open(fileobj=plain, mode="r:") as archive:
            while (member := archive.next()) is not None:
                archive.members = []  # It would keep them all.
                if member.isdir():
                    target.add_folder(member.name)
                elif member.type in (tarfile.REGTYPE, tarfile.AREGTYPE) and not member.sparse:
                    contents = archive.extractfile(member)
                    assert contents is not None
                    target.add_file(member.name, contents)
                else:
                    raise target.refusal(member.name, "is a link or a device")


class _Counted(io.RawIOBase):
    """Reads forward only, counts what comes out, and refuses headers that are files in size."""

    def __init__(self, plain: Any, target: _Target) -> None:
        self._plain = plain
        self._target = target
        self._position = 0

    def read(self, size: int = -1) -> bytes:
        if size < 0 or size > 2 * _CHUNK:
            raise tarfile.ReadError("a header is larger than any can be")
        data: bytes = self._plain.read(size)
        self._position += len(data)
        limit = self._target.limit
        # Padding and headers come on top of the files.
        if limit is not None and self._position > 2 * limit + _CHUNK:
            self._target.count(limit + 1)
        return data

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if whence != os.SEEK_SET or offset < self._position:
            raise tarfile.ReadError("it cannot be read in one pass")
        while self._position < offset:
            if not self.read(min(_CHUNK, offset - self._position)):
                break
        return self._position

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True


def _unpack_zip(path: Path, target: _Target) -> None:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            kind = stat.S_IFMT(member.external_attr >> 16)
            if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise target.refusal(member.filename, "is a link or a device")
            if member.is_dir():
                target.add_folder(member.filename)
                continue
            with archive.open(member) as contents:
                target.add_file(member.filename, contents)


def _copy_folder(path: Path, target: _Target) -> None:
    if not path.is_dir():
        raise InvalidArgument(f"'{path}' is not a folder")
    for parent, folders, files in os.walk(path):
        for name in [*folders, *files]:
            entry = Path(parent, name)
            inside = entry.relative_to(path).as_posix()
            kind = entry.lstat().st_mode
            if stat.S_ISDIR(kind):
                target.add_folder(inside)
            elif stat.S_ISREG(kind):
                with entry.open("rb") as contents:
                    target.add_file(inside, contents)
            else:
                raise target.refusal(inside, "is a link or a device")


def pack(folder: Path, form: str, path: Path) -> None:
    """Write the files of `folder` into an archive at `path`, in the order of their names.

    Raises:
        OSError: If the disk refuses.
    """
    entries = sorted(folder.rglob("*"))
    if form == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for entry in entries:
                archive.write(entry, entry.relative_to(folder))
        return
    mode: Any = "w" if form == "tar" else f"w:{form}"
    with tarfile.open(path, mode, format=tarfile.PAX_FORMAT) as archive:
        for entry in entries:
            name = entry.relative_to(folder).as_posix()
            archive.add(entry, name, recursive=False, filter=_without_owner)


def _without_owner(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member
