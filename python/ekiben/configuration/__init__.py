# SPDX-License-Identifier: Apache-2.0
"""The configuration: BentoML's of both generations, read, checked and brought into one form."""

from __future__ import annotations

import os
from typing import IO, Any

from .resolution import configuration, for_runners
from .schema import RUNNER, SCHEMA, defaults

__all__ = [
    "RUNNER",
    "SCHEMA",
    "active",
    "configuration",
    "defaults",
    "for_runners",
    "load_config",
    "save_config",
    "use",
]

_active: dict[str, Any] | None = None


def active() -> dict[str, Any]:
    """The configuration of this process; read from the environment on first use."""
    return load_config() if _active is None else _active


def use(settings: dict[str, Any] | None) -> None:
    """Make these resolved settings those of this process; None: as the environment says."""
    global _active
    _active = settings


def load_config(bentoml_config_file: str | os.PathLike[str] | None = None) -> dict[str, Any]:
    """Read the configuration of this process anew, from this file or as the environment says.

    Raises:
        BentoMLConfigException: If it cannot be read or is wrong.
    """
    global _active
    _active = configuration(bentoml_config_file)
    return _active


def save_config(config_file_handle: IO[Any]) -> None:
    """Write the configuration of this process as YAML to a file opened for text or bytes."""
    import yaml

    text = yaml.safe_dump(active(), sort_keys=False)
    try:
        config_file_handle.write(text)
    except TypeError:
        config_file_handle.write(text.encode("utf-8"))
