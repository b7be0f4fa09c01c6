# SPDX-License-Identifier: Apache-2.0
"""Applications of FastAPI and Flask mounted in a service, and ASGI middleware around it."""

from __future__ import annotations

import http.client
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from harness.client import Answer, Connection, call
from harness.program import PATIENCE, eventually, run
from harness.server import Server
from harness.service import serve, write_service

SERVICE = """
    import asyncio

    import ekiben
    from ekiben.io import JSON, Text
    from fastapi import FastAPI, Request
    from fastapi.responses import StreamingResponse
    from flask import Flask, Response, request

    svc = ekiben.Service("apps")
    api = FastAPI()
    web = Flask("web")
    svc.mount_asgi_app(api, "/api")
    svc.mount_wsgi_app(web, "/web")
    closed = []


    @api.get("/items/{name}")
    def item(name: str, count: int = 1):
        return {"name": name, "count": count}


    @api.get("/where")
    def where(request: Request):
        return {"url": str(request.url), "item": str(request.url_for("item", name="x"))}


    @api.get("/client")
    def client(request: Request):
        return request.client


    @api.post("/size")
    async def size(request: Request):
        return {"size": len(await request.body())}


    @api.get("/headers")
    def headers(request: Request):
        return request.headers.items()


    @api.get("/count")
    async def count(to: int = 0):
        async def lines():
            at = 0
            try:
                while not to or at < to:
                    yield f"{at}\\n" * (1 if to else 1000)
                    at += 1
                    await asyncio.sleep(0)
            finally:
                closed.append("count")

        return StreamingResponse(lines(), media_type="text/plain")


    @api.get("/quiet")
    async def quiet():
        async def lines():
            try:
                yield "begun\\n"
                await asyncio.sleep(3600)
            finally:
                closed.append("quiet")

        return StreamingResponse(lines(), media_type="text/plain")


    @api.get("/closed")
    def what_has_closed():
        return closed


    @api.get("/wrong")
    def wrong():
        raise ValueError("a secret")


    @web.get("/")
    def root():
        return "the root of Flask"


    @web.get("/items/<name>")
    def web_item(name):
        return {"name": name, "root": request.script_root, "query": request.query_string.decode()}


    @web.post("/echo")
    def echo():
        sent = request.get_data()
        return Response(sent, mimetype=request.mimetype, headers=[("x-a", "1"), ("x-a", "2")])


    @web.get("/client")
    def web_client():
        return [request.remote_addr, int(request.environ["REMOTE_PORT"])]


    @web.get("/pieces")
    def pieces():
        def give():
            try:
                for _ in range(100):
                    yield b"x" * 100_000
            finally:
                closed.append("pieces")

        return Response(give())


    @web.get("/wrong")
    def web_wrong():
        raise ValueError("a secret")


    @svc.api(input=JSON(), output=JSON())
    def same(value):
        return value


    @svc.api(input=Text(), output=Text())
    def nothing_found(text, ctx):
        ctx.response.status_code = 404
        yield from ()


    @svc.api(input=Text(), output=Text())
    async def words(text):
        try:
            for word in text.split():
                yield word
                if word == "wait":
                    await asyncio.sleep(3600)
        finally:
            closed.append("words")
"""
MIDDLEWARE = """
    class Named:
        def __init__(self, app, name):
            self.app = app
            self.name = name.encode()

        async def __call__(self, scope, receive, send):
            async def named(message):
                if message["type"] == "http.response.start":
                    message = {**message, "headers": [*message["headers"], (b"x-by", self.name)]}
                await send(message)

            await self.app(scope, receive, named)


    class Guard:
        def __init__(self, app):
            self.app = app

        async def __call__(self, scope, receive, send):
            headers = dict(scope["headers"])
            if headers.get(b"x-key") == b"wrong":
                await send({"type": "http.response.start", "status": 401, "headers": []})
                await send({"type": "http.response.body", "body": b"not you"})
            elif headers.get(b"x-key") == b"broken":
                raise RuntimeError("the guard is broken")
            elif scope["path"] == "/old":
                await self.app({**scope, "path": "/same", "raw_path": b"/same"}, receive, send)
            else:
                await self.app(scope, receive, send)


    svc.add_asgi_middleware(Named, name="outer")
    svc.add_asgi_middleware(Named, name="inner")
    svc.add_asgi_middleware(Guard)
"""


LIVING = """
    from contextlib import asynccontextmanager

    import ekiben
    from fastapi import FastAPI, Request
    from fastapi.responses import PlainTextResponse
    from starlette.applications import Starlette
    from starlette.routing import Route

    @asynccontextmanager
    async def lifespan(app):
        yield {"model": "loaded"}
        print("the application has ended", flush=True)

    async def hello(request):
        return PlainTextResponse("hello")

    svc = ekiben.Service("living")
    api = FastAPI(lifespan=lifespan)
    svc.mount_asgi_app(api)
    svc.mount_asgi_app(Starlette(routes=[Route("/hello", hello)]), "/inner")

    @svc.on_shutdown
    def close():
        print("the service has ended", flush=True)

    @api.get("/state")
    def state(request: Request):
        return {"model": request.state.model}
"""


