# SPDX-License-Identifier: Apache-2.0
"""Workers that end, hang or are left: several of each kind, and real processes."""

from __future__ import annotations

import http.client
import json
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from harness.client import Connection
from harness.program import PATIENCE, eventually
from harness.server import Server
from harness.service import ask, ends, serve, write_service

SERVICE = """
    import contextlib
    import ctypes
    import os
    import threading
    import time
    from pathlib import Path

    import ekiben
    from ekiben.io import JSON, Text


    class Work(ekiben.Runnable):
        SUPPORTED_RESOURCES = ("cpu",)
        SUPPORTS_CPU_MULTI_THREADING = True

        @ekiben.Runnable.method(batchable=True)
        def double(self, numbers):
            if 13 in numbers:
                raise ValueError("unlucky")
            time.sleep(0.02)
            return [2 * number for number in numbers]

        @ekiben.Runnable.method(batchable=False)
        def pid(self, x):
            return os.getpid()

        @ekiben.Runnable.method(batchable=False)
        def segfault(self, x):
            ctypes.string_at(0)

        @ekiben.Runnable.method(batchable=False)
        def hold(self, name):
            Path(name).touch()
            time.sleep(3600)


    work = ekiben.Runner(Work, name="work")
    svc = ekiben.Service("workers", runners=[work])
    api = svc.api(input=JSON(), output=JSON())

    @api
    def pid(x):
        return os.getpid()

    @api
    async def async_pid(x):
        return os.getpid()

    @api
    def talk(word):
        for _ in range(200):
            print("said", word)

    @api
    def runner_pid(x):
        return work.pid.run(x)

    @api
    def double(number):
        return work.double.run([number])[0]

    @api
    def segfault(x):
        ctypes.string_at(0)

    @api
    async def leave(x):
        os._exit(4)

    @api
    def hold(name):
        Path(name).touch()
        time.sleep(3600)

    @api
    def hold_runner(name):
        return work.hold.run(name)

    @api
    def runner_segfault(x):
        return work.segfault.run(x)

    def pieces_for(name):
        at = 0
        try:
            while True:
                at += 1
                yield "x" * 1000
        finally:
            Path(name).write_text(str(at))

    @svc.api(input=Text(), output=Text())
    def endless(x):
        yield from pieces_for(x)

    @svc.api(input=Text(), output=Text())
    async def endless_async(x):
        with contextlib.closing(pieces_for(x)) as pieces:
            for piece in pieces:
                yield piece

    @svc.api(input=Text(), output=Text())
    def dies_while_it_streams(x):
        yield "first"
        while not Path(x).exists():
            time.sleep(0.01)
        os._exit(6)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Two API workers."""
    folder = write_service(tmp_path_factory.mktemp("workers"), SERVICE)
    with serve(folder, folder / "home", "--api-workers", "2") as server:
        eventually("both workers are there", lambda: len(api_pids(server)) == 2)
        yield server


def api_pids(server: Server, calls: int = 8) -> set[int]:
    """Of the API workers that answer."""
    with ThreadPoolExecutor(calls) as pool:
        answers = list(pool.map(lambda _: ask(server, "pid", 0), range(calls)))
    return {answer.json() for answer in answers if answer.status == 200}


def stream(server: Server, api: str, text: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=PATIENCE)
    connection.request("POST", f"/{api}", text.encode(), {"content-type": "text/plain"})
    return connection.getresponse()


@pytest.mark.parametrize(
    ("api", "how"), [("segfault", "Segmentation fault"), ("leave", "exit status 4")]
)
def test_the_other_worker_goes_on(server: Server, api: str, how: str) -> None:
    seen: list[set[int]] = []
    eventually("there are two", lambda: len(seen.append(api_pids(server)) or seen[-1]) == 2)
    before, ended = seen[-1], ends(server, "api")
    with ThreadPoolExecutor(8) as pool:
        deadly = pool.submit(ask, server, api, 0)
        others = [pool.submit(ask, server, "async_pid", 0) for _ in range(50)]
        assert deadly.result().status == 503
        assert how in deadly.result().json()["error"]
        statuses = [one.result().status for one in others]
    assert statuses.count(200) > 20
    assert set(statuses) <= {200, 503}
    assert ends(server, "api") == ended + 1
    eventually("there are two again", lambda: len(seen.append(api_pids(server)) or seen[-1]) == 2)
    assert len(seen[-1] & before) == 1


