# SPDX-License-Identifier: Apache-2.0
"""A function's context over HTTP, and the hooks of a service."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from harness.client import Connection, call
from harness.program import eventually
from harness.server import Server
from harness.service import serve, write_service

SERVICE = """
    import asyncio
    import logging
    import os
    import time

    import bentoml
    import numpy as np
    from bentoml.exceptions import BentoMLException
    from bentoml.io import JSON, NumpyNdarray, Text

    svc = bentoml.Service("contexts")
    log = logging.getLogger("bentoml")


    @svc.api(input=JSON(), output=JSON())
    def tell(x):
        log.info("told %s", x)
        log.debug("not told")

    @svc.api(input=JSON(), output=JSON())
    async def tell_later(x):
        log.info("told %s", x)
        log.debug("not told")

    def seen(ctx):
        request = ctx.request
        return {
            "mark": request.headers["X-Mark"],
            "marks": request.headers.getlist("x-mark"),
            "q": dict(request.query_params),
            "method": request.method,
            "path": request.path,
            "client": request.client[0],
            "metadata": request.metadata is request.headers,
            "state": ctx.state.get("weights"),
        }


    def mark(ctx):
        ctx.response.status_code = 202
        ctx.response.headers["X-Back"] = ctx.request.headers["x-mark"]
        ctx.response.headers.append("x-many", "1")
        ctx.response.headers.append("x-many", "2")
        ctx.response.set_cookie("who", ctx.request.headers["x-mark"], max_age=60, httponly=True)
        ctx.response.cookies.append(bentoml.Cookie(key="second", value="2"))


    @svc.api(input=JSON(), output=JSON(), route="deep/er")
    def look(x, ctx: bentoml.Context):
        mark(ctx)
        return seen(ctx)

    @svc.api(input=JSON(), output=JSON(), route="deep/er_later")
    async def look_later(x, ctx):
        mark(ctx)
        await asyncio.sleep(0.01)
        return seen(ctx)

    @svc.api(input=Text(), output=Text())
    def nap(x, ctx):
        before = ctx.request.headers["x-mark"]
        time.sleep(0.01)
        assert ctx.request.headers["x-mark"] == before
        ctx.response.headers["x-back"] = before
        return x

    @svc.api(input=NumpyNdarray(), output=JSON())
    def count(x, context: bentoml.Context):
        context.state["calls"] = context.state.get("calls", 0) + 1
        return context.state["calls"]

    @svc.api(input=Text(), output=Text())
    def folder(x, ctx):
        with open(os.path.join(ctx.temp_dir, "file"), "w") as file:
            file.write(x)
        return ctx.temp_dir

    @svc.api(input=Text(), output=Text())
    def stream(x, ctx):
        ctx.response.headers["x-back"] = x
        ctx.response.status_code = 206
        for letter in x:
            yield letter + ctx.request.headers["x-mark"]

    @svc.api(input=Text(), output=Text())
    async def stream_later(x, ctx):
        ctx.response.headers["x-back"] = x
        ctx.response.status_code = 206
        for letter in x:
            await asyncio.sleep(0)
            yield letter + ctx.request.headers["x-mark"]

    class Teapot(BentoMLException):
        error_code = 418

    @svc.api(input=Text(), output=Text())
    def tea(x):
        raise Teapot(f"no {x}")

    @svc.api(input=Text(), output=Text())
    def broken(x, ctx):
        ctx.response.headers["x-back"] = "a\\r\\nb: c"
        return x


    def note(what):
        print(f"hook {what} of {os.environ.get('WHO', 'nobody')}", flush=True)

    @svc.on_startup
    def load(ctx):
        ctx.state["weights"] = 7
        note("startup")

    @svc.on_startup
    async def load_later(ctx):
        await asyncio.sleep(0)
        ctx.state["weights"] += 1
        note("later startup")

    @svc.on_shutdown
    def close(ctx):
        note(f"shutdown with {ctx.state['weights']}")

    @svc.on_shutdown
    async def close_later():
        note("later shutdown")

    @svc.on_deployment
    def prepare():
        note("deployment")
