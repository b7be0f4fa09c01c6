# SPDX-License-Identifier: Apache-2.0
"""Reading of .case files and holding of the conversations in them; README.md has the form."""

from __future__ import annotations

import base64
import io
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from harness.client import Answer, Connection

REQUEST = re.compile(r"> [A-Z]+ [/*]\S*")
HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+): ?(.*)")
STATUS = re.compile(r"< \d{3}")
WORDS = ("drip", "closed", "connect", "reset", "end sending")


@dataclass
class Step:
    """One thing that happens: a request, raw bytes, an expected answer, or a word."""

    line: int
    kind: str
    start: str = ""  # The request line, the bytes as written, or the status.
    headers: list[tuple[str, str]] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    body: str | None = None

    def add(self, text: str) -> None:
        """Take the next line of a request or an answer."""
        header = HEADER.fullmatch(text)
        if self.body is None and header:
            self.headers.append((header[1], header[2]))
        else:
            self.body = f"{self.body}\n{text}" if self.body else text


@dataclass
class Case:
    """A file: what it is about, what it is served by, and what happens."""

    about: str
    server: str
    steps: list[Step]


def read_case(path: Path) -> Case:
    """The case in this file."""
    about: list[str] = []
    server, steps = "", []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith("#") and not server:
            about.append(line.lstrip("# "))
        elif line.startswith("server "):
            server = line.removeprefix("server ")
        elif line.startswith(">> "):
            steps.append(Step(number, "raw", line[3:]))
        elif REQUEST.fullmatch(line):
            steps.append(Step(number, "request", line[2:]))
        elif STATUS.fullmatch(line):
            steps.append(Step(number, "answer", line[2:]))
        elif line.startswith("<! "):
            steps[-1].absent.append(line[3:])
        elif line.startswith(("<", ">")):
            steps[-1].add(line[2:])
        elif line in WORDS:
            steps.append(Step(number, line))
        else:
            assert not line or line.startswith("#"), f"{path.name}:{number}: {line}"
    assert server, f"{path.name}: no server line"
    return Case(" ".join(about), server, steps)


def hold(case: Case, url: str) -> None:
    """Send what the case says and compare what comes back."""
    connection = Connection(url)
    drip = False
    methods: list[str] = []  # Of the requests whose answers have not been read.
    for step in case.steps:
        where = f"line {step.line}: {case.about}"
        if step.kind == "request":
            method, path = step.start.split(" ")
            body = None if step.body is None else _bytes_of(step.body)
            connection.request(method, path, body, dict(step.headers))
            methods.append(method)
        elif step.kind == "raw":
            data = _repeated(step.start).encode().decode("unicode_escape").encode("latin-1")
            size = 1 if drip else len(data)
            for start in range(0, len(data), size):
                connection.send(data[start : start + size])
        elif step.kind == "answer":
            _compare(connection.answer(methods.pop(0) if methods else ""), step, where)
        elif step.kind == "drip":
            drip = True
        elif step.kind == "closed":
            assert connection.is_closed(), where
        elif step.kind == "reset":
            connection.reset()
        elif step.kind == "end sending":
            connection.end_sending()
        elif step.kind == "connect":
            connection.close()
            connection, methods = Connection(url), []
    connection.close()


def _bytes_of(text: str) -> bytes:
    if text.startswith("@base64 "):
        return base64.b64decode(text.removeprefix("@base64 "), validate=True)
    if text.startswith("@npy "):
        _, dtype, value = text.split(" ", 2)
        file = io.BytesIO()
        np.save(file, np.array(json.loads(value), dtype))
        return file.getvalue()
    return "\n".join(_repeated(line) for line in text.split("\n")).encode()


def _repeated(text: str) -> str:
    if not text.startswith("@repeat "):
        return text
    _, times, piece = text.split(" ", 2)
    return piece * int(times)


def _compare(answer: Answer, step: Step, where: str) -> None:
    assert answer.status == int(step.start), f"{where}: {answer}"
    for name, pattern in step.headers:
        value = answer.header(name)
        assert value is not None, f"{where}: no '{name}' in {answer.headers}"
        assert _matches(pattern, value), f"{where}: '{name}' is {value!r}, not {pattern!r}"
    for name in step.absent:
        assert answer.header(name) is None, f"{where}: there is '{name}'"
    if step.body is None:
        return
    if step.body.startswith("@"):
        assert answer.body == _bytes_of(step.body), f"{where}: {answer.body!r}"
        return
    text = answer.body.decode().rstrip("\n")
    assert _matches(step.body, text), f"{where}: expected\n{step.body}\ngot\n{text}"


def _matches(pattern: str, text: str) -> bool:
    parts = (re.escape(part) for part in pattern.split("*"))
    return re.fullmatch(".*".join(parts), text, re.DOTALL) is not None
