# SPDX-License-Identifier: Apache-2.0
"""Everybody gets the answer to their own request, however requests meet."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGCONT, SIGSTOP

import numpy as np
import pytest
from harness.client import Answer, Connection, call
from harness.program import ROOT, run
from harness.server import Server
from harness.store import Store

METHODS = ("predict", "predict_proba", "decision_function")
CLIENTS, EACH, AT_ONCE = 16, 500, 4


@contextmanager
def one_tick(server: Server) -> Iterator[None]:
    """What is sent in the block is all there when the server next looks."""
    server.process.send_signal(SIGSTOP)
    try:
        yield
    finally:
        server.process.send_signal(SIGCONT)


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


class Questions:
    """Requests that differ from each other, and what the original answers to them."""

    def __init__(self, store: Store) -> None:
        self._rows = np.load(store.answers / "rows.npy")
        self._expected = {name: np.load(store.answers / f"{name}.npy") for name in METHODS}

    def ask(self, number: int, connection: Connection) -> None:
        method, part = self._of(number)
        as_npy = number % 5 == 0
        body = npy(self._rows[part]) if as_npy else json.dumps(self._rows[part].tolist()).encode()
        kind = "application/x-npy" if as_npy else "application/json"
        connection.request("POST", f"/{method}", body, {"content-type": kind})

    def check(self, number: int, answer: Answer) -> None:
        method, part = self._of(number)
        assert answer.status == 200, answer
        expected = self._expected[method][part]
        np.testing.assert_allclose(answer.json(), expected, rtol=1e-5, atol=1e-9)
        assert np.shape(answer.json()) == expected.shape

    def _of(self, number: int) -> tuple[str, slice]:
        first = number * 7 % (len(self._rows) - 3)
        return METHODS[number % 3], slice(first, first + 1 + number % 3)


def test_concurrent_clients_get_their_own_answers(iris: Server, store: Store) -> None:
    questions = Questions(store)
    failures: list[BaseException] = []

    def be_a_client(client: int) -> None:
        try:
            connections = [Connection(iris.url) for _ in range(AT_ONCE)]
            for first in range(client * EACH, (client + 1) * EACH, AT_ONCE):
                for index, connection in enumerate(connections):
                    questions.ask(first + index, connection)
                for index, connection in enumerate(connections):
                    questions.check(first + index, connection.answer())
        except BaseException as failure:  # Shown by the test, not by the thread.
            failures.append(failure)

    threads = [threading.Thread(target=be_a_client, args=(i,)) for i in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures[0]


def test_requests_of_one_tick_are_joined_and_told_apart(iris: Server, store: Store) -> None:
    questions = Questions(store)
    connections = [Connection(iris.url) for _ in range(100)]
    for round_ in range(20):
        batches = iris.metric("ekiben_batch_rows_count")
        with one_tick(iris):
            for index, connection in enumerate(connections):
                questions.ask(round_ * 100 + index, connection)
        for index, connection in enumerate(connections):
            questions.check(round_ * 100 + index, connection.answer())
        joined = iris.metric("ekiben_batch_rows_count") - batches
        assert joined < len(connections) / 2


def test_pipelined_requests_are_answered_in_order(iris: Server, store: Store) -> None:
    questions = Questions(store)
    connections = [Connection(iris.url) for _ in range(8)]
    with one_tick(iris):
        for number in range(160):
            questions.ask(number, connections[number % 8])
    for number in range(160):
        questions.check(number, connections[number % 8].answer())


def test_a_request_that_fails_fails_alone(store: Store, tmp_path: Path) -> None:
    with Server(tmp_path, store.home, "pick") as server:
        connections = [Connection(server.url) for _ in range(32)]
        with one_tick(server):
            for index, connection in enumerate(connections):
                body = b"[99]" if index % 4 == 3 else b"[%d]" % (index % 10)
                connection.request("POST", "/run", body)
        for index, connection in enumerate(connections):
            answer = connection.answer()
            if index % 4 == 3:
                assert answer.status == 500
                assert answer.header("x-request-id") in server.stderr
            else:
                assert (answer.status, answer.json()) == (200, [(index % 10) ** 2])


def test_shapes_that_only_the_graph_finds_wrong_are_told_to_the_client(
    own_store: Store, tmp_path: Path
) -> None:
    graph = ROOT / "tests" / "data" / "onnx" / "matmul.onnx"
    imported = run("models", "import", graph, "--name", "product", home=own_store.home)
    assert imported.returncode == 0, imported.stderr
    with Server(tmp_path, own_store.home, "product") as server:
        wrong = call(server.url, "/run", b'{"x": [[1, 2]], "y": [[3, 4]]}')
        assert wrong.status == 400
        assert "the shapes of the inputs do not fit" in wrong.json()["detail"]
        right = call(server.url, "/run", b'{"x": [[1, 2]], "y": [[3], [4]]}')
        assert right.json() == [[11]]


# Joined column by column, rows of such requests would slide into their neighbours' places.
@pytest.mark.parametrize("wrong", [(2, 1), (1, 2)])
def test_a_request_with_rows_missing_disturbs_nobody(
    wrong: tuple[int, int], store: Store, tmp_path: Path
) -> None:
    def body(mark: int, x: int, y: int) -> bytes:
        rows = {"x": [[mark, mark]] * x, "y": [[mark, mark]] * y}
        return json.dumps(rows).encode()

    with Server(tmp_path, store.home, "pair") as server:
        connections = [Connection(server.url) for _ in range(30)]
        with one_tick(server):
            for mark, connection in enumerate(connections):
                x, y = {0: wrong, 2: wrong[::-1]}.get(mark % 3, (1, 1))
                connection.request("POST", "/run", body(mark, x, y))
        for mark, connection in enumerate(connections):
            answer = connection.answer()
            if mark % 3 == 1:
                assert (answer.status, answer.json()) == (200, [[11.0 * mark] * 2])
            else:
                assert answer.status == 400
                assert "rows" in answer.json()["detail"]
