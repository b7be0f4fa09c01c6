# SPDX-License-Identifier: Apache-2.0
"""A store that the tests serve from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .program import MODELS, run


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


def loan_home(home: Path, *bentos: str) -> Path:
    """A store with the model loan:v1 and bentos of it with these versions."""
    commands = [["models", "import", MODELS / "loan_pipeline.onnx", "--name", "loan:v1"]]
    commands += [["build", "loan:v1", "--version", version] for version in bentos]
    for words in commands:
        done = run(*words, home=home)
        assert done.returncode == 0, done.stderr
    return home
