# SPDX-License-Identifier: Apache-2.0
"""Mounted applications and middleware: the engine's HTTP requests as ASGI has them.

    request -> middleware, the first one added outermost -> the engine's routes, else a mount

What is the engine's own inside (the APIs, the page) is asked of it again, and answered as it would
have been without middleware.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import unquote_to_bytes

from ..context import request_id
from ..io.wire import Blob
from ..service import Service
from ..service.service import Mount
from .errors import user_traceback
from .frames import END, RESULT, frame
from .lifespan import Lifespan
from .streams import TaskStream
from .values import text

_log = logging.getLogger("ekiben")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[Any], Awaitable[None]]

# Flags of a FETCH: the next piece of an answer; nobody wants the rest of it.
_NEXT, _DROP = 1, 2
_ROUTED = (
    "ekiben.routed"  # In the scope: the method and path that the engine has found a route for.
)


class Applications:
    """All that stands between the engine and the applications of a service. Belongs to a loop.

    Args:
        ask: Lets the engine answer: (payload, which answer it is about, flags) to its REPLY.
        encoder: Of values.
        decoder: Of values.
    """

    def __init__(
        self, service: Service, ask: Callable[..., Awaitable[Any]], encoder: Any, decoder: Any
    ) -> None:
        self._ask = ask
        self._encoder = encoder
        self._decoder = decoder
        self._routes = {("POST", api.route) for api in service.apis.values()}
        # The longest path first: one at '/' leaves the others theirs.
        mounts = sorted(service.mounts, key=lambda one: -len(one.path))
        self._mounts = [(one, _application(one)) for one in mounts]
        self._lifespans = {one.path: Lifespan(one.app) for one in mounts if one.kind == "asgi"}
        self._app: Any = self._route
        for middleware, options in reversed(service.middlewares):
            self._app = middleware(self._app, **options)

    async def start(self) -> None:
        """Tell the applications that serving begins. Raises what one raises that cannot start."""
        for lifespan in self._lifespans.values():
            await lifespan.start()

    async def stop(self) -> None:
        """Tell the applications that serving is over. Raises what one raises."""
        for lifespan in self._lifespans.values():
            await lifespan.stop()

    async def answer(self, request: dict[str, Any], body: Blob, stream: TaskStream) -> None:
        """Answer a request that the engine has passed on. Raises what the application raises."""
        request_id.set(request["id"])
        exchange = _Exchange(body, stream, self._encoder)
        try:
            await self._app(_scope(request), exchange.receive, exchange.send)
        except Exception as error:
            if not exchange.has_answered:
                raise
            # As frameworks do that have made a 500 of it by themselves.
            about = f"path={request['path']} request_id={request['id']}"
            trace = user_traceback(error)
            _log.error("an application raised after its answer %s\n%s", about, trace)
        finally:
            exchange.close()
        if not exchange.has_answered:
            raise RuntimeError("the application returned without an answer")

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["method"], scope["path"]
        if asked != scope.get(_ROUTED) and asked not in self._routes:
            for mount, app in self._mounts:
                if scope["path"] == mount.path != "/":
                    return await _redirect(scope, send)
                if scope["path"].startswith(mount.path.rstrip("/") + "/"):
                    return await app(self._below(scope, mount), receive, send)
        return await self._from_engine(scope, receive, send)

    def _below(self, scope: Scope, mount: Mount) -> Scope:
        """The scope for an application under the mount's path, which stays a part of its paths."""
        root = scope.get("root_path", "") + mount.path.rstrip("/")
        lifespan = self._lifespans.get(mount.path)
        state = dict(lifespan.state) if lifespan is not None else {}
        return {**scope, "root_path": root, "state": {**scope.get("state", {}), **state}}

    async def _from_engine(self, scope: Scope, receive: Receive, send: Send) -> None:
        head = {
            "id": request_id.get(),
            "method": scope["method"],
            "path": scope.get("raw_path", scope["path"].encode()).decode("latin-1"),
            "query": scope["query_string"].decode("latin-1"),
            "headers": _as_text(scope["headers"]),
            **({"client": scope["client"]} if scope.get("client") else {}),
        }
        body = Blob(await _whole(receive))
        rest = 0
        try:
            payload = text(json.dumps(head)) + self._encoder.value(body)
            said, piece, rest = self._piece(await self._ask(payload, 0, 0))
            headers = [(a.encode("latin-1"), b.encode("latin-1")) for a, b in said["headers"]]
            start = {"type": "http.response.start", "status": said["status"], "headers": headers}
            await send(start)
            await send(_body(piece, rest))
            while rest:
                _, piece, more = self._piece(await self._ask(b"", rest, _NEXT))
                rest = more
                await send(_body(piece, rest))
        finally:
            if rest:
                self._drop(rest)

    def _drop(self, rest: int) -> None:
        task = asyncio.ensure_future(self._ask(b"", rest, _DROP))
        task.add_done_callback(lambda done: done.cancelled() or done.exception())

    def _piece(self, answer: tuple[int, bytes, int]) -> tuple[dict[str, Any], bytes, int]:
        """What a REPLY says: the head, the body's next piece, and the number of what is left."""
        flags, data, at = answer
        document, at = self._decoder.value(data, at)
        said = json.loads(document)
        if flags:
            raise ConnectionAbortedError(said["message"])
        body, _ = self._decoder.value(data, at)
        return said, bytes(body.data), said.get("rest", 0)


