# SPDX-License-Identifier: Apache-2.0
"""What goes wrong while a service answers: who is told what, and who is not disturbed."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from harness.client import Answer, Connection, call
from harness.program import eventually
from harness.server import Server
from harness.service import ask, ends, serve, write_service

SERVICE = """
    import asyncio
    import ctypes
    import os
    import threading
    import time

    import bentoml
    import numpy as np
    from bentoml.io import JSON, NumpyNdarray, Text
    from pydantic import BaseModel


    class Work(bentoml.Runnable):
        SUPPORTED_RESOURCES = ("cpu",)
        SUPPORTS_CPU_MULTI_THREADING = True

        @bentoml.Runnable.method(batchable=True, batch_dim=0)
        def inverse(self, rows):
            time.sleep(0.02)
            if (rows == 0).any():
                raise ZeroDivisionError(f"a zero among {len(rows)}")
            return 1 / rows

        @bentoml.Runnable.method(batchable=False)
        def pid(self, x):
            return os.getpid()

        @bentoml.Runnable.method(batchable=False)
        def end(self, x):
            os._exit(9)


    work = bentoml.Runner(Work)
    unlisted = [bentoml.Runner(Work, name="unlisted")]
    svc = bentoml.Service("failing", runners=[work])
    api = svc.api(input=JSON(), output=JSON())


    @api
    def look_up(x):
        return {"password": "hunter2"}[x]

    @api
    async def look_up_later(x):
        return {"password": "hunter2"}[x]

    @api
    def refuse(x):
        raise bentoml.exceptions.UnprocessableEntity("no colour 'blue'")

    @api
    def an_object(x):
        return object()

    @svc.api(input=JSON(), output=NumpyNdarray(shape=(-1, 2), enforce_shape=True))
    def three_columns(x):
        return np.zeros((2, 3))

    @svc.api(input=JSON(), output=Text())
    async def a_number(x):
        return 3

    @svc.api(input=NumpyNdarray(dtype="float64"), output=NumpyNdarray())
    async def inverse(rows):
        return await work.inverse.async_run(rows)

    @api
    def pids(x):
        return {"api": os.getpid(), "runner": work.pid.run(x)}

    @api
    def sleep(seconds):
        time.sleep(seconds)
        return "slept"

    @api
    async def doze(seconds):
        print("dozing", flush=True)
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            print("woken", flush=True)
            raise
        return "dozed"

    @api
    def segfault(x):
        ctypes.string_at(0)

    @api
    def leave(x):
        os._exit(5)

    @api
    def end_runner(x):
        return work.end.run(x)

    @api
    def call_unlisted(x):
        return unlisted[0].pid.run(x)

    class Flower(BaseModel):
        name: str
        petals: int

    @svc.api(input=JSON(pydantic_model=Flower), output=JSON())
    def count(flower):
        return flower.petals

    @svc.api(input=NumpyNdarray(dtype="float32", enforce_dtype=True), output=NumpyNdarray())
    def same(rows):
        return rows
"""

TIMEOUT = 2


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One API worker and one of the runner, which the tests end now and then."""
    folder = write_service(tmp_path_factory.mktemp("failing"), SERVICE)
    with serve(folder, folder / "home", "--timeout", str(TIMEOUT)) as server:
        yield server


def pids(server: Server) -> dict[str, int]:
    """Of the workers, once they are there."""
    found: dict[str, int] = {}

    def answered() -> bool:
        answer = ask(server, "pids", 1)
        if answer.status == 200:
            found.update(answer.json())
        return bool(found)

    eventually("the workers answer", answered)
    return found


def log_of(server: Server, answer: Answer) -> str:
    """What the log says under this request's id, and what follows it."""
    identity = answer.header("x-request-id") or ""
    eventually("the log has the request", lambda: f"request_id={identity}" in server.stderr)
    lines = server.stderr.splitlines()
    begin = next(at for at, line in enumerate(lines) if f"request_id={identity}" in line)
    rest = lines[begin + 1 :]
    end = next((at for at, line in enumerate(rest) if line.startswith("error: ")), len(rest))
    return "\n".join([lines[begin], *rest[:end]])


@pytest.mark.parametrize("api", ["look_up", "look_up_later"])
def test_a_function_that_raises_leaks_nothing_and_its_traceback_is_in_the_log(
    server: Server, api: str
) -> None:
    answer = ask(server, api, "secret of mine")
    assert answer.status == 500
    assert answer.header("content-type") == "application/problem+json"
    said = answer.body.decode()
    assert not any(word in said for word in ("KeyError", "secret", "service.py", "Traceback"))
    log = log_of(server, answer)
    assert log.startswith(f"error: API '{api}' raised KeyError: 'secret of mine' path=/{api} ")
    assert re.search(rf'service.py", line \d+, in {api}\n +return {{"password"', log)
    assert "ekiben/worker" not in log


def test_an_error_for_the_client_keeps_its_status_and_text(server: Server) -> None:
    answer = ask(server, "refuse", 1)
    assert (answer.status, answer.json()["error"]) == (422, "no colour 'blue'")


