# SPDX-License-Identifier: Apache-2.0
"""What a model and a bento of a store have in common."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

from .store import Info
from .tag import Tag

_Info = TypeVar("_Info", bound=Info)


class Stored(Generic[_Info]):
    """One version of something in a store: its tag, what is known of it, and its files."""

    def __init__(self, info: _Info, folder: Path) -> None:
        self._info = info
        self._folder = folder

    @property
    def tag(self) -> Tag:
        """Name and version."""
        return self._info.tag

    @property
    def info(self) -> _Info:
        """What the manifest says: model.yaml or bento.yaml."""
        return self._info

    @property
    def creation_time(self) -> datetime:
        """When it was saved or built, with a time zone."""
        return self._info.creation_time

    @property
    def path(self) -> str:
        """The folder with its files. Nothing in it may be changed once it is in a store."""
        return str(self._folder)
