# SPDX-License-Identifier: Apache-2.0
"""Services in Python, served as a user serves them: from a folder with a service.py in it."""

from __future__ import annotations

import json
import sys
import textwrap
from pathlib import Path

from .client import Answer, call
from .program import ROOT, python_path
from .server import Server

# Python with Debian's PyTorch and what else the examples need; `make setup-test` makes it.
TORCH_PYTHON = ROOT / "build" / "venv-torch" / "bin" / "python"
# One that needs no model, no package and no lock.
PLAIN = """import bentoml
from bentoml.io import JSON
svc = bentoml.Service("plain")
@svc.api(input=JSON(), output=JSON())
def echo(value):
    \"\"\"The same | again.\"\"\"
    return value
"""


def write_service(folder: Path, source: str, name: str = "service.py") -> Path:
    """Write a module, which may be indented as the test that has it, and return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(textwrap.dedent(source).lstrip())
    return folder


def serve(
    folder: Path,
    home: Path,
    *arguments: str,
    target: str = "service:svc",
    python: Path = Path(sys.executable),
    out: Path | None = None,
    **variables: str,
) -> Server:
    """A server of `target` in `folder`, run by `python`, with one API worker unless told."""
    if "--api-workers" not in arguments:
        arguments = ("--api-workers", "1", *arguments)
    return Server(
        out or folder / "printed",
        home,
        target,
        "--working-dir",
        str(folder),
        "--python",
        str(python),
        *arguments,
        **python_path(python),
        **variables,
    )


def ask(server: Server, api: str, value: object) -> Answer:
    """What an API answers to a value, sent as JSON."""
    return call(server.url, f"/{api}", json.dumps(value).encode())


def ends(server: Server, runner: str) -> float:
    """How many workers of a runner, or of `api`, have ended."""
    return server.metric(f'ekiben_worker_ends_total{{runner="{runner}"}}')
