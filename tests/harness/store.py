# SPDX-License-Identifier: Apache-2.0
"""A store that the tests serve from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Store:
    """Where models lie, what their originals answer, and what was said while they were saved."""

    home: Path
    answers: Path
    log: str

    def folder(self, name: str) -> Path:
        """The folder of the newest version of a model."""
        models = self.home / "models" / name
        return models / (models / "latest").read_text()