"""

LATER = pytest.mark.parametrize("later", ["", "_later"])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = write_service(tmp_path_factory.mktemp("contexts"), SERVICE)
    with serve(folder, folder / "home") as server:
        yield server


@LATER
def test_a_function_sees_the_request_and_shapes_the_response(server: Server, later: str) -> None:
    path = f"/deep/er{later}"
    answer = call(server.url, f"{path}?a=1&b=%20x&b=y", b"1", headers={"x-mark": "M"})
    assert answer.status == 202, answer.body
    assert answer.json() == {
        "mark": "M",
        "marks": ["M"],
        "q": {"a": "1", "b": "y"},
        "method": "POST",
        "path": path,
        "client": "127.0.0.1",
        "metadata": True,
        "state": 8,
    }
    assert answer.header("x-back") == "M"
    assert [value for name, value in answer.headers if name == "x-many"] == ["1", "2"]
    cookies = [value for name, value in answer.headers if name == "set-cookie"]
    assert cookies[0].startswith("who=M;")
    assert "HttpOnly" in cookies[0]
    assert "Max-Age=60" in cookies[0]
    assert cookies[1].startswith("second=2;")


@pytest.mark.parametrize("path", ["/nap", "/deep/er_later"])
def test_requests_at_the_same_time_have_contexts_of_their_own(server: Server, path: str) -> None:
    barrier = threading.Barrier(16)

    def ask(number: int) -> str | None:
        barrier.wait()
        mark = f"M{number}"
        answer = call(server.url, path, b"1", headers={"x-mark": mark})
        assert answer.status in (200, 202), answer.body
        return answer.header("x-back")

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(ask, range(16))) == [f"M{number}" for number in range(16)]


def test_the_state_is_shared_by_all_requests_of_a_worker(server: Server) -> None:
    first = call(server.url, "/count", b"[1]").json()
    assert call(server.url, "/count", b"[1]").json() == first + 1


def test_a_requests_folder_is_gone_when_it_was_answered(server: Server) -> None:
    folder = Path(call(server.url, "/folder", b"x").body.decode())
    assert folder.is_absolute()
    assert not folder.exists()


@LATER
def test_a_stream_has_the_status_and_headers_that_it_began_with(server: Server, later: str) -> None:
    with Connection(server.url) as connection:
        connection.request("POST", f"/stream{later}", b"abc", {"x-mark": "M"})
        head = connection.receive(12)
        while not head.endswith(b"0\r\n\r\n"):
            head += connection.receive(1)
    assert head.startswith(b"HTTP/1.1 206 ")
    assert b"x-back: abc\r\n" in head
    assert re.findall(rb"[abc]M", head) == [b"aM", b"bM", b"cM"]


def test_an_error_of_the_users_own_has_its_status(server: Server) -> None:
    answer = call(server.url, "/tea", b"milk")
    assert (answer.status, answer.json()["error"]) == (418, "no milk")


@LATER
def test_what_a_function_logs_has_its_requests_id(server: Server, later: str) -> None:
    answer = call(server.url, f"/tell{later}", b"17")
    assert answer.status == 200
    assert f"told 17 request_id={answer.header('x-request-id')}\n" in server.stderr
    assert "not told" not in server.stderr


def test_a_header_with_a_line_break_is_not_sent(server: Server) -> None:
    answer = call(server.url, "/broken", b"x")
    assert answer.status == 500
    assert answer.header("b") is None
    assert "has a line break" in server.stderr


def test_hooks_run_in_their_order(tmp_path: Path) -> None:
    folder = write_service(tmp_path, SERVICE)
    with serve(folder, tmp_path / "home", "--api-workers", "2", WHO="them") as server:
        eventually("both workers are there", lambda: server.stdout.count("later startup") == 2)
        assert server.stop() == 0
    said = [line for line in server.stdout.splitlines() if line.startswith("hook ")]
    assert said.count("hook deployment of them") == 1
    assert said[0] == "hook deployment of them"
    for what in ("startup", "later startup", "shutdown with 8", "later shutdown"):
        assert said.count(f"hook {what} of them") == 2, said


def test_a_broken_shutdown_hook_is_told_and_does_not_hold_the_server(tmp_path: Path) -> None:
    folder = write_service(
        tmp_path,
        """
        import bentoml
        from bentoml.io import JSON
        svc = bentoml.Service("ends")

        @svc.on_shutdown
        def fail():
            raise RuntimeError("no farewell")

        @svc.api(input=JSON(), output=JSON())
        def same(x):
            return x
        """,
    )
    with serve(folder, tmp_path / "home") as server:
        assert call(server.url, "/same", json.dumps({"a": 1}).encode()).json() == {"a": 1}
        assert server.stop() == 0
    assert "no farewell" in server.stderr
    assert "service.py" in server.stderr
