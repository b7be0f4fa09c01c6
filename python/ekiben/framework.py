# SPDX-License-Identifier: Apache-2.0
"""What the framework modules share: importing the framework, saving, getting, loading, running."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, TypedDict

from . import models
from .errors import FailedPrecondition, InvalidArgument, NotFound, disk_errors
from .log import warn
from .manifest import ModelContext, ModelInfo, Signature
from .model import Model
from .native.forms import without_native
from .tag import Tag

Signatures = Mapping[str, Signature | Mapping[str, Any]]

# Makes a model's native forms in its folder; returns what goes under `ekiben` in model.yaml.
MakeNative = Callable[[Path, Mapping[str, Signature]], dict[str, Any]]


class SaveOptions(TypedDict, total=False):
    """What every save_model() takes besides the model.

    Attributes:
        signatures: The methods that can be called, such as `{"predict": {"batchable": True}}`.
            By default the module's usual one, not batchable.
        signature: The same; one of the two.
        labels: Text to text, to find models by.
        metadata: Anything plain that is worth knowing, such as scores.
        custom_objects: Python objects to save along, by cloudpickle.
        external_modules: Modules whose code goes into the pickles, because it will not be
            installed where the model is loaded.
    """

    signatures: Signatures | None
    signature: Signatures | None
    labels: Mapping[str, str] | None
    metadata: Mapping[str, Any] | None
    custom_objects: Mapping[str, Any] | None
    external_modules: Iterable[ModuleType] | None


@dataclass(frozen=True)
class Framework:
    """A framework whose models ekiben saves and loads.

    Attributes:
        family: The last word of the module, of ekiben's and of BentoML's: `sklearn`.
        packages: What it needs, name to import to what pip is told: `{"sklearn": "scikit-learn"}`.
        versions_kept: Names on PyPI of what made a model; their versions go into model.yaml.
        framework_name: As model.yaml names it, where that is not the family.
    """

    family: str
    packages: dict[str, str]
    versions_kept: tuple[str, ...]
    framework_name: str = ""

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
            name = package.partition(" @ ")[0].lstrip("'")
            raise FailedPrecondition(
                f"'ekiben.{self.family}' needs {name}, which cannot be imported: {error}",
                hint=f"pip install {package}",
            ) from error

    def save(
        self,
        name: str | Tag,
        write: Callable[[Model], object],
        *,
        default: str | Sequence[str],
        owner: Any = None,
        native: MakeNative | None = None,
        api_version: str = "v1",
        options: Mapping[str, Any] | None = None,
        signatures: Signatures | None = None,
        signature: Signatures | None = None,
        labels: Mapping[str, str] | None = None,
        metadata: Mapping[str, Any] | None = None,
        custom_objects: Mapping[str, Any] | None = None,
        external_modules: Iterable[ModuleType] | None = None,
    ) -> Model:
        """Save a model and say on the log which signatures have no native form.

        Args:
            write: Puts the original into the model's folder.
            default: The signatures, not batchable, of a caller who gives none.
            owner: What is going to be called: each signature must be a method of it.

        The rest is as SaveOptions and ModelInfo describe it.

        Raises:
            InvalidArgument: If a signature is no method, or name, labels or metadata are not as
                described.
            FailedPrecondition: If the version is taken or the disk refuses.
        """
        chosen = _chosen(signatures, signature, default)
        if owner is not None:
            _check_methods(owner, chosen)
        info = ModelInfo(
            tag=Tag.of(name),
            module=self.module,
            labels=labels or {},
            options=options or {},
            metadata=metadata or {},
            context=self._context(),
            signatures=chosen,
            api_version=api_version,
        )
        finish = None if native is None else lambda folder: native(folder, chosen)
        from .creation import creation

        with (
            creation(info, custom_objects, external_modules, finish) as model,
            disk_errors("write", Path(model.path)),
        ):
            write(model)
        _tell(model)
        return model

    def _context(self) -> ModelContext:
        import importlib.metadata  # It brings the e-mail parser, and only saving needs it.

        versions = {}
        for package in self.versions_kept:
            try:
                versions[package] = importlib.metadata.version(package)
            except importlib.metadata.PackageNotFoundError:
                continue
        return ModelContext(
            framework_name=self.framework_name or self.family, framework_versions=versions
        )

    def get(self, tag: str | Tag | Model) -> Model:
        """The model that `tag` means, if this module or BentoML's of the same name saved it.

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
        """What `load` makes of a file of the model; of the whole folder where `file` is empty.

        Raises:
            FailedPrecondition: If the file is missing or damaged.
        """
        path = model.path_of(file) if file else model.path
        if not Path(path).exists():
            raise FailedPrecondition(
                f"model '{model.tag}' has no file '{file}'",
                hint="it is damaged, or another release of its framework's module saved it",
            )
        try:
            return load(path)
        except Exception as error:  # Loaders fail in any way on a damaged file.
            why = " ".join(str(error).split()).partition(" Stack trace")[0][:300]
            hint = "it may need the package versions that model.yaml names under context"
            if isinstance(error, ModuleNotFoundError) and error.name:
                package = error.name.partition(".")[0]
                hint = f"pip install {self.packages.get(package, package)}"
            raise FailedPrecondition(
                f"cannot load '{path}': {why or type(error).__name__}", hint=hint
            ) from error


