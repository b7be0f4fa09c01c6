# SPDX-License-Identifier: Apache-2.0
"""What the framework modules share: importing the framework, getting and checking a model."""

from __future__ import annotations

import importlib
import importlib.metadata
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from . import models
from .errors import FailedPrecondition, InvalidArgument, NotFound
from .manifest import ModelContext
from .model import Model
from .tag import Tag

_log = logging.getLogger("ekiben")


@dataclass(frozen=True)
class Framework:
    """A framework whose models ekiben saves and loads.

    Attributes:
        family: The last word of the module, of ekiben's and of BentoML's: `sklearn`.
        packages: What it needs, name to import to name on PyPI: `{"sklearn": "scikit-learn"}`.
    """

    family: str
    packages: dict[str, str]

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

    def context(self, *packages: str) -> ModelContext:
        """The framework's name and the versions of these packages, as far as they are installed."""
        versions = {}
        for package in packages:
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

    def default(self, signatures: Any, name: str) -> Any:
        """`signatures`, or where there are none, `name` without batching."""
        if signatures is not None and not signatures:
            raise InvalidArgument("signatures is empty", hint=f"leave it out to get '{name}'")
        return signatures if signatures is not None else {name: {"batchable": False}}


def tell(tag: Tag, not_native: Mapping[str, str]) -> None:
    """Say on the log, which is stderr unless the program set it up, what can only be run by Python.

    One line a reason.
    """
    for why in dict.fromkeys(not_native.values()):
        names = ", ".join(f"'{name}'" for name, reason in not_native.items() if reason == why)
        _log.warning("%s: no native form of %s: %s", tag, names, why)
