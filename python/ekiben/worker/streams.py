# SPDX-License-Identifier: Apache-2.0
"""Answers that go to the engine piece by piece, no faster than their clients read.

A piece counts by its bytes in the frame. The engine tells with CREDIT how many it has passed on;
more than WINDOW may not be under way.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from .frames import CHUNK, END, HEADER_SIZE, frame
from .values import text

WINDOW = 256 << 10
# A flag of CHUNK and END: the status and headers of the response stand before its value.
_WITH_HEAD = 1


class Cancelled(Exception):
    """Nobody waits for the answer any more."""


class ThreadStream:
    """A call that a thread answers, maybe piece by piece. cancel() and credit() come from others.

    Args:
        send: Sends a frame.
        said: The response's status and headers as JSON; empty where nothing was said.
    """

    def __init__(self, call: int, send: Callable[[bytes], None]) -> None:
        self._call = call
        self._send = send
        self._changed = threading.Condition()
        self._room = WINDOW
        self.cancelled = False
        self.said = ""

    def cancel(self) -> None:
        """Nobody waits any more."""
        with self._changed:
            self.cancelled = True
            self._changed.notify_all()

    def credit(self, size: int) -> None:
        """The engine has passed so many bytes on."""
        with self._changed:
            self._room += size
            self._changed.notify_all()

    def check(self) -> None:
        """Raise Cancelled if nobody waits any more."""
        if self.cancelled:
            raise Cancelled

    def put(self, value: bytes) -> None:
        """Send a piece, when there is room for it.

        Raises:
            Cancelled: If nobody waits any more.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._room > 0 or self.cancelled)
            self.check()
            data, self.said = _chunk(self._call, value, self.said), ""
            self._room -= len(data) - HEADER_SIZE
        self._send(data)

    def end(self) -> None:
        """Nothing more comes."""
        self._send(_end(self._call, self.said))


class TaskStream:
    """The same for a task of an asyncio loop, to whose thread it belongs."""

    def __init__(self, call: int, send: Callable[[bytes], None], task: asyncio.Task[Any]) -> None:
        self.call = call
        self.send = send
        self._task = task
        self._loop = task.get_loop()
        self._may_go_on = asyncio.Event()
        self._room = WINDOW
        self.said = ""

    def cancel(self) -> None:
        """Nobody waits any more; from any thread."""
        self._loop.call_soon_threadsafe(self._task.cancel)

    def credit(self, size: int) -> None:
        """The engine has passed so many bytes on; from any thread."""
        self._loop.call_soon_threadsafe(self._add, size)

    def _add(self, size: int) -> None:
        self._room += size
        self._may_go_on.set()

    async def put(self, value: bytes) -> None:
        """Send a piece, when there is room for it."""
        while self._room <= 0:
            self._may_go_on.clear()
            await self._may_go_on.wait()
        data, self.said = _chunk(self.call, value, self.said), ""
        self._room -= len(data) - HEADER_SIZE
        self.send(data)

    def end(self) -> None:
        """Nothing more comes."""
        self.send(_end(self.call, self.said))


def _chunk(call: int, value: bytes, said: str) -> bytes:
    if said:
        return frame(CHUNK, call, text(said) + value, flags=_WITH_HEAD)
    return frame(CHUNK, call, value)


def _end(call: int, said: str) -> bytes:
    return frame(END, call, text(said), flags=_WITH_HEAD) if said else frame(END, call)
