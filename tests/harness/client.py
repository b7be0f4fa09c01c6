# SPDX-License-Identifier: Apache-2.0
"""HTTP/1.1 as bytes: a client that sends whatever it is told and reads answers strictly."""

from __future__ import annotations

import json
import re
import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from .program import PATIENCE


@dataclass(frozen=True)
class Answer:
    """One response, whole. Names of headers are in lower case."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """The value of a header that must not come twice."""
        values = [value for each, value in self.headers if each == name]
        assert len(values) <= 1, f"'{name}' comes {len(values)} times"
        return values[0] if values else None

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Connection:
    """One connection to a server. Everything has a time limit; nothing is retried."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        assert address.hostname
        assert address.port
        self.host = address.netloc
        self._socket = socket.create_connection((address.hostname, address.port), PATIENCE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close in the usual way."""
        self._socket.close()

    def reset(self) -> None:
        """Close so that the server gets a reset, as when a program crashes."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self._socket.close()

    def end_sending(self) -> None:
        """Close this side only."""
        self._socket.shutdown(socket.SHUT_WR)

    def send(self, data: bytes) -> None:
        """Send these bytes."""
        self._socket.sendall(data)

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        """Send a whole request, with Host and Content-Length unless these are given."""
        lines = {"host": self.host}
        if body is not None:
            lines["content-length"] = str(len(body))
        lines |= headers or {}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self.send(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + (body or b""))

    def answer(self, method: str = "") -> Answer:
        """Read one response, the one to `method` where that is HEAD."""
        head = self._until(b"\r\n\r\n")
        lines = head[:-4].decode("ascii").split("\r\n")
        version, status, _ = lines[0].split(" ", 2)
        assert version == "HTTP/1.1", lines[0]
        headers = []
        for line in lines[1:]:
            name, colon, value = line.partition(": ")
            assert colon, f"not a header: {line!r}"
            assert name == name.strip().lower(), f"not a header's name: {name!r}"
            headers.append((name, value))
        found = Answer(int(status), headers, b"")
        if found.status == 100 or method == "HEAD":
            return found
        length = found.header("content-length")
        assert length is not None, "no content-length"
        return Answer(found.status, headers, self._exactly(int(length)))

    def answer_size(self) -> int:
        """Read one response and return how many bytes it had."""
        head = self._until(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head)
        assert length, head
        return len(head) + len(self._exactly(int(length[1])))

    def receive(self, size: int) -> bytes:
        """The next bytes that the server sends."""
        return self._exactly(size)

    def is_closed(self) -> bool:
        """Whether the server closes the connection, having sent nothing more."""
        assert self._buffer == b"", f"more came: {self._buffer!r}"
        try:
            return self._socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def _until(self, mark: bytes) -> bytes:
        while (end := self._buffer.find(mark)) < 0:
            self._receive()
        data = self._buffer[: end + len(mark)]
        self._buffer = self._buffer[end + len(mark) :]
        return data

    def _exactly(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._receive()
        data, self._buffer = self._buffer[:size], self._buffer[size:]
        return data

    def _receive(self) -> None:
        data = self._socket.recv(1 << 16)
        assert data, f"the connection was closed after {self._buffer!r}"
        self._buffer += data


def call(
    url: str,
    path: str,
    body: bytes | None = None,
    method: str = "",
    headers: dict[str, str] | None = None,
) -> Answer:
    """One request on a connection of its own; POST where there is a body."""
    method = method or ("GET" if body is None else "POST")
    with Connection(url) as connection:
        connection.request(method, path, body, headers)
        return connection.answer(method)
