# SPDX-License-Identifier: Apache-2.0
"""Functions that wait, and workers that restart, do not disturb other requests."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from harness.client import Connection, call
from harness.program import eventually
from harness.service import serve, write_service

SERVICE = """
    import os
    import time

    import bentoml
    from bentoml.io import JSON


    class Slow(bentoml.Runnable):
        SUPPORTED_RESOURCES = ("cpu",)
        SUPPORTS_CPU_MULTI_THREADING = True

        @bentoml.Runnable.method(batchable=False)
        def sleep(self, seconds):
            time.sleep(seconds)


    slow = bentoml.Runner(Slow)
    svc = bentoml.Service("hanging", runners=[slow])

    @svc.api(input=JSON(), output=JSON())
    def ask(seconds):
        return slow.sleep.run(seconds)

    @svc.api(input=JSON(), output=JSON())
    def pid(x):
        return os.getpid()

    @svc.api(input=JSON(), output=JSON())
    def leave(x):
        os._exit(1)
"""


def test_a_slow_runner_does_not_get_the_api_worker_killed(tmp_path: Path) -> None:
    folder = write_service(tmp_path, SERVICE)
    with serve(folder, tmp_path / "home", "--timeout", "1") as server:
        before = call(server.url, "/pid", b"1").json()
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: call(server.url, "/ask", b"8"), range(8)))
        assert {answer.status for answer in answers} == {504}
        # None of these functions hangs: each waits for the runner, which the server knows.
        answer = call(server.url, "/pid", b"1")
        assert answer.status == 200, answer.body
        assert answer.json() == before
        assert server.metric('ekiben_worker_ends_total{runner="api"}') == 0


def test_a_request_that_comes_while_the_only_worker_restarts_waits_for_it(tmp_path: Path) -> None:
    folder = write_service(tmp_path, SERVICE)
    with serve(folder, tmp_path / "home") as server:
        assert call(server.url, "/leave", b"1").status == 503
        # As a runner's calls do when its worker restarts.
        answer = call(server.url, "/pid", b"1")
        assert answer.status == 200, answer.body


def test_a_client_that_left_is_not_counted_as_a_503(tmp_path: Path) -> None:
    folder = write_service(tmp_path, SERVICE)
    with serve(folder, tmp_path / "home") as server:
        connection = Connection(server.url)
        connection.request("POST", "/ask", b"3")
        connection.close()
        eventually(
            "the request is counted",
            lambda: server.metric('ekiben_request_total{route="/ask"') == 1,
        )
        assert server.metric('ekiben_request_total{route="/ask",code="503"}') == 0