@pytest.fixture(scope="module", params=["without middleware", "with middleware"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    folder = tmp_path_factory.mktemp("apps")
    more = MIDDLEWARE if request.param == "with middleware" else ""
    write_service(folder, SERVICE + more)
    with serve(folder, folder / "home") as server:
        yield server


@pytest.fixture(scope="module")
def wrapped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = write_service(tmp_path_factory.mktemp("wrapped"), SERVICE + MIDDLEWARE)
    with serve(folder, folder / "home") as server:
        yield server


def has_closed(server: Server, what: str) -> bool:
    return what in call(server.url, "/api/closed").json()


def streamed(server: Server, path: str, body: bytes | None = None) -> http.client.HTTPResponse:
    """An answer whose body comes piece by piece."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=PATIENCE)
    connection.request(
        "GET" if body is None else "POST", path, body, {"content-type": "text/plain"}
    )
    return connection.getresponse()


def test_an_application_of_fastapi_has_its_own_routes(server: Server) -> None:
    assert call(server.url, "/api/items/iris?count=3").json() == {"name": "iris", "count": 3}
    assert call(server.url, "/api/items/a%20b").json()["name"] == "a b"
    assert call(server.url, "/api/items/iris?count=x").status == 422
    assert call(server.url, "/api/nothing").status == 404
    assert call(server.url, "/api/size").status == 405
    assert call(server.url, "/api/openapi.json").json()["paths"]["/items/{name}"]


def test_it_knows_where_it_is_mounted(server: Server) -> None:
    assert call(server.url, "/api/where?a=b").json() == {
        "url": f"{server.url}/api/where?a=b",
        "item": f"{server.url}/api/items/x",
    }


def test_it_knows_who_asks(server: Server) -> None:
    with Connection(server.url) as connection:
        connection.request("GET", "/api/client")
        first = connection.answer().json()
        connection.request("GET", "/web/client")
        assert connection.answer().json() == first
    assert first[0] == "127.0.0.1"
    assert first[1] > 0


def test_the_path_of_a_mount_leads_to_its_root(server: Server) -> None:
    answer = call(server.url, "/web?a=b")
    assert (answer.status, answer.header("location")) == (307, "/web/?a=b")
    assert call(server.url, "/web/").body == b"the root of Flask"


def test_an_application_of_flask_has_its_own_routes(server: Server) -> None:
    assert call(server.url, "/web/items/a%20%C3%A4?q=1").json() == {
        "name": "a ä",
        "root": "/web",
        "query": "q=1",
    }
    assert call(server.url, "/web/nothing").status == 404
    assert call(server.url, "/web/echo").status == 405


def test_headers_go_both_ways(server: Server) -> None:
    with Connection(server.url) as connection:
        connection.send(
            b"GET /api/headers HTTP/1.1\r\nhost: a:1\r\nX-Name: \xc3\xbc\r\nx-one: 1\r\n"
            b"x-one: 2\r\n\r\n"
        )
        pairs = [tuple(pair) for pair in connection.answer().json()]
    assert ("x-one", "1") in pairs
    assert ("x-one", "2") in pairs
    assert ("host", "a:1") in pairs
    answer = call(server.url, "/web/echo", b"a,b", headers={"content-type": "text/csv"})
    assert [value for name, value in answer.headers if name == "x-a"] == ["1", "2"]
    assert answer.header("content-type") in ("text/csv", "text/csv; charset=utf-8")
    assert answer.header("content-length") == "3"


def test_large_bodies_go_both_ways(server: Server) -> None:
    body = bytes(range(256)) * (4 << 12)
    assert call(server.url, "/api/size", body).json() == {"size": len(body)}
    assert call(server.url, "/web/echo", body).body == body
    assert len(streamed(server, "/web/pieces").read()) == 10_000_000
    eventually("the generator is closed", lambda: has_closed(server, "pieces"))


def test_an_answer_is_streamed(server: Server) -> None:
    answer = streamed(server, "/api/count?to=500")
    assert answer.headers["transfer-encoding"] == "chunked"
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.read().split() == [str(at).encode() for at in range(500)]


def test_a_head_request_has_no_body(server: Server) -> None:
    with Connection(server.url) as connection:
        for path in ("/web/", "/web/items/x"):
            connection.request("HEAD", path)
            assert connection.answer("HEAD").status == 200


@pytest.mark.parametrize("path", ["/api/count", "/api/quiet"])
def test_a_client_that_leaves_ends_the_stream(server: Server, path: str) -> None:
    answer = streamed(server, path)
    assert answer.readline()
    answer.close()
    eventually("the generator is closed", lambda: has_closed(server, path.rpartition("/")[2]))


def test_an_exception_is_a_500_that_tells_nothing(server: Server) -> None:
    for path in ("/api/wrong", "/web/wrong"):
        answer = call(server.url, path, headers={"x-request-id": "wrong-one"})
        assert answer.status == 500
        assert b"secret" not in answer.body
    eventually("both are logged", lambda: server.stderr.count("ValueError: a secret") >= 2)
    eventually("with its id", lambda: "request_id=wrong-one" in server.stderr)


def test_the_apis_and_the_page_go_first(server: Server) -> None:
    assert call(server.url, "/same", b'{"a": [1]}').json() == {"a": [1]}
    assert "/same" in call(server.url, "/docs.json").json()["paths"]
    assert call(server.url, "/healthz").status == 200
    assert call(server.url, "/nothing").json()["code"] == "not_found"
    wrong = call(server.url, "/same", b"{")
    assert (wrong.status, wrong.json()["code"]) == (400, "invalid_argument")


def test_what_an_api_streams_comes_as_it_is_made(server: Server) -> None:
    answer = streamed(server, "/words", b"a b c")
    assert answer.read() == b"abc"
    waiting = streamed(server, "/words", b"a wait")
    assert waiting.read(5) == b"await"
    waiting.close()
    eventually("the function is cancelled", lambda: has_closed(server, "words"))


def test_a_stream_of_nothing_keeps_its_status(server: Server) -> None:
    answer = streamed(server, "/nothing_found", b"a")
    assert (answer.status, answer.read()) == (404, b"")


def test_requests_are_counted_by_mount(server: Server) -> None:
    before = server.metric('ekiben_request_total{route="/api/*",code="200"')
    call(server.url, "/api/items/iris")
    assert server.metric('ekiben_request_total{route="/api/*",code="200"') == before + 1


def by(answer: Answer) -> list[str]:
    return [value for name, value in answer.headers if name == "x-by"]


def test_middleware_sees_all_but_health_and_metrics(wrapped: Server) -> None:
    for path in ("/api/items/x", "/web/", "/docs.json", "/docs", "/nothing"):
        assert by(call(wrapped.url, path)) == ["inner", "outer"], path
    assert by(call(wrapped.url, "/same", b"1")) == ["inner", "outer"]
    for path in ("/healthz", "/livez", "/readyz", "/metrics"):
        assert by(call(wrapped.url, path)) == []


def test_middleware_can_answer_by_itself(wrapped: Server) -> None:
    answer = call(wrapped.url, "/same", b"1", headers={"x-key": "wrong"})
    assert (answer.status, answer.body, by(answer)) == (401, b"not you", ["inner", "outer"])


def test_middleware_can_lead_elsewhere(wrapped: Server) -> None:
    assert call(wrapped.url, "/old", b"[3]").json() == [3]


def test_middleware_that_raises_is_a_500_that_tells_nothing(wrapped: Server) -> None:
    answer = call(wrapped.url, "/same", b"1", headers={"x-key": "broken"})
    assert answer.status == 500
    assert b"guard" not in answer.body
    assert "the guard is broken" in wrapped.stderr
    assert call(wrapped.url, "/same", b"1").json() == 1


def test_an_application_at_the_root_gets_what_has_no_route(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    source = """
        import ekiben
        from ekiben.io import JSON
        from fastapi import FastAPI

        svc = ekiben.Service("root")
        app = FastAPI()
        svc.mount_asgi_app(app)


        @app.get("/ping")
        @app.get("/same")
        def ping():
            return "of the application"


        @svc.api(input=JSON(), output=JSON())
        def same(value):
            return value
    """
    folder = write_service(tmp_path_factory.mktemp("root"), source)
    with serve(folder, folder / "home") as server:
        assert call(server.url, "/ping").json() == "of the application"
        assert call(server.url, "/same", b"1").json() == 1
        assert call(server.url, "/same").json() == "of the application"
        assert call(server.url, "/nothing").json() == {"detail": "Not Found"}
        assert call(server.url, "/docs.json").json()["info"]["title"] == "root"
        assert call(server.url, "/healthz").status == 200


def test_an_application_learns_when_serving_begins_and_ends(tmp_path: Path) -> None:
    folder = write_service(tmp_path, LIVING)
    with serve(folder, folder / "home") as server:
        assert call(server.url, "/state").json() == {"model": "loaded"}
        server.stop()
        printed = server.stdout + server.stderr
    assert printed.index("the application has ended") < printed.index("the service has ended")


def test_an_application_that_cannot_start_ends_serve(tmp_path: Path) -> None:
    broken = LIVING.replace("yield {", "raise OSError('no model')\n        yield {")
    folder = write_service(tmp_path, broken)
    options = ("--port", "0", "--python", sys.executable)
    done = run("serve", "service:svc", *options, home=folder, cwd=folder)
    assert done.returncode == 1
    assert f"cannot start 'service:svc': {folder}/service.py:11: OSError: no model" in done.stderr


def test_an_application_at_the_root_leaves_others_their_paths(tmp_path: Path) -> None:
    folder = write_service(tmp_path, LIVING)
    with serve(folder, folder / "home") as server:
        assert call(server.url, "/inner/hello").body == b"hello"
        assert call(server.url, "/nothing").json() == {"detail": "Not Found"}
