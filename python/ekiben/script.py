# SPDX-License-Identifier: Apache-2.0
"""`python -m ekiben.script SCRIPT [ARGUMENTS]`: a Python program for which bentoml means ekiben.

It is for programs, such as one that trains a model and saves it, that say `import bentoml` where
BentoML is not installed.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

from .bentoml_alias import install

_USAGE = 2


def main(arguments: list[str]) -> None:
    """Run the script that is named first, with the rest as its arguments.

    Raises:
        SystemExit: If there is none.
    """
    if not arguments or arguments[0].startswith("-"):
        raise SystemExit("usage: python -m ekiben.script SCRIPT [ARGUMENTS]")
    script = Path(arguments[0])
    if not script.is_file():
        sys.stderr.write(f"error: there is no file '{script}'\n")
        raise SystemExit(_USAGE)
    install()
    sys.argv = arguments
    sys.path[0] = str(script.resolve().parent)
    runpy.run_path(str(script), run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1:])
