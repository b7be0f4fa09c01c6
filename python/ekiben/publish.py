# SPDX-License-Identifier: Apache-2.0
"""Bringing things into a store and out of it, so that a crash leaves a whole store behind.

What is written is written beside its place, flushed and renamed, so that a reader sees a whole
model or none; docs/formats/model-store.md has the steps. All of it is safe against other threads,
other processes and the server.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from .errors import FailedPrecondition, disk_errors
from .manifest import FILE, ModelInfo
from .store import Info, ModelStore, TagStore
from .tag import LATEST, Tag

LEFTOVER_AGE = 24 * 60 * 60  # Seconds.


@contextmanager
def staging_folder(store: TagStore[Any]) -> Iterator[Path]:
    """An empty folder to write a model into; gone at the end of the block unless published.

    Raises:
        FailedPrecondition: If the disk refuses, or the store is a bento, which does not change.
    """
    refuse_in_bento(store)
    temporary = store.home / "tmp"
    folder = temporary / uuid.uuid4().hex
    with disk_errors("make", folder):
        temporary.mkdir(parents=True, exist_ok=True)
        _sweep_leftovers(temporary)
        folder.mkdir()
    held = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        # Says to those who sweep that somebody still writes there.
        fcntl.flock(held, fcntl.LOCK_SH)
        yield folder
    finally:
        os.close(held)
        shutil.rmtree(folder, ignore_errors=True)


def refuse_in_bento(store: TagStore[Any]) -> None:
    """Raise where the store is a bento's own.

    Raises:
        FailedPrecondition: If it is a bento, which does not change.
    """
    if isinstance(store, ModelStore) and store.is_of_bento:
        raise FailedPrecondition(
            f"models are not saved or deleted in the bento '{store.home}', which is being served",
            hint="do it before the bento is built",
        )


def _sweep_leftovers(temporary: Path) -> None:
    """Remove what writers left that died a day ago or earlier, and that nobody holds."""
    for path in temporary.iterdir():
        if not re.fullmatch("[0-9a-f]{32}", path.name):
            continue
        try:
            found = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            if time.time() - os.fstat(found).st_mtime > LEFTOVER_AGE:
                fcntl.flock(found, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        except OSError:
            pass  # It is somebody's, or the disk keeps it: it does no harm there.
        finally:
            os.close(found)


def publish(store: ModelStore, folder: Path, info: ModelInfo) -> Path:
    """Write model.yaml into `folder`, which staging_folder() made, and move it into the store.

    Returns where the model lies now.

    Raises:
        FailedPrecondition: If the version is taken or the disk refuses.
    """
    place = store.folder(info.tag)
    with disk_errors("write", place):
        (folder / FILE).write_text(info.to_yaml(), encoding="utf-8")
        _flush_tree(folder)
        with _locked(store):
            if place.exists():
                raise FailedPrecondition(
                    f"model '{info.tag}' is in the store already",
                    hint="leave the version out and a new one is made, "
                    f"or `ekiben models delete {info.tag}` first",
                )
            place.parent.mkdir(parents=True, exist_ok=True)
            folder.rename(place)
            _flush(place.parent)
            _flush(store.root)
            _flush(store.home)
            _point_to_newer(store, info)
    return place


def remove_all(store: TagStore[Any], tag: str | Tag) -> None:
    """Take what `tag` means out of the store; a name without a version means every version of it.

    Raises:
        NotFound: If there is none.
        InvalidArgument: If several versions begin so.
        FailedPrecondition: If the disk refuses.
    """
    tag = Tag.of(tag)
    doomed = store.find(tag) if tag.version is None else [store.get(tag)]
    for info in doomed:
        remove(store, info.tag)


def remove(store: TagStore[Any], tag: Tag) -> None:
    """Take what has exactly this version out of the store, its signatures as well.

    Raises:
        FailedPrecondition: If it is gone already or the disk refuses.
    """
    place = store.folder(tag)
    with disk_errors("delete", place), staging_folder(store) as grave, _locked(store):
        place.rename(grave / (tag.version or ""))
        _flush(place.parent)
        rest = store.of_name(tag.name)
        if rest:
            _write_latest(store, rest[0].tag)
        elif not store.versions(tag.name):
            (place.parent / LATEST).unlink(missing_ok=True)
            place.parent.rmdir()
            _flush(store.root)
    # Another may get the tag, which nobody has signed.
    signatures = store.home / "signatures" / store.root.name / tag.name
    shutil.rmtree(signatures / (tag.version or ""), ignore_errors=True)
    with suppress(OSError):  # Another version has some, or there were none.
        signatures.rmdir()


@contextmanager
def _locked(store: TagStore[Any]) -> Iterator[None]:
    """Hold the lock of the store; waits for whoever has it, who never has it for long."""
    path = store.home / "tmp" / f"{store.noun}s.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _point_to_newer(store: TagStore[Any], info: Info) -> None:
    """Make `latest` name `info`, or whichever newer one it should name already."""
    try:
        current = store.get(info.tag.name)
    except FailedPrecondition:
        current = info  # What `latest` names is damaged.
    newer = info if current.creation_time <= info.creation_time else current
    _write_latest(store, newer.tag)


def _write_latest(store: TagStore[Any], tag: Tag) -> None:
    written = store.home / "tmp" / uuid.uuid4().hex
    written.write_text(tag.version or "", encoding="utf-8")
    _flush(written)
    pointer = store.root / tag.name / LATEST
    written.replace(pointer)
    _flush(pointer.parent)


def _flush_tree(folder: Path) -> None:
    for parent, _, files in os.walk(folder, topdown=False):
        for name in files:
            path = Path(parent, name)
            if not path.is_symlink():
                _flush(path)
        _flush(Path(parent))


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
