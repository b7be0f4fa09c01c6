# SPDX-License-Identifier: Apache-2.0
"""model.yaml: what is known of a model, written as BentoML writes it, plus the key `ekiben`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, TypeVar

from .errors import FailedPrecondition, disk_errors
from .tag import Tag
from .values import checked_labels, checked_metadata

FILE = "model.yaml"

_Info = TypeVar("_Info")

# The release of BentoML whose layout is written; its readers take it for the writer's version.
BENTOML_LAYOUT = "1.4.39"


@dataclass(frozen=True)
class Signature:
    """One callable of a model.

    Attributes:
        batchable: Whether the server may join calls into one, along `batch_dim`.
        batch_dim: The axis that counts rows, of the inputs and of the outputs.
        input_spec: Kept as given; BentoML reserves it.
        output_spec: Kept as given; BentoML reserves it.
    """

    batchable: bool = False
    batch_dim: tuple[int, int] = (0, 0)
    input_spec: Any = None
    output_spec: Any = None

    def to_dict(self) -> dict[str, Any]:
        """As it stands in model.yaml."""
        document: dict[str, Any] = {"batchable": self.batchable}
        if self.batchable:
            document["batch_dim"] = list(self.batch_dim)
        for key in ("input_spec", "output_spec"):
            if getattr(self, key) is not None:
                document[key] = getattr(self, key)
        return document

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Signature:
        """The reverse of to_dict(); unknown keys are left out."""
        axis = document.get("batch_dim", 0)
        axes = (axis, axis) if isinstance(axis, int) else tuple(axis)
        return cls(
            batchable=bool(document.get("batchable", False)),
            batch_dim=axes,
            input_spec=document.get("input_spec"),
            output_spec=document.get("output_spec"),
        )


@dataclass(frozen=True)
class ModelContext:
    """What a model was made with.

    Attributes:
        framework_name: As BentoML calls it, such as `sklearn`.
        framework_versions: Name on PyPI to version, such as `{"scikit-learn": "1.5.2"}`.
    """

    framework_name: str = ""
    framework_versions: Mapping[str, str] = field(default_factory=dict)
    bentoml_version: str = BENTOML_LAYOUT
    python_version: str = field(default_factory=lambda: python_version())


class ModelOptions(dict[str, Any]):
    """How a module loads a model, as programs for BentoML write it: a dict with two more ways."""

    def with_options(self, **options: Any) -> ModelOptions:
        """These options, and over them the given ones."""
        return type(self)({**self, **options})

    def to_dict(self) -> dict[str, Any]:
        """As it stands in model.yaml."""
        return dict(self)


@dataclass(frozen=True)
class ModelInfo:
    """The contents of model.yaml. A value: it reads and writes no file by itself.

    Attributes:
        module: The module that saved the model and can load it, such as `bentoml.sklearn`; empty
            for a model made by `ekiben.models.create`.
        options: How the module loads the model; its own affair.
        creation_time: With a time zone. What decides which version is the newest.
        ekiben: What stands under that key: `format`, `native`, `not_native`. Empty for a model
            that BentoML saved.
    """

    tag: Tag
    module: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    context: ModelContext = field(default_factory=ModelContext)
    signatures: Mapping[str, Signature] = field(default_factory=dict)
    api_version: str = "v1"
    creation_time: datetime = field(default_factory=lambda: datetime.now(timezone.utc))
    ekiben: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "labels", checked_labels(self.labels))
        object.__setattr__(self, "metadata", checked_metadata(self.metadata))

    @property
    def name(self) -> str:
        """The tag's name."""
        return self.tag.name

    @property
    def version(self) -> str:
        """The tag's version."""
        return self.tag.version or ""

    def to_dict(self) -> dict[str, Any]:
        """As it stands in model.yaml, keys in BentoML's order."""
        document: dict[str, Any] = {
            "name": self.name,
            "version": self.version,
            "module": self.module,
            "labels": dict(self.labels),
            "options": dict(self.options),
            "metadata": dict(self.metadata),
            "context": {
                "framework_name": self.context.framework_name,
                "framework_versions": dict(self.context.framework_versions),
                "bentoml_version": self.context.bentoml_version,
                "python_version": self.context.python_version,
            },
            "signatures": {name: one.to_dict() for name, one in self.signatures.items()},
            "api_version": self.api_version,
            "creation_time": self.creation_time.isoformat(),
        }
        if self.ekiben:
            document["ekiben"] = dict(self.ekiben)
        return document

    def to_yaml(self) -> str:
        """The text of model.yaml."""
        import yaml

        return str(yaml.safe_dump(self.to_dict(), sort_keys=False))

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> ModelInfo:
        """The reverse of to_dict(), as tolerant as BentoML: unknown keys are left out."""
        context = document.get("context") or {}
        return cls(
            tag=Tag(str(document["name"]), str(document["version"])),
            module=document.get("module") or "",
            labels=document.get("labels") or {},
            options=document.get("options") or {},
            metadata=document.get("metadata") or {},
            context=ModelContext(
                framework_name=context.get("framework_name") or "",
                framework_versions=context.get("framework_versions") or {},
                bentoml_version=str(context.get("bentoml_version") or ""),
                python_version=str(context.get("python_version") or ""),
            ),
            signatures={
                name: Signature.from_dict(one or {})
                for name, one in (document.get("signatures") or {}).items()
            },
            api_version=document.get("api_version") or "v1",
            creation_time=time_of(document["creation_time"]),
            ekiben=document.get("ekiben") or {},
        )

    @classmethod
    def read(cls, folder: Path) -> ModelInfo:
        """What the model.yaml of `folder` says.

        Raises:
            FileNotFoundError: If there is none.
            FailedPrecondition: If it cannot be read or makes no sense.
        """
        return read_manifest(
            folder / FILE, cls.from_dict, f"delete the folder '{folder}' and save the model again"
        )


def read_manifest(path: Path, parse: Callable[[Any], _Info], hint: str) -> _Info:
    """What `parse` makes of a file of YAML.

    Raises:
        FileNotFoundError: If there is none.
        FailedPrecondition: If it cannot be read or makes no sense; the hint is the given one.
    """
    # Services without models need no YAML, and reading it takes longer than importing them.
    import yaml

    try:
        with disk_errors("read", path):
            text = path.read_text(encoding="utf-8")
    except FailedPrecondition as error:
        if isinstance(error.__cause__, (FileNotFoundError, NotADirectoryError)):
            raise FileNotFoundError(str(path)) from None
        raise
    try:
        return parse(yaml.safe_load(text))
    except Exception as error:  # A damaged file can fail in any way a parser can.
        why = f"it has no '{error.args[0]}'" if isinstance(error, KeyError) else str(error)
        raise FailedPrecondition(
            f"'{path}' is damaged: {why.splitlines()[0] if why else type(error).__name__}",
            hint=hint,
        ) from error


def python_version() -> str:
    """This interpreter's, such as `3.11.7`, without `platform`, which takes long to import."""
    return sys.version.partition(" ")[0]


def time_of(value: Any) -> datetime:
    """A creation_time of a manifest, with a time zone."""
    time = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return time if time.tzinfo else time.replace(tzinfo=timezone.utc)
