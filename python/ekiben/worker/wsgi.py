# SPDX-License-Identifier: Apache-2.0
"""WSGI applications, such as Flask's, as ASGI ones: each request in a thread."""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

_THREADS = 40


class WsgiApplication:
    """Calls `app` in threads, and passes on what it gives as it comes.

    Args:
        app: As PEP 3333 has it.
    """

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self._app = app
        self._threads = ThreadPoolExecutor(_THREADS, "ekiben-wsgi")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = io.BytesIO()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body.write(message.get("body", b""))
            more = message.get("more_body", False)
        answer = _Answer(asyncio.get_running_loop(), send)
        try:
            await answer.loop.run_in_executor(
                self._threads, answer.run, self._app, environment(scope, body)
            )
        finally:
            answer.gone = True


class _Answer:
    """What the application answers; all but the loop's coroutines belong to its thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, send: Any) -> None:
        self.loop = loop
        self.gone = False
        self._send_message = send
        self._start: dict[str, Any] | None = None
        self._started = False

    def run(self, app: Callable[..., Iterable[bytes]], environ: dict[str, Any]) -> None:
        pieces = app(environ, self._start_response)
        try:
            if isinstance(pieces, (list, tuple)):
                pieces = [b"".join(pieces)]  # Nothing of it comes later: one message will do.
                self._write(pieces[0], more=False)
                return
            for piece in pieces:
                if piece:
                    self._write(piece)
            self._write(b"", more=False)
        finally:
            close = getattr(pieces, "close", None)
            if close is not None:
                close()

    def _start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], None]:
        if exc_info is not None and self._started:
            raise exc_info[1].with_traceback(exc_info[2])
        self._start = {
            "type": "http.response.start",
            "status": int(status.split(" ", 1)[0]),
            "headers": [
                (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers
            ],
        }
        return self._write

    def _write(self, piece: bytes, more: bool = True) -> None:
        if self._start is None:
            raise RuntimeError("the application gave a body before it called start_response()")
        if not self._started:
            self._started = True
            self._send(self._start)
        self._send({"type": "http.response.body", "body": piece, "more_body": more})

    def _send(self, message: dict[str, Any]) -> None:
        """Wait until the message is sent, so that a slow client makes the application wait."""
        if self.gone:
            raise ConnectionAbortedError("the client has closed the connection")
        asyncio.run_coroutine_threadsafe(self._send_message(message), self.loop).result()


def environment(scope: Any, body: io.BytesIO) -> dict[str, Any]:
    """The `environ` of a request, as PEP 3333 has it."""
    size = body.tell()
    body.seek(0)
    root = scope.get("root_path", "")
    path = scope["path"]
    name, port = scope.get("server") or ("localhost", 80)
    environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": _wsgi_text(root),
        "PATH_INFO": _wsgi_text(path[len(root) :] if path.startswith(root) else path),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": name or "localhost",
        "SERVER_PORT": str(port or 80),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if scope.get("client"):
        environ["REMOTE_ADDR"], environ["REMOTE_PORT"] = map(str, scope["client"])
    for raw_name, raw_value in scope["headers"]:
        header = raw_name.decode("latin-1").upper().replace("-", "_")
        value = raw_value.decode("latin-1")
        key = header if header in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{header}"
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    environ["CONTENT_LENGTH"] = str(size)
    return environ


def _wsgi_text(text: str) -> str:
    """As PEP 3333 wants it: bytes as characters."""
    return text.encode("utf-8").decode("latin-1")