def refuse(model: Any, wanted: str, hint: str = "") -> InvalidArgument:
    """The error for a model that is not what a module saves: "a list is not <wanted>"."""
    return InvalidArgument(f"a {type(model).__name__} is not {wanted}", hint=hint)


def native_forms(
    make: Callable[[], dict[str, Any]],
    folder: Path,
    signatures: Iterable[str],
    modules: Sequence[str] = ("numpy", "onnx", "onnxruntime"),
    install: str = "onnx onnxruntime",
) -> dict[str, Any]:
    """What `make` returns; where it cannot run or fails, the same reason for every signature.

    The original is worth saving whatever goes wrong here.

    Args:
        make: Writes native forms into `folder`/native.
        modules: What `make` imports.
        install: The packages that bring them.
    """
    try:
        for module in modules:
            importlib.import_module(module)
    except ImportError as error:
        why = f"{error.name or error} is not installed; pip install {install}"
        return without_native(signatures, why)
    try:
        return make()
    except Exception as error:  # Converters fail in any way; each is a reason.
        import shutil

        shutil.rmtree(folder / "native", ignore_errors=True)
        return without_native(signatures, f"making it failed: {type(error).__name__}: {error}")


def _chosen(
    signatures: Signatures | None, signature: Signatures | None, default: str | Sequence[str]
) -> dict[str, Signature]:
    from .creation import checked_signatures

    if signatures is not None and signature is not None:
        raise InvalidArgument(
            "both signatures= and signature= are given", hint="they mean the same: give one"
        )
    given = signatures if signatures is not None else signature
    names = [default] if isinstance(default, str) else list(default)
    if given is not None and not given:
        usual = ", ".join(f"'{name}'" for name in names)
        raise InvalidArgument("signatures is empty", hint=f"leave it out to get {usual}")
    return checked_signatures(given if given is not None else {name: {} for name in names})


def _check_methods(owner: Any, signatures: Iterable[str]) -> None:
    for name in signatures:
        if not callable(getattr(owner, name, None)):
            import difflib

            methods = [one for one in dir(owner) if not one.startswith("_")]
            near = difflib.get_close_matches(name, methods, n=1)
            raise InvalidArgument(
                f"signature '{name}' is not a method of this {type(owner).__name__}",
                hint=f"did you mean '{near[0]}'?" if near else "",
            )


def _tell(model: Model) -> None:
    """One line a reason on the log, which is stderr unless the program set it up."""
    not_native = model.info.ekiben.get("not_native", {})
    for why in dict.fromkeys(not_native.values()):
        names = ", ".join(f"'{name}'" for name, reason in not_native.items() if reason == why)
        warn("%s: no native form of %s: %s", model.tag, names, why)
