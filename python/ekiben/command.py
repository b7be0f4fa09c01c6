# SPDX-License-Identifier: Apache-2.0
"""The `ekiben` command, asked for what the engine does better than Python."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from .errors import (
    EkibenError,
    FailedPrecondition,
    Internal,
    InvalidArgument,
    NotFound,
    Unavailable,
)
from .program import program

# docs/reference/exit-codes.md
_BY_EXIT_CODE: Mapping[int, type[EkibenError]] = {
    3: NotFound,
    4: InvalidArgument,
    70: Internal,
    75: Unavailable,
}


def run(*arguments: str, home: Path, **variables: str) -> str:
    """What `ekiben` with these arguments prints, for the store in `home`.

    Args:
        variables: Of its environment, beside those of this process.

    Raises:
        EkibenError: As the command says it, of the class that its exit code means.
        FailedPrecondition: If there is no command.
    """
    command = [str(program()), *arguments]
    environment = os.environ | {"EKIBEN_HOME": str(home), "NO_COLOR": "1"} | variables
    done = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise _error(done.returncode, done.stderr)
    return done.stdout


def _error(code: int, said: str) -> EkibenError:
    """What the program printed last, as an exception."""
    message, _, hint = f"\n{said}".rpartition("\nerror: ")[2].partition("\nhint: ")
    return _BY_EXIT_CODE.get(code, FailedPrecondition)(message.strip(), hint=hint.strip())
