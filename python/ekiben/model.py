# SPDX-License-Identifier: Apache-2.0
"""A model of a store, as callers hold it."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from .errors import FailedPrecondition, disk_errors
from .frameworks import FRAMEWORKS
from .manifest import ModelInfo
from .stored import Stored

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .archives import Place
    from .runner import Runnable, Runner, Strategy

CUSTOM_OBJECTS = "custom_objects.pkl"


class Model(Stored[ModelInfo]):
    """One version of a model: its tag, what is known of it, and the folder that holds its files.

    It reads files when asked and keeps what it has unpickled; it never writes. Once in a store a
    model does not change, so equal tags mean equal models. Safe to share between threads.
    """

    def __init__(
        self, info: ModelInfo, folder: Path, custom_objects: dict[str, Any] | None = None
    ) -> None:
        super().__init__(info, folder)
        self._custom_objects = custom_objects
        self._loaded: Any = None
        self._runnable: type[Runnable] | None = None

    def path_of(self, item: str) -> str:
        """The path of a file in the model's folder, whether it exists or not."""
        return str(self._folder / item.lstrip("/"))

    @property
    def custom_objects(self) -> dict[str, Any]:
        """What was saved along with the model; unpickled on first use, empty where nothing was.

        Unpickling runs code that the file names: open only models that you trust.
        """
        if self._custom_objects is None:
            self._custom_objects = self._read_custom_objects()
        return self._custom_objects

    def load_model(self, *args: Any, **kwargs: Any) -> Any:
        """The original model, in memory, by the module that saved it; kept for the next call.

        Raises:
            FailedPrecondition: If that module is none of ekiben's, or its framework is missing.
        """
        if self._loaded is None:
            self._loaded = self._framework().load_model(self, *args, **kwargs)
        return self._loaded

    def to_runnable(self) -> type[Runnable]:
        """A Runnable that loads the model and has its signatures as methods.

        Raises:
            FailedPrecondition: If the module that saved the model is none of ekiben's.
        """
        if self._runnable is None:
            runnable = self._framework().get_runnable(self)
            runnable.ekiben_model = self
            self._runnable = runnable
        return self._runnable

    def to_runner(
        self,
        name: str = "",
        *,
        max_batch_size: int | None = None,
        max_latency_ms: float | None = None,
        method_configs: Mapping[str, Mapping[str, Any]] | None = None,
        embedded: bool = False,
        scheduling_strategy: type[Strategy] | None = None,
    ) -> Runner:
        """The model as a runner, to be listed by a service; nothing is loaded yet.

        Args:
            name: By default the model's name.
            max_batch_size: Most rows of a batch.
            max_latency_ms: Calls that cannot be answered in this time are refused.
            method_configs: Signature to its own `max_batch_size` and `max_latency_ms`.
            embedded: Run in the process that calls, without batching.
            scheduling_strategy: Decides how many workers there are and their environment.

        Raises:
            FailedPrecondition: If the module that saved the model is none of ekiben's.
            InvalidArgument: If an argument is not as described.
        """
        from .runner import DefaultStrategy, Runner

        return Runner(
            self.to_runnable(),
            name=name or self.tag.name,
            models=[self],
            max_batch_size=max_batch_size,
            max_latency_ms=max_latency_ms,
            method_configs=method_configs,
            embedded=embedded,
            scheduling_strategy=scheduling_strategy or DefaultStrategy,
        )

    def export(
        self,
        path: str | os.PathLike[str],
        output_format: str | None = None,
        **place: Unpack[Place],
    ) -> str:
        """Write the model into one file; see ekiben.models.export_model()."""
        from .archives import export_model

        return export_model(self, path, output_format, **place)

    def with_options(self, **options: Any) -> Model:
        """The same model with other options for loading; what is in the store does not change."""
        info = replace(self._info, options={**self._info.options, **options})
        return Model(info, self._folder, self._custom_objects)

    def _framework(self) -> ModuleType:
        module = self._info.module
        family = module.rpartition(".")[2]
        if family not in FRAMEWORKS:
            raise FailedPrecondition(
                f"model '{self.tag}' was saved "
                + (f"by '{module}', which ekiben cannot load" if module else "as plain files"),
                hint=f"its files are in '{self.path}'",
            )
        return importlib.import_module(f"{__package__}.{family}")

    def _moved(self, info: ModelInfo, folder: Path) -> None:
        self._info = info
        self._folder = folder

    def _read_custom_objects(self) -> dict[str, Any]:
        path = self._folder / CUSTOM_OBJECTS
        if not path.is_file():
            return {}
        import cloudpickle

        with disk_errors("read", path), path.open("rb") as file:
            objects = cloudpickle.load(file)
        if not isinstance(objects, dict):
            raise FailedPrecondition(f"'{path}' holds a {type(objects).__name__}, not a dict")
        return objects

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Model) and self.tag == other.tag

    def __hash__(self) -> int:
        return hash(self.tag)

    def __repr__(self) -> str:
        return f'Model(tag="{self.tag}")'

    def _repr_html_(self) -> str:
        import html

        shown = {
            "tag": self.tag,
            "module": self._info.module,
            "signatures": ", ".join(self._info.signatures),
            "labels": ", ".join(f"{key}={value}" for key, value in self._info.labels.items()),
            "created": self._info.creation_time.isoformat(timespec="seconds"),
        }
        rows = "".join(
            f"<tr><th>{key}</th><td>{html.escape(str(value))}</td></tr>"
            for key, value in shown.items()
        )
        return f"<table>{rows}</table>"
