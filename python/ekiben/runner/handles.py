# SPDX-License-Identifier: Apache-2.0
"""Where a runner's calls go: nowhere yet, to an instance in this process, or to the server."""

from __future__ import annotations

import functools
import inspect
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from ..exceptions import StateException

if TYPE_CHECKING:
    from .runner import Runner, RunnerMethod


class RunnerHandle(ABC):
    """What carries out the calls of one runner. Any thread may call it."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner

    async def is_ready(self, timeout: float) -> bool:
        """Whether a call would be taken now; asks for at most `timeout` seconds."""
        return True

    @abstractmethod
    def run_method(self, method: RunnerMethod, /, *args: Any, **kwargs: Any) -> Any:
        """What the method gives; blocks until it is there."""

    @abstractmethod
    async def async_run_method(self, method: RunnerMethod, /, *args: Any, **kwargs: Any) -> Any:
        """What the method gives."""

    @abstractmethod
    def async_stream_method(
        self, method: RunnerMethod, /, *args: Any, **kwargs: Any
    ) -> AsyncIterator[Any]:
        """What the method yields, piece by piece."""


class UninitializedRunner(StateException):
    """A runner was called that nobody has initialized: the service's fault, not a client's."""

    error_code = HTTPStatus.INTERNAL_SERVER_ERROR


class UninitializedHandle(RunnerHandle):
    """A runner that nobody has set up: each call says how to do it."""

    async def is_ready(self, timeout: float) -> bool:
        return False

    def run_method(self, method: RunnerMethod, /, *args: Any, **kwargs: Any) -> Any:
        raise self._error()

    async def async_run_method(self, method: RunnerMethod, /, *args: Any, **kwargs: Any) -> Any:
        raise self._error()

    def async_stream_method(
        self, method: RunnerMethod, /, *args: Any, **kwargs: Any
    ) -> AsyncIterator[Any]:
        raise self._error()

    def _error(self) -> StateException:
        from ..service import made_services

        runner = self.runner
        name = f"runner '{runner.name}', made at {runner.origin},"
        services = [one for one in made_services() if runner not in one.runners]
        if services:
            one = services[-1]
            return UninitializedRunner(
                f"{name} is not initialized, and service '{one.name}' does not list it",
                hint=f"list it where the service is made, at {one.origin}: "
                f"Service('{one.name}', runners=[..., <this runner>])",
            )
        return UninitializedRunner(
            f"{name} is not initialized",
            hint="outside a server, as in a notebook or a test, call its init_local() first",
        )


class LocalHandle(RunnerHandle):
    """An instance of the Runnable in this process; calls are not batched."""

    def __init__(self, runner: Runner) -> None:
        super().__init__(runner)
        self._runnable = runner.runnable_class(**runner.runnable_init_params)

    def run_method(self, method: RunnerMethod, /, *args: Any, **kwargs: Any) -> Any:
        result = self._call(method, args, kwargs)
        if inspect.isawaitable(result):
            import asyncio  # Describing a service needs none of it, and it brings sockets and TLS.

            return asyncio.run(_awaited(result))
        return list(result) if inspect.isgenerator(result) else result

    async def async_run_method(self, method: RunnerMethod, /, *args: Any, **kwargs: Any) -> Any:
        if inspect.iscoroutinefunction(method.function):
            return await self._call(method, args, kwargs)
        import asyncio

        return await asyncio.to_thread(functools.partial(self.run_method, method, *args, **kwargs))

    async def async_stream_method(
        self, method: RunnerMethod, /, *args: Any, **kwargs: Any
    ) -> AsyncIterator[Any]:
        pieces = self._call(method, args, kwargs)
        if hasattr(pieces, "__aiter__"):
            async for piece in pieces:
                yield piece
            return
        import asyncio

        iterator = iter(pieces)
        while (piece := await asyncio.to_thread(next, iterator, _END)) is not _END:
            yield piece

    def _call(self, method: RunnerMethod, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return getattr(self._runnable, method.name)(*args, **kwargs)


_END = object()


async def _awaited(result: Any) -> Any:
    return await result
