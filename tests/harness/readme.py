# SPDX-License-Identifier: Apache-2.0
"""Commands of a page of documentation, run as its reader types them."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import textwrap
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from .program import PATIENCE, binary, environment
from .server import Server

_BLOCKS = re.compile(r"(?:^ {4}.*\n|^\n)+", re.MULTILINE)
_COMMAND = re.compile(r"^(?:ekiben|curl|python|pip) .*(?:\n[ \t]+\S.*)*", re.MULTILINE)


@dataclass(frozen=True)
class Command:
    """A command, which may go over several lines, and what the comment after it says."""

    text: str
    says: str


def blocks(page: Path) -> list[str]:
    """The indented blocks of a page, without their indentation."""
    found = [textwrap.dedent(block).strip("\n") for block in _BLOCKS.findall(page.read_text())]
    return [block for block in found if block]


def commands_of(block: str) -> list[Command]:
    """The commands of a block, in its order."""
    parts = [(text + "  #").split("  #")[:2] for text in _COMMAND.findall(block)]
    return [Command(text.strip(), says.strip()) for text, says in parts]


def commands(page: Path) -> list[Command]:
    """The commands of a page, in its order."""
    return [command for block in blocks(page) for command in commands_of(block)]


class Reader:
    """Somebody in `folder` who types a page's commands, with `python` as the active environment.

    `ekiben serve` gets a free port, which later commands are sent to in the place of 3000, and
    ends when the next one is started, or the block.
    """

    def __init__(self, folder: Path, home: Path, python: Path, out: Path, *serving: str) -> None:
        self._folder, self._home, self._out, self._serving = folder, home, out, serving
        path = os.pathsep.join([str(binary().parent), str(python.parent), os.environ["PATH"]])
        self._variables = {"VIRTUAL_ENV": str(python.parent.parent), "PATH": path}
        self._open = ExitStack()
        self._started = 0
        self.server: Server | None = None

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *raised: object) -> None:
        self._open.__exit__(*raised)  # type: ignore[arg-type]

    def type(self, command: Command, *more: str, **variables: str) -> str:
        """Run it and return what it prints; it has to succeed."""
        if command.text.startswith("ekiben serve "):
            return self._serve([*shlex.split(command.text)[2:], *more], variables)
        url = self.server.url if self.server else ""
        done = subprocess.run(
            ["bash", "-c", " ".join([command.text.replace("http://127.0.0.1:3000", url), *more])],
            cwd=self._folder,
            env=environment(self._home, **self._variables, **variables),
            capture_output=True,
            text=True,
            timeout=4 * PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _serve(self, arguments: list[str], variables: dict[str, str]) -> str:
        self._open.close()
        self._started += 1
        out = self._out / f"server_{self._started}"
        options = ("--working-dir", str(self._folder), "--api-workers", "1", *self._serving)
        server = Server(out, self._home, *arguments, *options, **self._variables, **variables)
        self.server = self._open.enter_context(server)
        return server.stdout
