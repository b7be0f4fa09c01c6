# SPDX-License-Identifier: Apache-2.0
"""The models and bentos of a store: finding them. Writing and deleting are in publish.py."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Generic, Protocol, TypeVar

from .errors import FailedPrecondition, InvalidArgument, NotFound, disk_errors
from .home import home, models_home
from .log import warn
from .manifest import ModelInfo
from .tag import LATEST, Tag

# Names of models whose newest version this process has asked for.
asked_for_newest: set[str] = set()


class Info(Protocol):
    """What the manifest of a model or a bento says."""

    @property
    def tag(self) -> Tag:
        """Name and version."""

    @property
    def creation_time(self) -> datetime:
        """With a time zone. What decides which version is the newest."""


_Info = TypeVar("_Info", bound=Info)


class TagStore(ABC, Generic[_Info]):
    """What lies under one home as FOLDER/NAME/VERSION, as docs/formats/model-store.md has it.

    It keeps nothing in memory, so it sees what other processes write, and it takes no lock: a
    model or bento is there whole or not at all. Thread-safe.
    """

    noun: ClassVar[str]
    command: ClassVar[str]  # What "list" and "delete" come after.

    def __init__(self, folder: Path) -> None:
        self.home = folder

    @abstractmethod
    def read(self, folder: Path) -> _Info:
        """What the manifest in `folder` says; FileNotFoundError where there is none."""

    @property
    def root(self) -> Path:
        """The folder that holds one folder a name."""
        return self.home / f"{self.noun}s"

    def folder(self, tag: Tag) -> Path:
        """Where what has this name and version lies or would lie."""
        return self.root / tag.name / (tag.version or "")

    def names(self) -> list[str]:
        """All names, sorted."""
        return _subfolders(self.root)

    def versions(self, name: str) -> list[str]:
        """The versions of `name`, in no particular order; empty where there are none."""
        return _subfolders(self.root / name)

    def find(self, tag: str | Tag | None = None) -> list[_Info]:
        """All, those of one name, or the one with this tag; newest first within a name.

        A folder that cannot be read is left out, with a line on the log.

        Raises:
            NotFound: If a name or tag is given and the store has none such.
        """
        if tag is None:
            return [info for name in self.names() for info in self.of_name(name)]
        tag = Tag.of(tag)
        if tag.version is not None:
            return [self.get(tag)]
        found = self.of_name(tag.name)
        if not found:
            raise self._no_name(tag)
        return found

    def of_name(self, name: str) -> list[_Info]:
        """Those of one name, newest first; empty where there are none."""
        found = []
        for version in self.versions(name):
            folder = self.root / name / version
            try:
                found.append(self.read(folder))
            except FileNotFoundError:
                continue  # Being written by BentoML, which has no staging folder, or just deleted.
            except FailedPrecondition as error:
                warn("left out: %s", error.message)
        return sorted(found, key=lambda info: info.creation_time, reverse=True)

    def get(self, tag: str | Tag) -> _Info:
        """What `tag` means: the newest, the exact version, or the one it begins.

        Raises:
            NotFound: If there is none; the hint has the nearest names.
            InvalidArgument: If several versions begin so.
            FailedPrecondition: If its folder is damaged.
        """
        tag = Tag.of(tag)
        if tag.wants_latest:
            return self._newest(tag)
        try:
            return self.read(self.folder(tag))
        except FileNotFoundError:
            pass
        versions = self.versions(tag.name)
        if not versions:
            raise self._no_name(tag)
        matching = sorted(one for one in versions if one.startswith(tag.version or ""))
        if len(matching) > 1:
            raise InvalidArgument(
                f"tag '{tag}' matches {len(matching)} versions: {', '.join(matching)}",
                hint="write more of the version",
            )
        if matching:
            try:
                return self.read(self.folder(Tag(tag.name, matching[0])))
            except FileNotFoundError:
                pass
        near = _nearest(tag.version or "", versions, 1)
        see = f"see `{self.command} list {tag.name}`"
        raise NotFound(
            f"{self.noun} '{tag}' is not in the store '{self.home}'",
            hint=f"did you mean '{tag.name}:{near[0]}'? {see}" if near else see,
        )

    def _newest(self, tag: Tag) -> _Info:
        pointer = self.root / tag.name / LATEST
        try:
            version = pointer.read_text(encoding="utf-8").strip()
            return self.read(self.folder(Tag(tag.name, version)))
        except (OSError, InvalidArgument, UnicodeDecodeError):
            pass  # Missing, or it names none: the newest by creation time is meant.
        found = self.of_name(tag.name)
        if not found:
            raise self._no_name(tag)
        return found[0]

    def _no_name(self, tag: Tag) -> NotFound:
        near = _nearest(tag.name, self.names(), 3)
        return NotFound(
            f"{self.noun} '{tag}' is not in the store '{self.home}'",
            hint="did you mean " + " or ".join(f"'{name}'" for name in near) + "?"
            if near
            else f"see `{self.command} list`",
        )


class ModelStore(TagStore[ModelInfo]):
    """The models under one home; by default those of the bento that is served, or of the user."""

    noun = "model"
    command = "ekiben models"

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__(folder if folder is not None else models_home())
        self.is_of_bento = folder is None and self.home != home()

    def read(self, folder: Path) -> ModelInfo:
        """What the model.yaml in `folder` says."""
        return ModelInfo.read(folder)

    def get(self, tag: str | Tag) -> ModelInfo:
        """The model that `tag` means, as TagStore finds it."""
        tag = Tag.of(tag)
        if tag.wants_latest:
            asked_for_newest.add(tag.name)
        return super().get(tag)


def _nearest(text: str, known: list[str], most: int) -> list[str]:
    import difflib  # Only a mistake needs it.

    return difflib.get_close_matches(text, known, n=most)


def _subfolders(folder: Path) -> list[str]:
    try:
        with disk_errors("read", folder):
            return sorted(entry.name for entry in folder.iterdir() if entry.is_dir())
    except FailedPrecondition as error:
        if isinstance(error.__cause__, (FileNotFoundError, NotADirectoryError)):
            return []
        raise