def test_a_held_request_of_a_killed_worker_fails_with_the_reason(
    server: Server, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("held")
    seen: list[set[int]] = []
    eventually("there are two", lambda: len(seen.append(api_pids(server)) or seen[-1]) == 2)
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(ask, server, "hold", str(folder / "begun"))
        eventually("it has begun", (folder / "begun").exists)
        for pid in seen[-1]:
            os.kill(pid, signal.SIGKILL)
        assert held.result().status == 503
        assert "signal 9" in held.result().json()["error"]
    eventually("there are two again", lambda: len(api_pids(server)) == 2)


def test_a_runners_worker_that_dies_is_replaced(server: Server) -> None:
    before, ended = ask(server, "runner_pid", 0).json(), ends(server, "work")
    answer = ask(server, "runner_segfault", 0)
    assert answer.status == 503
    assert "the worker of the runner 'work' ended" in answer.json()["error"]
    assert "Segmentation fault" in answer.json()["error"]
    assert ask(server, "runner_pid", 0).json() != before
    assert ends(server, "work") == ended + 1


def test_a_call_of_a_runner_that_is_killed_fails_with_the_reason(
    server: Server, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("held")
    pid = ask(server, "runner_pid", 0).json()
    with ThreadPoolExecutor(4) as pool:
        held = pool.submit(ask, server, "hold_runner", str(folder / "begun"))
        eventually("it has begun", (folder / "begun").exists)
        waiting = [pool.submit(ask, server, "double", number) for number in range(3)]
        os.kill(pid, signal.SIGKILL)
        assert held.result().status == 503
        assert [one.result().json() for one in waiting] == [0, 2, 4]


def test_one_bad_row_fails_alone(server: Server) -> None:
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda number: ask(server, "double", number), range(64)))
    assert answers[13].status == 500
    assert [one.json() for at, one in enumerate(answers) if at != 13] == [
        2 * at for at in range(64) if at != 13
    ]


def test_lines_that_are_printed_stay_whole(server: Server) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: ask(server, "talk", "so"), range(8)))
    lines = [line for line in server.stdout.splitlines() if "said" in line]
    assert lines == ["said so"] * 1600


@pytest.mark.parametrize("api", ["endless", "endless_async"])
def test_a_stream_waits_for_its_client_and_ends_with_it(
    server: Server, api: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    told = tmp_path_factory.mktemp("streams") / "pieces"
    before = server.rss_bytes()
    with stream(server, api, str(told)) as answer:
        assert answer.read(5000) == b"x" * 5000
        for _ in range(20):  # Meanwhile it could make thousands.
            ask(server, "async_pid", 0)
        assert server.rss_bytes() < before + (32 << 20)
    eventually("the generator is closed", told.exists)
    eventually("it has told", told.read_text)
    # What the sockets hold, the worker's window, and what was read.
    assert int(told.read_text()) < 12_000


def test_a_stream_whose_worker_dies_is_broken_off(
    server: Server, tmp_path_factory: pytest.TempPathFactory
) -> None:
    go_on = tmp_path_factory.mktemp("streams") / "go on"
    answer = stream(server, "dies_while_it_streams", str(go_on))
    assert answer.read(5) == b"first"
    go_on.touch()
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        answer.read()
    assert "exit status 6" in server.stderr


def test_functions_that_do_not_come_back_get_their_worker_replaced(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = write_service(tmp_path_factory.mktemp("hanging"), SERVICE)
    with serve(folder, folder / "home", "--timeout", "1") as server:
        before = ask(server, "pid", 0).json()
        with ThreadPoolExecutor(8) as pool:
            names = [str(folder / f"begun{at}") for at in range(8)]
            answers = list(pool.map(lambda name: ask(server, "hold", name), names))
        assert {answer.status for answer in answers} == {504}
        eventually("it is replaced", lambda: ends(server, "api") == 1)
        eventually("another answers", lambda: ask(server, "pid", 0).status == 200)
        assert ask(server, "pid", 0).json() != before


def test_a_worker_that_hangs_alone_is_replaced_after_a_while(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = write_service(tmp_path_factory.mktemp("hanging"), SERVICE)
    with serve(folder, folder / "home", "--timeout", "1") as server:
        assert ask(server, "hold", str(folder / "begun")).status == 504
        eventually("it is replaced", lambda: ends(server, "api") == 1)


def test_a_client_that_leaves_a_waiting_call_costs_its_runner_nothing(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = write_service(tmp_path_factory.mktemp("left"), SERVICE)
    with serve(folder, folder / "home") as server, ThreadPoolExecutor(1) as pool:
        held = pool.submit(ask, server, "hold_runner", str(folder / "begun"))
        eventually("the runner is held", (folder / "begun").exists)
        left = Connection(server.url)
        left.request("POST", "/hold_runner", json.dumps(str(folder / "never")).encode())
        left.close()
        route = 'ekiben_request_total{route="/hold_runner"'
        eventually("it is given up", lambda: server.metric(route) == 1)
        server.kill()
        with pytest.raises((AssertionError, ConnectionError)):
            held.result()
        assert not (folder / "never").exists()
