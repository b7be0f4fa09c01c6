# SPDX-License-Identifier: Apache-2.0
"""What an image of a service in Python is made of: folders that lie as they will in the image.

Everything is taken from this interpreter, which is the one that the image gets. The same bento,
interpreter and packages give the same bytes, whenever and wherever they are put together.
"""

from __future__ import annotations

from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from ..errors import FailedPrecondition
from .interpreter import Interpreter
from .names import normal
from .packages import stage_packages
from .program import stage_program
from .shelf import Shelf

__all__ = ["image_files"]

_VERSION = Path("env", "python", "version.txt")


def image_files(cache: str, bento: str, *uv: str) -> dict[str, Any]:
    """Put together what serves a bento, or take what was put together before.

    Args:
        cache: A folder that may be lost, in which the folders are kept.
        bento: The bento's folder, which is only read.
        uv: The command that is uv; none where there is no uv.

    Returns:
        `interpreter`, `packages` and `program`, each the folder of a layer, which has what is to
        lie below the image's root; `needs`, the programs and libraries of the interpreter, whose
        own libraries are to be found; `environment`, where the packages will be; `version`, of
        Python; `distributions`, what is in `packages`: "numpy 2.4.6"; `notes`, what the user
        should hear.

    Raises:
        FailedPrecondition: If this is no interpreter for the bento.
        NotFound: If a package, or uv, is missing.
    """
    interpreter = Interpreter.at_hand()
    _check_version(interpreter, Path(bento))
    shelf = Shelf(Path(cache))
    packages = stage_packages(Path(bento), interpreter, shelf, list(uv))
    answer = {
        "interpreter": str(interpreter.stage(shelf)),
        "needs": [str(file) for file in interpreter.needs()],
        "version": interpreter.version,
        "packages": str(packages.folder),
        "distributions": _distributions(packages.folder / interpreter.packages),
        "program": str(stage_program(interpreter, shelf)),
        "environment": f"/{interpreter.environment}",
        "notes": packages.notes,
    }
    shelf.sweep()
    return answer


def _distributions(site: Path) -> list[str]:
    """Names, in the spelling of the package index, and versions."""
    return sorted(f"{normal(one.name)} {one.version}" for one in distributions(path=[str(site)]))


def _check_version(interpreter: Interpreter, bento: Path) -> None:
    """A lock, and what was compiled, is for one minor version."""
    file = bento / _VERSION
    if not file.exists():
        return
    wanted = ".".join(file.read_text(encoding="utf-8").strip().split(".")[:2])
    if wanted and wanted != interpreter.minor:
        raise FailedPrecondition(
            f"the bento is for Python {wanted}, and '{interpreter.program}' is {interpreter.minor}",
            hint=f"name a Python {wanted} that has ekiben with --python, or give --backend docker",
        )
