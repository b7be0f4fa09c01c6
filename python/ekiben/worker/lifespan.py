# SPDX-License-Identifier: Apache-2.0
"""Lifespan events: a mounted ASGI application learns when its process starts and stops serving."""

from __future__ import annotations

import asyncio
from typing import Any


class Lifespan:
    """One application's, on the loop that it answers on.

    Attributes:
        state: What it has put there for its requests.
    """

    def __init__(self, app: Any) -> None:
        self.state: dict[str, Any] = {}
        self._app = app
        self._task: asyncio.Task[None] | None = None
        self._asked = False
        self._started = asyncio.Event()
        self._stops = asyncio.Event()
        self._stopped = asyncio.Event()
        self._failed = False
        self._why = ""

    async def start(self) -> None:
        """Tell the application, and wait until it is ready.

        One that knows nothing of such events is ready at once.

        Raises:
            Exception: What it has raised, where it says that it cannot start.
        """
        self._task = asyncio.ensure_future(self._run())
        await self._started.wait()
        if self._failed:
            await self._task

    async def stop(self) -> None:
        """Tell the application that there are no more requests, and wait until it is done.

        Raises:
            Exception: What it raises at its end.
        """
        if self._task is not None and not self._task.done():
            self._stops.set()
            await self._stopped.wait()
            await self._task

    async def _run(self) -> None:
        scope = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self.state,
        }
        try:
            await self._app(scope, self._receive, self._send)
            if self._failed:
                raise RuntimeError(self._why or "the application says that it cannot start")
        except Exception:
            # Before it has said anything: it takes nothing but requests.
            if self._failed or self._started.is_set():
                raise
        finally:
            self._started.set()
            self._stopped.set()

    async def _receive(self) -> dict[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "lifespan.startup"}
        await self._stops.wait()
        return {"type": "lifespan.shutdown"}

    async def _send(self, message: Any) -> None:
        kind = message["type"]
        if kind == "lifespan.startup.failed":
            self._failed = True
            self._why = message.get("message", "")  # The exception itself mostly follows.
        elif kind == "lifespan.startup.complete":
            self._started.set()
        elif kind in ("lifespan.shutdown.complete", "lifespan.shutdown.failed"):
            self._stopped.set()
