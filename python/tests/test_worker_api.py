# SPDX-License-Identifier: Apache-2.0
"""An API worker by its protocol: functions of each kind, their runners, streams, and failures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from worker_process import WorkerProcess, eventually

import ekiben
from ekiben.io import JSON
from ekiben.io.wire import Json
from ekiben.worker import frames
from ekiben.worker.arguments import ArgumentDecoder
from ekiben.worker.functions import Function
from ekiben.worker.streams import WINDOW
from ekiben.worker.values import Encoder

SERVICE = """
    import asyncio
    import threading
    import time

    import ekiben
    from ekiben.io import JSON, NumpyNdarray, Text


    class Twice(ekiben.Runnable):
        SUPPORTED_RESOURCES = ("cpu",)

        @ekiben.Runnable.method(batchable=True)
        def run_it(self, rows):
            return rows * 2


    twice = ekiben.Runner(Twice, name="twice")
    svc = ekiben.Service("kinds", runners=[twice])
    api = svc.api(input=JSON(), output=JSON())
    text_api = svc.api(input=Text(), output=Text())
    events = []
    kept = []


    @api
    def where(x):
        return threading.current_thread().name

    @api
    async def where_async(x):
        return threading.current_thread().name

    @api
    def plus_one(x):
        return [one + 1 for one in twice.run_it.run(x)]

    @api
    async def both(x):
        return await asyncio.gather(twice.run_it.async_run(x), twice.run_it.async_run(x))

    @api
    def guarded(x):
        try:
            return twice.run_it.run(x)
        except ekiben.exceptions.BadInput as error:
            return f"caught {error}"

    @api
    def in_thread(x):
        with threading.Lock():
            return twice.run_it.run(x)

    @api
    def slow(x):
        time.sleep(0.1)
        return threading.current_thread().name

    @api
    def with_context(x, ctx):
        ctx.response.status_code = 201
        ctx.response.headers["x-name"] = ctx.request.headers["x-name"]
        return ctx.request.query_params["q"]

    @api
    def wrong(x):
        return {}[x]

    @api
    def refused(x):
        raise ekiben.exceptions.BadInput("no such colour")

    @api
    def unencodable(x):
        return object()

    @api
    async def sleeps(x):
        try:
            await asyncio.sleep(3600)
        finally:
            events.append("sleeps")

    @api
    def what_happened(x):
        return events

    @text_api
    def pieces(x):
        try:
            while True:
                yield "x" * 1000
        finally:
            events.append("pieces")

    @text_api
    async def async_pieces(x):
        try:
            while True:
                yield "x" * 1000
        finally:
            events.append("async_pieces")

    def two(x):
        yield x
        yield x + "!"

    async def async_two(x):
        yield x
        yield x + "!"

    @text_api
    def plain_generator(x):
        return two(x)

    @text_api
    def plain_async_generator(x):
        return async_two(x)

    @text_api
    async def awaited_generator(x):
        return two(x)

    @text_api
    async def awaited_async_generator(x):
        return async_two(x)

    @text_api
    def breaks_off(x):
        yield "first"
        raise ValueError("broken")

    @text_api
    def context_stream(x, ctx):
        ctx.response.headers["x-late"] = "1"
        return two(x)

    @text_api
    def no_pieces(x, ctx):
        ctx.response.status_code = 404
        yield from ()

    @svc.api(input=NumpyNdarray(), output=NumpyNdarray())
    def same(x):
        return x

    @svc.api(input=NumpyNdarray(), output=NumpyNdarray())
    def doubled(x):
        if x.size == 0:
            return x
        try:
            rows = twice.run_it.run(x)
        except ekiben.exceptions.NotFound:
            rows = x
        return twice.run_it.run(rows)

    @svc.api(input=NumpyNdarray(), output=NumpyNdarray(dtype="float64", enforce_dtype=True))
    def as_floats(x):
        return twice.run_it.run(x)

    @svc.api(input=NumpyNdarray(), output=JSON())
    def keep(x):
        kept.append(x[:10])
        return len(kept)

    @api
    def forget(x):
        kept.clear()
        return 0

    svc.on_shutdown(lambda: open("stopped", "w").close())
