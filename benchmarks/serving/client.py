# SPDX-License-Identifier: Apache-2.0
"""Starts servers and asks them: the first right answer, and whether all answers are right."""

import http.client
import json
import os
import random
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from process import Tree
from servers import Server

BODY = "[[5.9, 3, 5.1, 1.8]]"  # the row of every load
ANSWER = [2]
START_TIMEOUT_S = 60
CHECKING_CLIENTS = 8


class Failed(Exception):
    """A server could not be started or did not answer; the text is for the person who runs the comparison."""


@dataclass
class Running:
    """A started server that has given its first right answer."""

    server: Server
    port: int
    tree: Tree
    first_answer_ms: float


@contextmanager
def started(server: Server) -> Iterator[Running]:
    """Start `server`, wait for its first right answer, and end it with everything it started on leaving."""
    with tempfile.TemporaryDirectory(prefix="ekiben-bench-") as name:
        folder, port = Path(name), _free_port()
        folder.chmod(0o755)  # nginx's worker is another user when started by root
        command = server.command(port, folder)
        log = folder / "log"
        with log.open("w") as out:
            begin = time.perf_counter()
            root = subprocess.Popen(
                command,
                cwd=folder,
                env={**os.environ, **server.environment()},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                # Of its own, but in this session: Linux shares the cores out between sessions, and
                # wrk, which is in this one, would not get what a server gives away by yielding.
                process_group=0,
            )
        tree = Tree(root)
        try:
            first_answer_ms = _wait_for_answer(server, port, root, begin, log)
            yield Running(server, port, tree, first_answer_ms)
        finally:
            tree.end()


@dataclass(frozen=True)
class Answers:
    asked: int
    wrong: int


def check_answers(running: Running, questions: list[tuple[str, list]]) -> Answers:
    """Ask every question from several clients at once, each in another order, so that a mix-up would be seen."""
    if not running.server.answers_any_row:
        questions = [(BODY, ANSWER)] * len(questions)

    def ask_all(client: int) -> int:
        order = random.Random(client).sample(questions, len(questions))
        connection = _connect(running.port, timeout_s=60)
        try:
            return sum(
                not _is_right(connection, running.server.path, body, answer)
                for body, answer in order
            )
        finally:
            connection.close()

    with ThreadPoolExecutor(CHECKING_CLIENTS) as clients:
        wrong = sum(clients.map(ask_all, range(CHECKING_CLIENTS)))
    return Answers(asked=CHECKING_CLIENTS * len(questions), wrong=wrong)


def questions(answers: Path) -> list[tuple[str, list]]:
    """One question for each row of the data set, with scikit-learn's answer."""
    known = json.loads(answers.read_text())
    return [
        (json.dumps([row]), [answer])
        for row, answer in zip(known["rows"], known["answers"], strict=True)
    ]


def _wait_for_answer(
    server: Server, port: int, root: subprocess.Popen, begin: float, log: Path
) -> float:
    """Milliseconds from `begin` to the first right answer."""
    while True:
        connection = _connect(port, timeout_s=START_TIMEOUT_S)
        right = _is_right(connection, server.path, BODY, ANSWER)
        waited = time.perf_counter() - begin
        connection.close()
        if right:
            return waited * 1e3
        if root.poll() is not None or waited > START_TIMEOUT_S:
            what = (
                "gave no right answer in time"
                if root.poll() is None
                else f"ended with {root.returncode}"
            )
            raise Failed(
                f"{server.title} {what}; the end of what it wrote:\n{log.read_text()[-2000:]}"
            )
        # Often enough to be exact to a millisecond, rarely enough not to slow a long start.
        time.sleep(0.001 if waited < 0.25 else 0.005)


def _connect(port: int, timeout_s: float) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)


def _is_right(connection: http.client.HTTPConnection, path: str, body: str, answer: list) -> bool:
    try:
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        text = response.read()
        return response.status == 200 and json.loads(text) == answer
    except (OSError, ValueError, http.client.HTTPException):
        connection.close()
        return False


def _free_port() -> int:
    """A port below those that the kernel hands to clients, so that no client of ours takes it meanwhile."""
    while True:
        port = random.randrange(20000, 32768)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
