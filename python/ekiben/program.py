# SPDX-License-Identifier: Apache-2.0
"""Where the `ekiben` command is. Small, since what imports it is imported by every program."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from .errors import FailedPrecondition


def program() -> Path:
    """The `ekiben` command: what EKIBEN_PROGRAM names, else beside this Python, else on the path.

    Raises:
        FailedPrecondition: If there is none.
    """
    named = os.environ.get("EKIBEN_PROGRAM")
    beside = shutil.which("ekiben", path=str(Path(sys.executable).parent))
    found = named or beside or shutil.which("ekiben")
    if found is None:
        raise FailedPrecondition(
            "there is no command 'ekiben' beside this Python or on the path",
            hint="pip install ekiben, or name it in EKIBEN_PROGRAM",
        )
    return Path(found)
