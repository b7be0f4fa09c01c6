# SPDX-License-Identifier: Apache-2.0
"""The lane of an asyncio loop: functions written with `async def` share that loop's thread."""

from __future__ import annotations

import asyncio
import itertools
import socket
from collections.abc import Callable
from typing import Any

from .frames import RUN, frame, missing, split


class AsyncLane(asyncio.Protocol):
    """One connection to the engine, for asynchronous functions. Belongs to its loop's thread.

    Args:
        on_frame: Called for each frame that is no answer, as Lane's.
    """

    def __init__(self, on_frame: Callable[..., None]) -> None:
        self._on_frame = on_frame
        self._parts: list[bytes] = []  # Of a frame that is not whole yet.
        self._missing = 0
        self._outgoing: list[bytes] = []
        self._calls = itertools.count(1)
        self._transport: asyncio.WriteTransport | None = None
        self.waiters: dict[int, asyncio.Future[Any]] = {}

    async def connect(self, connection: socket.socket) -> None:
        """Begin to read from `connection`, which this owns from now on."""
        self._loop = asyncio.get_running_loop()
        connection.setblocking(False)
        await self._loop.create_connection(lambda: self, sock=connection)

    def connection_made(self, transport: Any) -> None:
        """Asyncio has taken the socket."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Handle the frames that are whole."""
        if self._missing > len(data):  # Of a large frame; its parts are joined once.
            self._parts.append(data)
            self._missing -= len(data)
            return
        if self._parts:
            data = b"".join((*self._parts, data))
            self._parts.clear()
        found, rest = split(data)
        self._missing = missing(rest)
        if rest:
            self._parts.append(rest)
        for one in found:
            self._on_frame(*one)

    def send(self, data: bytes) -> None:
        """Send a frame, with what else this pass of the loop sends."""
        if not self._outgoing:
            self._loop.call_soon(self._flush)
        self._outgoing.append(data)

    async def run(self, target: int, payload: bytes, parent: int = 0) -> Any:
        """Call a runner's method; its answer as (flags, data, where the payload begins)."""
        return await self.ask(RUN, target, payload, parent)

    async def ask(self, kind: int, target: int, payload: bytes, parent: int, flags: int = 0) -> Any:
        """Send a frame that the engine answers; the answer as run()'s."""
        call = next(self._calls) & 0xFFFFFFFF
        answer = self.waiters[call] = self._loop.create_future()
        self.send(frame(kind, call, payload, target, flags, parent))
        try:
            return await answer
        finally:
            self.waiters.pop(call, None)

    def deliver(self, call: int, answer: Any) -> None:
        """A runner has answered; a call that nobody waits for any more is passed over."""
        waiter = self.waiters.get(call)
        if waiter is not None and not waiter.done():
            waiter.set_result(answer)

    def _flush(self) -> None:
        if self._transport is not None:
            self._transport.write(b"".join(self._outgoing))
        self._outgoing.clear()