"""
NAMES: list[str] = []


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkerProcess]:
    with WorkerProcess(tmp_path_factory.mktemp("kinds"), SERVICE) as worker:
        ready = worker.next(frames.READY)
        described = json.loads(ArgumentDecoder().value(ready.data, ready.at)[0])
        NAMES[:] = [api["name"] for api in described["apis"]]
        yield worker


def ask(worker: WorkerProcess, name: str, value: Any, lane: int = 0, about: str = "an-id") -> int:
    wire = value if isinstance(value, (str, np.ndarray)) else Json(json.dumps(value).encode())
    return worker.call(NAMES.index(name), Encoder(worker.memory).value(wire), about, lane)


def answered(worker: WorkerProcess, name: str, value: Any, lane: int = 0) -> Any:
    return worker.result(ask(worker, name, value, lane), lane)[1]


def argument(frame: Any) -> Any:
    return ArgumentDecoder().call(frame.data, frame.at)[0][0]


def happened(worker: WorkerProcess, what: str) -> bool:
    return what in answered(worker, "what_happened", 0)


def test_functions_of_each_kind_run_where_they_belong(worker: WorkerProcess) -> None:
    # On the thread that reads: the first one, or another where that one was held for long.
    reading = ("MainThread", "ekiben-lane")
    assert answered(worker, "where", 0) in reading
    assert answered(worker, "where_async", 0, lane=1) == "ekiben-loop"
    # A long call is no reason yet: the machine may have been busy. Three of three are.
    assert all(answered(worker, "slow", 0) in reading for _ in range(3))
    assert answered(worker, "slow", 0) == "ekiben-function"


def test_a_function_that_takes_long_does_not_stop_others(worker: WorkerProcess) -> None:
    slow = ask(worker, "slow", 0)
    assert answered(worker, "what_happened", 0) is not None
    worker.result(slow)


@pytest.mark.parametrize("name", ["plus_one", "in_thread"])
def test_a_runner_is_called_through_the_engine(worker: WorkerProcess, name: str) -> None:
    call = ask(worker, name, [1, 2])
    run = worker.next(frames.RUN)
    assert argument(run) == [1, 2]
    assert int.from_bytes(run.data[run.at - 4 : run.at], "little") == call
    worker.reply(run, [2, 4])
    assert worker.result(call)[1] == ([3, 5] if name == "plus_one" else [2, 4])


def test_a_last_call_of_a_runner_is_left_to_the_engine(worker: WorkerProcess) -> None:
    call = ask(worker, "doubled", np.array([1.5]))
    first = worker.next(frames.RUN)
    assert first.flags == 0
    worker.reply(first, np.array([3.0]))
    last = worker.next(frames.RUN)
    assert last.flags == frames.FOR_CALL
    assert frames.reserved(last.data, last.at) == call
    assert argument(last) == [3.0]


def test_what_the_engine_cannot_return_is_returned_by_the_worker(worker: WorkerProcess) -> None:
    call, api = ask(worker, "doubled", np.array([1.5])), NAMES.index("doubled")
    worker.reply(worker.next(frames.RUN), np.array([3.0]))
    worker.reply(worker.next(frames.RUN), [6, 7], api=api)
    assert worker.result(call)[1].tolist() == [6, 7]


def test_what_a_last_call_raises_is_reported_with_the_users_line(worker: WorkerProcess) -> None:
    call, api = ask(worker, "doubled", np.array([1.5])), NAMES.index("doubled")
    worker.fail(worker.next(frames.RUN), {"status": 404, "message": "no", "kind": "NotFound"})
    raised = {"status": 500, "message": "it broke", "traceback": "In the runner.\n"}
    worker.fail(worker.next(frames.RUN), raised, api=api)
    report = worker.error(call)
    assert (report["status"], report["message"]) == (500, "it broke")
    assert report["traceback"].startswith("In the runner.\n")
    line = "in doubled\n    return twice.run_it.run(rows)\n"
    assert report["traceback"].count(line) == 1, report["traceback"]


def test_a_result_that_its_descriptor_changes_comes_back_first(worker: WorkerProcess) -> None:
    call = ask(worker, "as_floats", np.array([1.5]))
    run = worker.next(frames.RUN)
    assert run.flags == 0
    worker.reply(run, np.array([3], dtype="float32"))
    assert worker.result(call)[1] == [3.0]


def test_many_calls_wait_for_runners_at_a_time(worker: WorkerProcess) -> None:
    calls = [ask(worker, "plus_one", [at]) for at in range(100)]
    runs = [worker.next(frames.RUN) for _ in calls]
    for run in reversed(runs):
        worker.reply(run, [argument(run)[0] * 2])
    assert [worker.result(call)[1] for call in calls] == [[2 * at + 1] for at in range(100)]


def test_asynchronous_functions_call_runners_beside_each_other(worker: WorkerProcess) -> None:
    call = ask(worker, "both", [3], lane=1)
    first, second = worker.next(frames.RUN, 1), worker.next(frames.RUN, 1)
    for run in (first, second):
        assert int.from_bytes(run.data[run.at - 4 : run.at], "little") == call
    worker.reply(second, "b", 1)
    worker.reply(first, "a", 1)
    assert worker.result(call, 1)[1] == ["a", "b"]


def test_what_a_runner_raised_is_raised_in_the_function(worker: WorkerProcess) -> None:
    call = ask(worker, "guarded", [1])
    worker.fail(worker.next(frames.RUN), {"status": 400, "message": "no", "kind": "BadInput"})
    assert worker.result(call)[1].startswith("caught no")
    call = ask(worker, "guarded", [1])
    worker.fail(worker.next(frames.RUN), {"status": 503, "message": "it died"})
    assert (worker.error(call)["status"], "it died") == (503, "it died")


def test_the_context_is_the_requests_own(worker: WorkerProcess) -> None:
    calls = []
    for at in range(10):
        about = {"id": str(at), "query": f"q={at}", "headers": [["x-name", f"n{at}"]]}
        calls.append(ask(worker, "with_context", 0, about=json.dumps(about)))
    for at, call in enumerate(calls):
        said, value = worker.result(call)
        assert value == str(at)
        assert said == {"status": 201, "headers": [["x-name", f"n{at}"]]}


def test_an_exception_is_reported_with_the_users_own_lines(worker: WorkerProcess) -> None:
    report = worker.error(ask(worker, "wrong", 7))
    assert report["status"] == 500
    assert report["kind"] == "KeyError"
    assert report["message"] == "API 'wrong' raised KeyError: 7"
    assert "return {}[x]" in report["traceback"]
    assert "ekiben/worker" not in report["traceback"]


def test_an_exception_for_the_client_keeps_its_status(worker: WorkerProcess) -> None:
    report = worker.error(ask(worker, "refused", 0))
    assert (report["status"], report["message"]) == (400, "no such colour")


def test_input_that_does_not_fit_is_the_clients_fault(worker: WorkerProcess) -> None:
    call = worker.call(NAMES.index("where"), Encoder().value(Json(b'{"a": ')))
    assert worker.error(call)["status"] == 400


def test_a_result_without_an_encoding_says_which_api_returned_what(worker: WorkerProcess) -> None:
    report = worker.error(ask(worker, "unencodable", 0))
    assert report["status"] == 500
    assert "API 'unencodable' returned what JSON cannot encode" in report["message"]
    assert "object" in report["message"]


@pytest.mark.parametrize(
    ("name", "lane"),
    [
        ("plain_generator", 0),
        ("plain_async_generator", 0),
        ("awaited_generator", 1),
        ("awaited_async_generator", 1),
    ],
)
def test_a_generator_that_is_returned_is_a_stream(
    worker: WorkerProcess, name: str, lane: int
) -> None:
    call = ask(worker, name, "a", lane)
    # The pieces of an asynchronous one come from the loop, those of a plain one from a thread.
    way = 1 if "async_g" in name else 0
    assert [worker.chunk(call, way), worker.chunk(call, way)] == ["a", "a!"]
    worker.next(frames.END, way, call)


@pytest.mark.parametrize(("name", "lane"), [("pieces", 0), ("async_pieces", 1)])
def test_a_stream_waits_for_its_client_and_ends_with_it(
    worker: WorkerProcess, name: str, lane: int
) -> None:
    call = ask(worker, name, "a", lane)
    got = 0
    while got < WINDOW - 4000:
        got += len(worker.chunk(call, lane))
    while not worker.is_quiet(lane):
        got += len(worker.chunk(call, lane))
    assert got < WINDOW + 4000
    worker.credit(call, 100_000, lane)
    more = 0
    while more < 90_000:
        more += len(worker.chunk(call, lane))
    worker.cancel(call, lane)
    eventually(lambda: happened(worker, name))


def test_a_stream_that_raises_says_so_after_its_pieces(worker: WorkerProcess) -> None:
    call = ask(worker, "breaks_off", "a")
    assert worker.chunk(call) == "first"
    assert "broken" in worker.error(call)["message"]


def test_a_stream_carries_what_was_said_of_its_response(worker: WorkerProcess) -> None:
    call = ask(worker, "context_stream", "a", about='{"id": "1"}')
    first = worker.next(frames.CHUNK, call=call)
    assert first.flags == 1
    said = json.loads(ArgumentDecoder().value(first.data, first.at)[0])
    assert said["headers"] == [["x-late", "1"]]
    assert worker.chunk(call) == "a!"
    worker.next(frames.END, call=call)


def test_a_stream_of_nothing_has_a_response_too(worker: WorkerProcess) -> None:
    call = ask(worker, "no_pieces", "a", about='{"id": "1"}')
    end = worker.next(frames.END, call=call)
    assert end.flags == 1
    assert json.loads(ArgumentDecoder().value(end.data, end.at)[0])["status"] == 404


def test_a_cancelled_asynchronous_function_is_cancelled(worker: WorkerProcess) -> None:
    call = ask(worker, "sleeps", 0, lane=1)
    answered(worker, "where_async", 0, lane=1)
    worker.cancel(call, 1)
    eventually(lambda: happened(worker, "sleeps"))


def test_large_arrays_go_through_shared_memory_both_ways(worker: WorkerProcess) -> None:
    array = np.arange(1 << 18, dtype="float32")
    for _ in range(40):  # More than the memory holds at a time.
        call = ask(worker, "same", array)
        frame = worker.next(frames.RESULT, call=call)
        assert len(frame.data) < 1000
        decoder = ArgumentDecoder(worker.memory)
        found, _ = decoder.value(frame.data, decoder.value(frame.data, frame.at)[1])
        np.testing.assert_array_equal(found, array)
        del found
        release = b"".join(one.to_bytes(8, "little") for one in worker.released)
        worker.released.clear()
        worker.send(frames.frame(frames.RELEASE, 0, release))


def test_memory_is_the_functions_for_as_long_as_it_keeps_a_view(worker: WorkerProcess) -> None:
    array = np.ones(1 << 18, dtype="float32")
    taken = len(worker.memory._taken)
    assert answered(worker, "keep", array) == 1
    assert answered(worker, "keep", array) == 2
    assert len(worker.memory._taken) == taken + 2
    assert answered(worker, "forget", 0) == 0

    def has_given_back() -> bool:
        answered(worker, "where", 0)
        return len(worker.memory._taken) == taken

    eventually(has_given_back)


def test_it_runs_its_shutdown_hooks_and_ends(tmp_path: Path) -> None:
    with WorkerProcess(tmp_path, SERVICE) as worker:
        worker.next(frames.READY)
        worker.send(frames.frame(frames.STOP, 0))
        assert worker.process.wait(30) == 0
    assert (tmp_path / "stopped").exists()


def test_it_ends_with_the_engine(tmp_path: Path) -> None:
    with WorkerProcess(tmp_path, SERVICE) as worker:
        worker.next(frames.READY)
        worker._lanes[0].close()
        assert worker.process.wait(30) == 0


def test_what_cannot_be_loaded_is_reported_with_the_users_lines(tmp_path: Path) -> None:
    with WorkerProcess(tmp_path, "import nothing_of_that_name\n") as worker:
        frame = worker.next(frames.FAILED)
        report = json.loads(ArgumentDecoder().value(frame.data, frame.at)[0])
        assert "nothing_of_that_name" in report["message"]
        assert "service.py" in report["traceback"]
        assert worker.process.wait(30) == 1


def test_a_function_that_seldom_takes_long_stays_on_the_reading_thread() -> None:
    service = ekiben.Service("one")

    @service.api(input=JSON(), output=JSON())
    def same(x):
        return x

    (api,) = service.apis.values()
    function = Function(api)
    for _ in range(1000):
        for _ in range(50):
            function.begins()
        function.takes_long(waits=False)
    assert not function.in_thread
    function.takes_long(waits=True)
    assert function.in_thread
