# SPDX-License-Identifier: Apache-2.0
"""The functions of a service's APIs, as a worker calls them."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from typing import Any

from ..context import Context, RequestContext
from ..runner.runner import Runner, RunnerMethod
from ..service.api import API
from .handle import EngineHandle
from .inline import coroutine_form

_LATELY = 200  # Calls.
_OFTEN = 3


class Function:
    """An API's function, and in which of its forms it is called."""

    def __init__(self, api: API) -> None:
        self.api = api
        self.where = f"API '{api.name}'"
        self.form: Callable[..., Any] | None = None
        self.in_thread = api.mode != "sync" or api.needs_ctx
        if not self.in_thread:
            self.form = coroutine_form(api.func, method_of)
        # Whether outputs of a runner that are arrays need no more work to be its answer.
        self.passes_outputs = api.output._passes_arrays
        self._calls = 0  # On the reading thread, of late.
        self._held = 0  # How many of them held it for long.

    def begins(self) -> None:
        """It is called on the reading thread."""
        self._calls += 1
        if self._calls > _LATELY:
            self._calls //= 2
            self._held //= 2

    def takes_long(self, waits: bool) -> None:
        """It holds the reading thread; one that does so often gets threads of its own.

        A first call, or a busy machine that gives this process no time, is no reason yet.

        Args:
            waits: It waits for a runner by itself, so it will always do so.
        """
        self._held += 1
        often = self._held >= _OFTEN and self._held * 2 >= self._calls
        self.in_thread = self.in_thread or waits or often


def method_of(target: Any) -> RunnerMethod | None:
    """The runner's method that `target.run(...)` calls; None where the target is something else."""
    if type(target) is RunnerMethod:
        return _sent(target)
    if isinstance(target, Runner):
        default = inspect.getattr_static(target, "run", None)
        bound = getattr(default, "__self__", None)
        return _sent(bound) if isinstance(bound, RunnerMethod) else None
    return None


def _sent(method: RunnerMethod) -> RunnerMethod | None:
    """The method, if its calls go to the engine."""
    handle = method.runner._runner_handle
    return method if isinstance(handle, EngineHandle) and not handle.is_local else None


def is_stream(api: API, result: Any) -> bool:
    """Whether the result is sent piece by piece: a generator, of text unless the API says so."""
    if api.mode in ("stream", "async_stream"):
        return True
    is_generator = inspect.isgenerator(result) or inspect.isasyncgen(result)
    return is_generator and api.output.plan()["value"] == "text"


def request_context(request: dict[str, Any]) -> RequestContext:
    """The request, of what the engine says of it."""
    client = request.get("client")
    return RequestContext(
        [tuple(pair) for pair in request.get("headers", ())],
        request.get("query", ""),
        method=request.get("method", "POST"),
        path=request.get("path", "/"),
        client=tuple(client) if client else None,
    )


def response_said(context: Context) -> str:
    """What the function said of its response besides the body, for the engine."""
    response = context.response
    return json.dumps({"status": response.status_code, "headers": response.header_pairs()})
