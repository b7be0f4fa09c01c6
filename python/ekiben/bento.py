# SPDX-License-Identifier: Apache-2.0
"""A bento of a store, as callers hold it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import InvalidArgument, disk_errors
from .home import home
from .manifest import read_manifest, time_of
from .store import ModelStore, TagStore
from .stored import Stored
from .tag import Tag

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .archives import Place

FILE = "bento.yaml"


@dataclass(frozen=True)
class BentoModelInfo:
    """A model that a bento was built with.

    Attributes:
        module: What saved it, such as `bentoml.sklearn`.
        creation_time: Of the model; None where bento.yaml does not say it.
        alias: What the service may call it by, beside its tag; mostly empty.
    """

    tag: Tag
    module: str = ""
    creation_time: datetime | None = None
    alias: str = ""


@dataclass(frozen=True)
class BentoInfo:
    """The contents of bento.yaml. A value.

    Attributes:
        service: `service:svc`, or `model:NAME:VERSION` of a bento that is a model.
        creation_time: With a time zone. What decides which version is the newest.
        bentoml_version: The release of BentoML whose layout it has.
        ekiben: What stands under that key: `format`, `kind`, `digest`. Empty for a bento that
            BentoML built.
    """

    tag: Tag
    service: str
    creation_time: datetime
    bentoml_version: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    models: tuple[BentoModelInfo, ...] = ()
    document: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """The tag's name."""
        return self.tag.name

    @property
    def version(self) -> str:
        """The tag's version."""
        return self.tag.version or ""

    @property
    def ekiben(self) -> Mapping[str, Any]:
        """What stands under the key `ekiben`."""
        return self.document.get("ekiben") or {}

    def to_dict(self) -> dict[str, Any]:
        """As it stands in bento.yaml."""
        return dict(self.document)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> BentoInfo:
        """What a bento.yaml says that BentoML 1.0 to 1.4 or ekiben wrote."""
        return cls(
            tag=Tag(str(document["name"]), str(document["version"])),
            service=str(document["service"]),
            creation_time=time_of(document["creation_time"]),
            bentoml_version=str(document.get("bentoml_version") or ""),
            labels=document.get("labels") or {},
            models=tuple(_model(one) for one in document.get("models") or ()),
            document=document,
        )

    @classmethod
    def read(cls, folder: Path) -> BentoInfo:
        """What the bento.yaml of `folder` says.

        Raises:
            FileNotFoundError: If there is none.
            FailedPrecondition: If it cannot be read or makes no sense.
        """
        return read_manifest(
            folder / FILE, cls.from_dict, f"delete the folder '{folder}' and build the bento again"
        )


class BentoStore(TagStore[BentoInfo]):
    """The bentos under one home."""

    noun = "bento"
    command = "ekiben"

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__(folder if folder is not None else home())

    def read(self, folder: Path) -> BentoInfo:
        """What the bento.yaml in `folder` says."""
        return BentoInfo.read(folder)


class Bento(Stored[BentoInfo]):
    """One version of a bento: its tag, what is known of it, and the folder that holds its files.

    It reads files when asked and never writes; once in a store a bento does not change. Safe to
    share between threads.
    """

    @property
    def doc(self) -> str:
        """The text of its README.md."""
        with disk_errors("read", self._folder / "README.md"):
            return (self._folder / "README.md").read_text(encoding="utf-8")

    def path_of(self, item: str) -> str:
        """The path of a file within the bento; that it is there is not looked at.

        Raises:
            InvalidArgument: If it would lie outside of the bento.
        """
        path = Path(os.path.normpath(self._folder / item))
        if not path.is_relative_to(self._folder):
            raise InvalidArgument(f"'{item}' leads out of the bento '{self.tag}'")
        return str(path)

    def export(
        self,
        path: str | os.PathLike[str],
        output_format: str | None = None,
        **place: Unpack[Place],
    ) -> str:
        """Write the bento into one file; see ekiben.bentos.export_bento()."""
        from .archives import export_bento

        return export_bento(self, path, output_format, **place)

    def total_size(self) -> int:
        """Bytes of its files, and of those of its models that lie in the store and not within."""
        size = _size(self._folder)
        if not (self._folder / "models").is_dir():
            store = ModelStore(home())
            size += sum(_size(store.folder(model.tag)) for model in self.info.models)
        return size

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Bento) and (self.tag, self.path) == (other.tag, other.path)

    def __hash__(self) -> int:
        return hash((str(self.tag), self.path))

    def __str__(self) -> str:
        return f'Bento(tag="{self.tag}")'

    def __repr__(self) -> str:
        return f'Bento(tag="{self.tag}", path="{self.path}")'


def served() -> Bento | None:
    """The bento that this process serves, as the engine says; None where it is of none."""
    folder = os.environ.get("EKIBEN_BENTO")
    return Bento(BentoInfo.read(Path(folder)), Path(folder)) if folder else None


def _model(entry: Any) -> BentoModelInfo:
    if not isinstance(entry, Mapping):
        return BentoModelInfo(Tag.of(str(entry)))
    time = entry.get("creation_time")
    return BentoModelInfo(
        tag=Tag.of(str(entry["tag"])),
        module=entry.get("module") or "",
        creation_time=time_of(time) if time else None,
        alias=entry.get("alias") or "",
    )


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
