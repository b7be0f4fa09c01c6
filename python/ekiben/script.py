# SPDX-License-Identifier: Apache-2.0
"""`python -m ekiben.script SCRIPT [ARGUMENTS]`: a Python program for which bentoml means ekiben.

It is for programs, such as one that trains a model and saves it, that say `import bentoml` where
BentoML is not installed; with `--bentoml` before SCRIPT, also where it is.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

from .bentoml_alias import install

_FORCE = "--bentoml"
_USAGE = "usage: python -m ekiben.script [--bentoml] SCRIPT [ARGUMENTS]"
_USAGE_CODE = 2


def main(arguments: list[str]) -> None:
    """Run the script that is named first, with the rest as its arguments.

    Raises:
        SystemExit: If there is none.
    """
    force = arguments[:1] == [_FORCE]
    arguments = arguments[1:] if force else arguments
    script = Path(arguments[0]) if arguments else Path()
    if not script.is_file():
        sys.stderr.write(f"error: there is no file '{script}'\n" if arguments else f"{_USAGE}\n")
        raise SystemExit(_USAGE_CODE)
    install(force=force)
    sys.argv = arguments
    sys.path[0] = str(script.resolve().parent)
    runpy.run_path(str(script), run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1:])
