# SPDX-License-Identifier: Apache-2.0
"""HTTP requests to one server, over connections that are used again."""

from __future__ import annotations

import http.client
import json
import threading
from dataclasses import dataclass
from email.message import Message
from urllib.parse import urlsplit

from ..exceptions import DeadlineExceeded, InvalidArgument, ServiceUnavailable


@dataclass(frozen=True)
class Response:
    """A server's answer, read to its end."""

    status_code: int
    headers: Message
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode(errors="replace")

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "")

    @property
    def filename(self) -> str:
        """What the content-disposition header calls it, or nothing."""
        return self.headers.get_filename("")

    def error(self) -> str:
        """What a body that tells of an error says."""
        try:
            told = json.loads(self.content)
        except ValueError:
            return self.text.strip()
        if isinstance(told, dict):
            told = told.get("error") or told.get("detail") or told.get("title") or self.text
        return str(told)


class Transport:
    """A server's address, and connections to it that wait for the next request. Thread-safe.

    Args:
        url: `http://host:port`, with a path where the server is mounted below one; without a
            scheme it is http.
        timeout: Seconds that connecting, sending or receiving may stand still.
    """

    def __init__(self, url: str, timeout: float) -> None:
        self.url = (url if "://" in url else f"http://{url}").rstrip("/")
        parts = urlsplit(self.url)
        try:
            self._port = parts.port
        except ValueError as error:
            raise InvalidArgument(f"'{url}' is not the address of a server: {error}") from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InvalidArgument(
                f"'{url}' is not the address of a server", hint="such as http://localhost:3000"
            )
        self._is_tls = parts.scheme == "https"
        self._host = parts.hostname
        self._path = parts.path
        self._timeout = timeout
        self._lock = threading.Lock()
        self._idle: list[http.client.HTTPConnection] = []

    def get(self, route: str) -> Response:
        return self._send("GET", route, None, {})

    def post(self, route: str, body: bytes, content_type: str) -> Response:
        return self._send("POST", route, body, {"content-type": content_type})

    def close(self) -> None:
        """Close the idle connections; the next request opens one again."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _send(
        self, method: str, route: str, body: bytes | None, headers: dict[str, str]
    ) -> Response:
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        path = f"{self._path}/{route.lstrip('/')}"
        try:
            if connection is not None:
                try:
                    return self._exchange(connection, method, path, body, headers)
                except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                    pass  # The server closed it while it was idle.
            return self._exchange(self._connection(), method, path, body, headers)
        except TimeoutError:
            raise DeadlineExceeded(f"no answer from '{self.url}' in {self._timeout} s") from None
        except (OSError, http.client.HTTPException) as error:
            raise ServiceUnavailable(
                f"cannot reach '{self.url}': {error or type(error).__name__}",
                hint="is it running there? 'ekiben serve' starts one",
            ) from error

    def _connection(self) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if self._is_tls else http.client.HTTPConnection
        return kind(self._host, self._port, timeout=self._timeout)

    def _exchange(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        body: bytes | None,
        headers: dict[str, str],
    ) -> Response:
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            answer = Response(response.status, response.headers, response.read())
        except BaseException:
            connection.close()
            raise
        if not response.will_close:
            with self._lock:
                self._idle.append(connection)
        return answer