@pytest.mark.parametrize(
    ("api", "body", "parts"),
    [
        ("count", '{"name": "rose"}', ["petals"]),
        ("count", '{"name": "rose", "petals": "many"}', ["petals"]),
        ("count", '{"name"', ["JSON"]),
        ("same", "[[1, 2], [3]]", ["row 1"]),
        ("same", '[["a"]]', []),
        ("same", "{}", []),
    ],
)
def test_wrong_input_is_the_clients_fault_and_the_field_is_named(
    server: Server, api: str, body: str, parts: list[str]
) -> None:
    answer = call(server.url, f"/{api}", body.encode())
    assert answer.status == 400, answer.body
    assert all(part in answer.json()["error"] for part in parts), answer.body


@pytest.mark.parametrize(
    ("api", "why"),
    [
        ("an_object", "returned what JSON cannot encode"),
        ("three_columns", "returned what NumpyNdarray cannot encode: an array with shape (2, 3)"),
        ("a_number", "returned what Text cannot encode"),
    ],
)
def test_an_unencodable_result_is_a_500_that_says_which_api_returned_what(
    server: Server, api: str, why: str
) -> None:
    answer = ask(server, api, 1)
    assert answer.status == 500
    assert f"API '{api}' {why}" in answer.json()["error"]
    log = log_of(server, answer)
    assert f"API '{api}' {why}" in log
    assert "Traceback" not in log


def test_a_runner_that_raises_has_its_own_lines_in_the_log(server: Server) -> None:
    answer = ask(server, "inverse", [[0.0]])
    assert answer.status == 500
    log = log_of(server, answer)
    assert "runner 'work.inverse' raised ZeroDivisionError: a zero among 1" in log
    assert 'raise ZeroDivisionError(f"a zero among {len(rows)}")' in log
    assert "return await work.inverse.async_run(rows)" in log


def test_one_bad_row_does_not_fail_those_that_were_batched_with_it(server: Server) -> None:
    numbers = [float(number) for number in range(40)]
    with ThreadPoolExecutor(len(numbers)) as pool:
        answers = list(pool.map(lambda number: ask(server, "inverse", [[number]]), numbers))
    assert answers[0].status == 500
    assert [answer.status for answer in answers[1:]] == [200] * 39
    assert [answer.json()[0][0] for answer in answers[1:]] == [1 / one for one in numbers[1:]]
    batches = server.metric('ekiben_batch_rows_count{runner="work.inverse"}')
    assert batches < server.metric('ekiben_batch_rows_sum{runner="work.inverse"}')


def test_a_runner_that_was_not_listed_is_the_services_fault(server: Server) -> None:
    answer = ask(server, "call_unlisted", 1)
    assert answer.status == 500
    assert "service.py" not in answer.body.decode()
    assert "service 'failing' does not list it" in log_of(server, answer)


@pytest.mark.parametrize(
    ("api", "how"), [("segfault", "Segmentation fault"), ("leave", "exit status 5")]
)
def test_an_api_worker_that_dies_takes_only_its_requests_with_it_and_is_restarted(
    server: Server, api: str, how: str
) -> None:
    before, ended = pids(server), ends(server, "api")
    answer = ask(server, api, 1)
    assert answer.status == 503
    assert how in answer.json()["error"]
    assert call(server.url, "/livez").status == 200
    after = pids(server)
    assert after["api"] != before["api"]
    assert after["runner"] == before["runner"]
    assert ends(server, "api") == ended + 1
    assert how in server.stderr


def test_a_worker_that_is_killed_is_restarted_before_anybody_asks(server: Server) -> None:
    before, ended = pids(server), ends(server, "api")
    os.kill(before["api"], signal.SIGKILL)
    eventually("the end is counted", lambda: ends(server, "api") == ended + 1)
    assert pids(server)["api"] != before["api"]


def test_a_runners_worker_that_dies_takes_only_its_calls_with_it_and_is_restarted(
    server: Server,
) -> None:
    before, ended = pids(server), ends(server, "work")
    answer = ask(server, "end_runner", 1)
    assert answer.status == 503
    assert "runner 'work'" in answer.json()["error"]
    assert "exit status 9" in answer.json()["error"]
    assert ask(server, "count", {"name": "rose", "petals": 5}).json() == 5
    after = pids(server)
    assert after["runner"] != before["runner"]
    assert after["api"] == before["api"]
    assert ends(server, "work") == ended + 1


@pytest.mark.parametrize("api", ["sleep", "doze"])
def test_a_function_that_outlasts_the_timeout_gives_504_and_does_not_stop_others(
    server: Server, api: str
) -> None:
    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(ask, server, api, TIMEOUT + 2)
        while not late.done():
            assert ask(server, "count", {"name": "rose", "petals": 5}).json() == 5
        assert late.result().status == 504
        assert "in time" in late.result().json()["error"]


def test_a_client_that_leaves_cancels_an_async_function(server: Server) -> None:
    dozing, woken = server.stdout.count("dozing"), server.stdout.count("woken")
    connection = Connection(server.url)
    connection.request("POST", "/doze", b"1.9")
    eventually("it runs", lambda: server.stdout.count("dozing") == dozing + 1)
    connection.close()
    eventually("it is cancelled", lambda: server.stdout.count("woken") == woken + 1, patience=1.5)


def test_every_api_has_a_line_when_the_server_starts(server: Server) -> None:
    routes = re.findall(r"^api +POST /(\w+)  (\w+) -> (\w+)$", server.stdout, re.MULTILINE)
    assert ("inverse", "NumpyNdarray", "NumpyNdarray") in routes
    assert ("count", "JSON", "JSON") in routes
    assert "runner  work runs in 1 Python worker" in server.stdout
