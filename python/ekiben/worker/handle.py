# SPDX-License-Identifier: Apache-2.0
"""How a runner of the served service is called: through the engine."""

from __future__ import annotations

import asyncio
import contextvars
import json
import logging
import threading
from collections.abc import AsyncIterator
from typing import Any

from ..runner.handles import LocalHandle, RunnerHandle
from ..runner.runner import Runner, RunnerMethod
from .arguments import ArgumentDecoder, ArgumentEncoder
from .errors import raised_by_runner
from .frames import FAILED_REPLY
from .native import NativeMethod
from .values import Unencodable

_log = logging.getLogger("ekiben")

# The number of the call that this thread or task answers, so that the engine knows whose deadline
# a runner's call has.
current_call: contextvars.ContextVar[int] = contextvars.ContextVar("ekiben_call", default=0)


class Codec:
    """Encodes calls of runners' methods and decodes their answers."""

    def __init__(self, memory: Any) -> None:
        self.encoder = ArgumentEncoder(memory)
        self.decoder = ArgumentDecoder(memory)

    def encode(
        self, method: RunnerMethod, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[int, bytes]:
        """The method's number and the payload."""
        place: EngineHandle = method.runner._runner_handle  # type: ignore[assignment]
        number, native = place.methods[method.name]
        if native is not None:
            args, kwargs = native.arguments(args, kwargs)
        return number, self.encoder.call(args, kwargs)

    def decode(self, method: RunnerMethod, answer: tuple[int, bytes, int]) -> Any:
        """What a REPLY says: the outputs, or the exception, which is raised."""
        flags, data, at = answer
        if flags & FAILED_REPLY:
            raise raised_by_runner(json.loads(self.decoder.value(data, at)[0]))
        outputs, _, _ = self.decoder.call(data, at)
        result = outputs[0] if len(outputs) == 1 else outputs
        native = method.runner._runner_handle.methods[method.name][1]  # type: ignore[attr-defined]
        return result if native is None else native.result(result)


class EngineHandle(RunnerHandle):
    """Sends a runner's calls to the engine.

    Args:
        lanes: The worker's connections; sync and asynchronous.
        methods: Name to (number, NativeMethod or None).
    """

    def __init__(
        self,
        runner: Runner,
        lanes: Any,
        codec: Codec,
        methods: dict[str, tuple[int, NativeMethod | None]],
    ) -> None:
        super().__init__(runner)
        self._lanes = lanes
        self._codec = codec
        self.methods = methods
        self._local: LocalHandle | None = None
        self._making = threading.Lock()

    @property
    def is_local(self) -> bool:
        """Whether the Runnable runs in this process after all."""
        return self._local is not None

    def run_method(self, method: RunnerMethod, /, *args: Any, **kwargs: Any) -> Any:
        if self._local is not None:
            return self._local.run_method(method, *args, **kwargs)
        try:
            target, payload = self._codec.encode(method, args, kwargs)
        except Unencodable as why:
            return self._run_here(why).run_method(method, *args, **kwargs)
        answer = self._lanes.sync.wait_for(target, payload, current_call.get())
        return self._codec.decode(method, answer)

    async def async_run_method(self, method: RunnerMethod, /, *args: Any, **kwargs: Any) -> Any:
        if self._local is not None:
            return await self._local.async_run_method(method, *args, **kwargs)
        if self._lanes.loop is not asyncio.get_running_loop():
            return await asyncio.to_thread(self.run_method, method, *args, **kwargs)
        try:
            target, payload = self._codec.encode(method, args, kwargs)
        except Unencodable as why:
            local = await asyncio.to_thread(self._run_here, why)
            return await local.async_run_method(method, *args, **kwargs)
        answer = await self._lanes.asynchronous.run(target, payload, current_call.get())
        return self._codec.decode(method, answer)

    async def async_stream_method(
        self, method: RunnerMethod, /, *args: Any, **kwargs: Any
    ) -> AsyncIterator[Any]:
        local = await asyncio.to_thread(self._run_here, "its answers are streams")
        async for piece in local.async_stream_method(method, *args, **kwargs):
            yield piece

    def _run_here(self, why: object) -> LocalHandle:
        """An instance in this process, for what cannot go to another one."""
        with self._making:
            if self._local is None:
                _log.warning(
                    "runner '%s' runs inside the API worker, without batching: %s",
                    self.runner.name,
                    why,
                )
                self._local = LocalHandle(self.runner)
            return self._local
