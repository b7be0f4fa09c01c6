# SPDX-License-Identifier: Apache-2.0
"""What the framework modules share: importing the framework, saving, getting, loading."""

from __future__ import annotations

import importlib
import importlib.metadata
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from . import models
from .creation import checked_signatures, creation
from .errors import FailedPrecondition, InvalidArgument, NotFound, disk_errors
from .manifest import ModelContext, ModelInfo, Signature
from .model import Model
from .tag import Tag

_log = logging.getLogger("ekiben")


@dataclass(frozen=True)
class Framework:
    """A framework whose models ekiben saves and loads.

    Attributes:
        family: The last word of the module, of ekiben's and of BentoML's: `sklearn`.
        packages: What it needs, name to import to name on PyPI: `{"sklearn": "scikit-learn"}`.
        versions_kept: Names on PyPI of what made a model; their versions go into model.yaml.
    """

    family: str
    packages: dict[str, str]
    versions_kept: tuple[str, ...]

    @property
    def module(self) -> str:
        """As model.yaml names it."""
        return f"bentoml.{self.family}"

    def imported(self, module: str) -> ModuleType:
        """The module of this name.

        Raises:
            FailedPrecondition: If it is not installed; the hint is the line that installs it.
        """
        package = self.packages[module.partition(".")[0]]
        try:
            return importlib.import_module(module)
        except ImportError as error:
            raise FailedPrecondition(
                f"'ekiben.{self.family}' needs {package}, which cannot be imported: {error}",
                hint=f"pip install {package}",
            ) from error

    def save(
        self,
        name: str | Tag,
        write: Callable[[Model], object],
        native: Callable[[Path], dict[str, Any]],
        *,
        signatures: Mapping[str, Signature],
        labels: Mapping[str, str] | None,
        metadata: Mapping[str, Any] | None,
        custom_objects: Mapping[str, Any] | None,
        external_modules: Iterable[ModuleType] | None,
        api_version: str = "v1",
        options: Mapping[str, Any] | None = None,
    ) -> Model:
        """Save a model and say on the log which signatures have no native form.

        Args:
            write: Puts the original into the model's folder.
            native: Puts the native forms into the folder; returns what goes under `ekiben`.
        """
        info = ModelInfo(
            tag=Tag.of(name),
            module=self.module,
            labels=labels or {},
            options=options or {},
            metadata=metadata or {},
            context=self._context(),
            signatures=signatures,
            api_version=api_version,
        )
        with (
            creation(info, custom_objects, external_modules, native) as model,
            disk_errors("write", Path(model.path)),
        ):
            write(model)
        _tell(model)
        return model

    def _context(self) -> ModelContext:
        versions = {}
        for package in self.versions_kept:
            try:
                versions[package] = importlib.metadata.version(package)
            except importlib.metadata.PackageNotFoundError:
                continue
        return ModelContext(framework_name=self.family, framework_versions=versions)

    def get(self, tag: str | Tag | Model) -> Model:
        """The model that `tag` means, if this framework's module saved it.

        Raises:
            NotFound: If there is none, or another module saved it.
        """
        model = tag if isinstance(tag, Model) else models.get(tag)
        root, _, last = model.info.module.rpartition(".")
        if last != self.family or root.partition(".")[0] not in ("bentoml", "_bentoml_impl"):
            raise NotFound(
                f"model '{model.tag}' was saved by '{model.info.module}', not by '{self.module}'"
            )
        return model

    def loaded(self, model: Model, file: str, load: Callable[[str], Any]) -> Any:
        """What `load` makes of a file of the model.

        Raises:
            FailedPrecondition: If the file is missing or damaged.
        """
        path = model.path_of(file)
        try:
            return load(path)
        except Exception as error:  # Loaders fail in any way on a damaged file.
            why = " ".join(str(error).split()) or type(error).__name__
            raise FailedPrecondition(
                f"cannot load '{path}': {why}",
                hint="it may need the package versions that model.yaml names under context",
            ) from error

    def signatures(self, given: Any, default: str) -> dict[str, Signature]:
        """The caller's signatures, checked; where there are none, `default` without batching."""
        if given is not None and not given:
            raise InvalidArgument("signatures is empty", hint=f"leave it out to get '{default}'")
        return checked_signatures(given if given is not None else {default: {}})


def _tell(model: Model) -> None:
    """One line a reason on the log, which is stderr unless the program set it up."""
    not_native = model.info.ekiben.get("not_native", {})
    for why in dict.fromkeys(not_native.values()):
        names = ", ".join(f"'{name}'" for name, reason in not_native.items() if reason == why)
        _log.warning("%s: no native form of %s: %s", model.tag, names, why)
