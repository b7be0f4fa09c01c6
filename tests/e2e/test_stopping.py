# SPDX-License-Identifier: Apache-2.0
"""SIGTERM and Ctrl-C: no more is accepted, what is under way is finished, the exit code is 0."""

from __future__ import annotations

import socket
from pathlib import Path
from signal import SIGINT, SIGTERM, Signals

import pytest
from harness.client import Connection, call
from harness.program import PATIENCE, eventually
from harness.server import Server
from harness.store import Store

BOTH = pytest.mark.parametrize("number", [SIGTERM, SIGINT])


def refuses(server: Server) -> bool:
    try:
        socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), 1).close()
    except ConnectionRefusedError:
        return True
    return False


@BOTH
def test_a_request_in_flight_is_answered(number: Signals, store: Store, tmp_path: Path) -> None:
    with Server(tmp_path, store.home, "slow") as server:
        connection = Connection(server.url)
        connection.request("GET", "/livez")
        connection.answer()
        connection.request("POST", "/run", b"[41]")
        call(server.url, "/livez")  # Read after the request, so that it is in flight.
        server.process.send_signal(number)
        answer = connection.answer()
        assert (answer.status, answer.body) == (200, b"[42.0]")
        assert answer.header("connection") == "close"
        assert connection.is_closed()
        assert server.process.wait(PATIENCE) == 0


def test_an_idle_connection_is_closed_and_none_is_accepted(store: Store, tmp_path: Path) -> None:
    with Server(tmp_path, store.home, "iris_clf") as server:
        idle, busy = Connection(server.url), Connection(server.url)
        for connection in (idle, busy):
            connection.request("GET", "/livez")
            connection.answer()
        busy.send(b"GET /livez HTTP/1.1\r\n")
        call(server.url, "/livez")
        server.process.send_signal(SIGTERM)
        assert idle.is_closed()
        eventually("connections are refused", lambda: refuses(server))
        busy.send(b"host: a\r\n\r\n")
        assert busy.answer().header("connection") == "close"
        assert server.process.wait(PATIENCE) == 0


def test_a_request_that_is_still_coming_is_read_to_its_end(store: Store, tmp_path: Path) -> None:
    with Server(tmp_path, store.home, "iris_clf") as server:
        predicting, asking = Connection(server.url), Connection(server.url)
        predicting.send(b"POST /predict HTTP/1.1\r\nhost: a\r\ncontent-length: 20\r\n\r\n[[5.9, 3")
        asking.send(b"GET /readyz HTTP/1.1\r\n")
        call(server.url, "/livez")
        server.process.send_signal(SIGTERM)
        eventually("it stops", server.is_stopping)
        predicting.send(b", 5.1, 1.8]]")
        assert predicting.answer().body == b"[2]"
        asking.send(b"host: a\r\n\r\n")
        assert asking.answer().status == 503
        assert server.process.wait(PATIENCE) == 0


@BOTH
def test_a_second_signal_ends_it_at_once(number: Signals, store: Store, tmp_path: Path) -> None:
    with Server(tmp_path, store.home, "iris_clf") as server:
        connection = Connection(server.url)
        connection.send(b"POST /predict HTTP/1.1\r\n")
        call(server.url, "/livez")
        server.process.send_signal(number)
        eventually("it stops", server.is_stopping)
        assert server.process.poll() is None
        assert server.stop(number) == 128 + number


def test_a_port_can_be_used_again_at_once(store: Store, tmp_path: Path) -> None:
    with Server(tmp_path / "first", store.home, "iris_clf") as first:
        with Connection(first.url) as connection:
            connection.request("GET", "/livez", headers={"connection": "close"})
            connection.answer()
            assert connection.is_closed()
        assert first.stop() == 0
    port = first.url.rpartition(":")[2]
    with Server(tmp_path / "second", store.home, "iris_clf", port=port) as second:
        assert second.url == first.url
