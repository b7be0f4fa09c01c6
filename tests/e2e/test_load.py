# SPDX-License-Identifier: Apache-2.0
"""More requests than can be answered, clients that go away, and what all of it leaves behind."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from signal import SIGCONT, SIGSTOP

from harness.client import Connection, call
from harness.program import binary, eventually
from harness.server import Server
from harness.store import Store

ROW = b"[[5.9, 3, 5.1, 1.8]]"
MIB = 1 << 20


def test_what_cannot_be_answered_in_time_is_refused_at_once(store: Store, tmp_path: Path) -> None:
    with Server(tmp_path, store.home, "slow", "--timeout", "3") as server:
        connections = [Connection(server.url) for _ in range(400)]
        for number, connection in enumerate(connections):
            connection.request("POST", "/run", b"[%d]" % number)
        answers = [connection.answer() for connection in connections]
        statuses = Counter(answer.status for answer in answers)
        # 504: taken in, and then the machine was slower than before.
        assert set(statuses) <= {200, 503, 504}, statuses
        assert statuses[200] > 0
        assert statuses[503] > 0
        for number, answer in enumerate(answers):
            if answer.status == 200:
                assert answer.json() == [number + 1]
            if answer.status == 503:
                assert answer.header("retry-after") == "1"
                assert answer.json()["code"] == "unavailable"
        assert server.metric("ekiben_refused_total") == statuses[503]
        # Connections survive, and so does the server.
        connections[-1].request("POST", "/run", b"[1]")
        assert connections[-1].answer().json() == [2.0]


def test_health_is_answered_while_a_slow_model_works(store: Store, tmp_path: Path) -> None:
    with Server(tmp_path, store.home, "slow", "--threads", "1") as server:
        working = [Connection(server.url) for _ in range(20)]
        for connection in working:
            connection.request("POST", "/run", b"[1]")
        with Connection(server.url) as asking:
            asking.request("GET", "/livez")
            assert asking.answer().status == 200
        assert server.metric("ekiben_batch_rows_count") < len(working)
        assert [connection.answer().status for connection in working] == [200] * len(working)


def test_requests_of_clients_that_have_gone_are_not_run(store: Store, tmp_path: Path) -> None:
    with Server(tmp_path, store.home, "slow", "--threads", "1") as server:
        # Stopped meanwhile, so that all have come and gone before the first is looked at.
        patient, *gone = [Connection(server.url) for _ in range(21)]
        call(server.url, "/livez")
        server.process.send_signal(SIGSTOP)
        for connection in (patient, *gone):
            connection.request("POST", "/run", b"[1]")
        for connection in gone:
            connection.close()
        server.process.send_signal(SIGCONT)
        assert patient.answer().json() == [2.0]
        eventually(
            "all are dropped", lambda: server.metric("ekiben_abandoned_total") >= len(gone) - 1
        )
        assert server.metric("ekiben_batch_rows_count") <= 2


def test_connections_leave_nothing_behind(store: Store, tmp_path: Path) -> None:
    with Server(tmp_path, store.home, "iris_clf") as server:
        files = Path(f"/proc/{server.process.pid}/fd")
        call(server.url, "/livez")
        before = len(list(files.iterdir()))
        for kind in range(4):
            connections = [Connection(server.url) for _ in range(200)]
            for connection in connections:
                if kind == 0:
                    connection.request("POST", "/predict", ROW)
                    assert connection.answer().status == 200
                elif kind == 1:
                    connection.send(b"POST /predict HTTP/1.1\r\ncontent-le")
                elif kind == 2:
                    connection.request("POST", "/predict", ROW)
            for connection in connections:
                if kind == 3:
                    connection.reset()
                else:
                    connection.close()
        eventually("all are closed", lambda: len(list(files.iterdir())) <= before)
        assert call(server.url, "/predict", ROW).body == b"[2]"


def test_a_server_with_nothing_to_do_uses_no_processor(store: Store, tmp_path: Path) -> None:
    with Server(tmp_path, store.home, "iris_clf") as server, Connection(server.url) as connection:
        # So brisk a client that the loop polls for its next request.
        for _ in range(500):
            connection.request("POST", "/predict", ROW)
            assert connection.answer().body == b"[2]"
        before = server.cpu_seconds()
        time.sleep(1)  # Not waiting for a result: this second is what is measured.
        assert server.cpu_seconds() - before < 0.005


def test_without_descriptors_the_others_wait_for_their_turn(store: Store, tmp_path: Path) -> None:
    few = ["sh", "-c", 'ulimit -n 40 && exec "$0" "$@"', binary()]
    with Server(tmp_path, store.home, "iris_clf", program=few) as server:
        connections = [Connection(server.url) for _ in range(60)]
        first = connections[0]
        for _ in range(3):
            first.request("POST", "/predict", ROW)
            assert first.answer().body == b"[2]"
        for connection in connections[:50]:
            connection.close()
        connections[-1].request("POST", "/predict", ROW)
        assert connections[-1].answer().body == b"[2]"


def test_memory_does_not_grow_with_the_number_of_requests(store: Store, tmp_path: Path) -> None:
    kinds = [
        (b"POST", b"/predict", ROW),
        (b"POST", b"/predict", b"[[5.9, 3, 5.1"),
        (b"POST", b"/predict", b"[" * 50),
        (b"POST", b"/nowhere", ROW),
        (b"GET", b"/livez", b""),
    ]

    def send(connection: Connection, times: int) -> None:
        for method, path, body in kinds:
            head = b"%s %s HTTP/1.1\r\nhost: a\r\ncontent-length: %d\r\n\r\n"
            request = head % (method, path, len(body)) + body
            connection.send(request)
            size = connection.answer_size()
            for _ in range(times // 100):
                connection.send(request * 100)
                answers = connection.receive(100 * size)
                assert answers.count(b"HTTP/1.1 ") == 100

    with Server(tmp_path, store.home, "iris_clf") as server:
        with Connection(server.url) as connection:
            send(connection, 4000)
            before = server.rss_bytes()
            send(connection, 40_000)
        for _ in range(300):
            call(server.url, "/predict", ROW)
        assert server.rss_bytes() - before < 8 * MIB
        assert server.metric('ekiben_request_total{route="/predict",code="200"}') > 40_000