class _Exchange:
    """One request and its answer, on the engine's side of the outermost application."""

    def __init__(self, body: Blob, stream: TaskStream, encoder: Any) -> None:
        self._body: bytes | None = bytes(body.data)
        self._stream = stream
        self._encoder = encoder
        self._over = asyncio.Event()
        self._said = ""
        self._size = -1  # Of the whole body, where the application has told it.
        self._is_stream = False
        self.has_answered = False

    async def receive(self) -> dict[str, Any]:
        """The request's body, whole; then, once it is so, that all is over."""
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._over.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        """Take the response's head, or a piece of its body."""
        if self._over.is_set():
            return
        if message["type"] == "http.response.start":
            headers = _as_text(message.get("headers", ()))
            self._said = json.dumps({"status": message["status"], "headers": headers})
            size = dict(headers).get("content-length", "")
            self._size = int(size) if size.isdigit() else -1
        elif message["type"] == "http.response.body":
            if not self._said:
                raise RuntimeError("'http.response.body' was sent before 'http.response.start'")
            await self._send_body(message.get("body", b""), message.get("more_body", False))
        else:
            raise RuntimeError(f"the server takes no message '{message['type']}'")

    async def _send_body(self, body: bytes, more: bool) -> None:
        value = self._encoder.value(Blob(body))
        more = more and (self._is_stream or len(body) != self._size)
        if not self._is_stream and not more:
            self._stream.send(frame(RESULT, self._stream.call, text(self._said) + value))
        else:
            if not self._is_stream:
                self._stream.said = self._said
                self._is_stream = True
            if body or self._stream.said:
                await self._stream.put(value)
            if not more:
                self._stream.send(frame(END, self._stream.call))
        if not more:
            self.has_answered = True
            self._over.set()

    def close(self) -> None:
        """Whoever still waits for more of the request learns that nothing comes."""
        self._over.set()


def _application(mount: Mount) -> Any:
    if mount.kind == "asgi":
        return mount.app
    from .wsgi import WsgiApplication

    return WsgiApplication(mount.app)


def _scope(request: dict[str, Any]) -> Scope:
    path = unquote_to_bytes(request["path"]).decode("utf-8", "replace")
    headers = [
        (name.lower().encode("latin-1"), value.encode("utf-8"))
        for name, value in request["headers"]
    ]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request["method"],
        "scheme": "http",
        "path": path,
        "raw_path": request["path"].encode("latin-1"),
        "query_string": request["query"].encode("latin-1"),
        "root_path": "",
        "headers": headers,
        "client": tuple(request["client"]) if "client" in request else None,
        "server": _server(dict(headers).get(b"host", b"").decode("latin-1")),
        "state": {},
    }
    if request["routed"]:
        scope[_ROUTED] = (request["method"], path)
    return scope


def _server(host: str) -> tuple[str, int | None]:
    name, colon, port = host.rpartition(":")
    return (name, int(port)) if colon and port.isdigit() else (host, 80)


async def _redirect(scope: Scope, send: Send) -> None:
    """To the mount's root, which has a slash behind it, as relative links need it."""
    location: bytes = scope["raw_path"] + b"/"
    if scope["query_string"]:
        location += b"?" + scope["query_string"]
    headers = [(b"location", location), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 307, "headers": headers})
    await send(_body(b"", 0))


async def _whole(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b"".join(parts)
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def _body(body: bytes, more: int) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": bool(more)}


def _as_text(headers: Any) -> list[tuple[str, str]]:
    return [(bytes(a).decode("latin-1"), bytes(b).decode("utf-8", "replace")) for a, b in headers]
