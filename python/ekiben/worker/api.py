# SPDX-License-Identifier: Apache-2.0
"""An API worker: the user's functions of one service, called as the engine asks for it."""

from __future__ import annotations

import asyncio
import functools
import inspect
import json
import logging
import os
import threading
from collections.abc import Callable
from typing import Any

from ..context import Context, RequestContext, request_id
from ..exceptions import UnencodableResult
from ..runner.runner import Runner, RunnerMethod
from ..service import Service
from ..service.api import API
from ..service.unlisted import check_runners
from .asynclane import AsyncLane
from .errors import report
from .frames import CALL, CANCEL, CHUNK, END, ERROR, READY, RELEASE, REPLY, RESULT, STOP, frame
from .handle import Codec, EngineHandle, current_call
from .inline import coroutine_form
from .lane import Lane, drive
from .memory import Memory
from .native import native_method
from .threads import Threads
from .values import Decoder, Encoder, json_text, text

_log = logging.getLogger("ekiben")

_MOST_THREADS = 40  # Of functions written with `def` that run at a time.


class Lanes:
    """The connections of this worker: `sync` for threads, `asynchronous` for the asyncio loop."""

    sync: Lane
    asynchronous: AsyncLane
    loop: asyncio.AbstractEventLoop | None = None


class Function:
    """An API's function, and in which of its forms it is called."""

    def __init__(self, api: API) -> None:
        self.api = api
        self.where = f"API '{api.name}'"
        self.form: Callable[..., Any] | None = None
        self.in_thread = api.mode != "sync" or api.needs_ctx
        if not self.in_thread:
            self.form = coroutine_form(api.func, method_of)

    def takes_long(self) -> None:
        """It held the reading thread; from now on it gets threads of its own."""
        self.in_thread = True


class ApiWorker:
    """Answers calls of a service's functions until the engine closes the connection."""

    def __init__(self, service: Service, settings: dict[str, Any], sockets: list[Any]) -> None:
        self._service = service
        self._deploys = settings.get("deploys", False)
        self._functions = [Function(api) for api in service.apis.values()]
        self._threads = Threads(_MOST_THREADS)
        self._lanes = Lanes()
        self._lanes.sync = Lane(sockets[0], self._on_frame)
        first = 3 + settings["lanes"]
        self._memory = Memory(first, first + 1, settings["memory"], self._release)
        self._codec = Codec(self._memory)
        self._encoder = Encoder(self._memory)
        self._decoder = Decoder(self._memory)
        self._tasks: dict[int, asyncio.Task[Any]] = {}
        self._async_socket = sockets[1] if len(sockets) > 1 else None
        self._connect_runners()

    def start(self) -> None:
        """Start the asyncio loop and call the hooks of the start; raises what they raise.

        Raises:
            FailedPrecondition: If a function calls a runner that is not there.
        """
        started = threading.Event()
        threading.Thread(
            target=self._run_loop, args=(started,), name="ekiben-loop", daemon=True
        ).start()
        started.wait()
        if self._deploys:
            self._run_hooks(self._service.deployment_hooks)
        self._run_hooks(self._service.startup_hooks)
        check_runners(self._service)

    def run(self, description: dict[str, Any]) -> None:
        """Tell the engine that this worker has started, and answer until it is gone."""
        self._lanes.sync.send(frame(READY, 0, json_text(description)))
        self._lanes.sync.flush()
        self._lanes.sync.run()
        self._run_hooks(self._service.shutdown_hooks)

    def _connect_runners(self) -> None:
        number = 0
        for runner in self._service.runners:
            methods = {}
            for method in runner.runner_methods:
                methods[method.name] = (number, native_method(method))
                number += 1
            if not runner.embedded:
                Runner.init_client(runner, EngineHandle, self._lanes, self._codec, methods)
            else:
                Runner.init_local(runner, quiet=True)

    def _run_loop(self, started: threading.Event) -> None:
        async def main() -> None:
            self._lanes.loop = asyncio.get_running_loop()
            self._lanes.asynchronous = AsyncLane(self._on_async_frame)
            if self._async_socket is not None:
                await self._lanes.asynchronous.connect(self._async_socket)
            started.set()
            await asyncio.Event().wait()

        asyncio.run(main())

    def _run_hooks(self, hooks: list[Callable[[], Any]]) -> None:
        from ..service import run_hooks

        if hooks and self._lanes.loop is not None:
            asyncio.run_coroutine_threadsafe(run_hooks(hooks), self._lanes.loop).result()

    def _release(self, offsets: list[int]) -> None:
        payload = b"".join(offset.to_bytes(8, "little") for offset in offsets)
        self._lanes.sync.send(frame(RELEASE, 0, payload))

    # --- functions written with `def` ---------------------------------------------------------

    def _on_frame(
        self, kind: int, call: int, target: int, flags: int, data: bytes, at: int
    ) -> None:
        if kind == REPLY:
            waiter = self._lanes.sync.waiters.pop(call, None)
            if waiter is not None:
                waiter.deliver((flags, data, at))
        elif kind == CALL:
            function = self._functions[target]
            if function.in_thread:
                self._threads.submit(
                    functools.partial(self._call_in_thread, function, call, data, at)
                )
            else:
                self._call_inline(function, call, data, at)
        elif kind == RELEASE:
            self._released(data, at)
        elif kind == STOP:
            self._stop()

    def _released(self, data: bytes, at: int) -> None:
        size = int.from_bytes(data[at - 16 : at - 12], "little")
        for begin in range(at, at + size, 8):
            self._memory.give_back(int.from_bytes(data[begin : begin + 8], "little"))

    def _call_inline(self, function: Function, call: int, data: bytes, at: int) -> None:
        lane, api = self._lanes.sync, function.api

        def done(result: Any, error: BaseException | None) -> None:
            lane.send(self._answer(function, call, result, error, ""))

        current_call.number = call
        lane.busy(function.takes_long)
        try:
            identity, value = self._decoded(data, at)
            request_id.set(identity)
            args, kwargs = api.arguments(api.input.decode(value), None)
            if function.form is None:
                result = api.func(*args, **kwargs)
        except BaseException as error:
            lane.idle()
            return done(None, error)
        lane.idle()
        if function.form is None:
            return done(result, None)
        return drive(
            lane,
            function.form(*args, **kwargs),
            lambda wanted: self._codec.encode(wanted.method, wanted.args, wanted.kwargs),
            lambda wanted, answer: self._codec.decode(wanted.method, answer),
            done,
            function.takes_long,
            call,
        )

    def _call_in_thread(self, function: Function, call: int, data: bytes, at: int) -> None:
        current_call.number = call
        try:
            about, value = self._decoded(data, at)
            if function.api.mode == "stream":
                return self._stream(function, call, about, value)
            result, said = self._in_context(function, about, value)
        except BaseException as error:
            self._lanes.sync.send(self._answer(function, call, None, error, ""))
            return None
        self._lanes.sync.send(self._answer(function, call, result, None, said))
        return None

    def _in_context(self, function: Function, about: str, value: Any) -> tuple[Any, str]:
        api, context = function.api, self._service.context
        decoded = api.input.decode(value)
        if not api.needs_ctx:
            request_id.set(about)
            args, kwargs = api.arguments(decoded, None)
            return api.func(*args, **kwargs), ""
        request = json.loads(about)
        request_id.set(request["id"])
        with context.in_request(_request_context(request)):
            args, kwargs = api.arguments(decoded, context)
            result = api.func(*args, **kwargs)
            return result, _response(context)

    def _stream(self, function: Function, call: int, about: str, value: Any) -> None:
        send = self._lanes.sync.send
        pieces, _ = self._in_context(function, about, value)
        for piece in pieces:
            send(frame(CHUNK, call, self._encoder.value(function.api.output.encode(piece))))
        send(frame(END, call))

    # --- functions written with `async def` ---------------------------------------------------

    def _on_async_frame(
        self, kind: int, call: int, target: int, flags: int, data: bytes, at: int
    ) -> None:
        if kind == REPLY:
            self._lanes.asynchronous.deliver(call, (flags, data, at))
        elif kind == CALL and self._lanes.loop is not None:
            task = self._lanes.loop.create_task(self._call_async(target, call, data, at))
            self._tasks[call] = task
            task.add_done_callback(lambda _: self._tasks.pop(call, None))
        elif kind == CANCEL and call in self._tasks:
            self._tasks[call].cancel()

    async def _call_async(self, target: int, call: int, data: bytes, at: int) -> None:
        function, lane = self._functions[target], self._lanes.asynchronous
        api, context = function.api, self._service.context
        try:
            about, value = self._decoded(data, at)
            decoded = api.input.decode(value)
            request = json.loads(about) if api.needs_ctx else {"id": about}
            request_id.set(request["id"])
            with context.in_request(_request_context(request)):
                args, kwargs = api.arguments(decoded, context)
                result = api.func(*args, **kwargs)
                if api.mode == "async_stream":
                    async for piece in result:
                        encoded = self._encoder.value(api.output.encode(piece))
                        lane.send(frame(CHUNK, call, encoded))
                    lane.send(frame(END, call))
                    return
                result = await result
                said = _response(context) if api.needs_ctx else ""
        except BaseException as error:
            lane.send(self._answer(function, call, None, error, ""))
            if isinstance(error, (KeyboardInterrupt, SystemExit)):
                raise
            return
        lane.send(self._answer(function, call, result, None, said))

    # --- both ---------------------------------------------------------------------------------

    def _decoded(self, data: bytes, at: int) -> tuple[str, Any]:
        about, at = self._decoder.value(data, at)
        return about, self._decoder.value(data, at)[0]

    def _answer(
        self, function: Function, call: int, result: Any, error: BaseException | None, said: str
    ) -> bytes:
        if error is None:
            try:
                encoded = self._encoder.value(function.api.output.encode(result))
                return frame(RESULT, call, text(said) + encoded)
            except Exception as why:
                error = why
                if isinstance(why, UnencodableResult):
                    error = UnencodableResult(
                        f"{function.where} returned what {type(function.api.output).__name__} "
                        f"cannot encode: {why.message}",
                        hint=why.hint,
                    ).with_traceback(why.__traceback__)
        return frame(ERROR, call, json_text(report(error, function.where)))

    def _stop(self) -> None:
        def end() -> None:
            try:
                self._run_hooks(self._service.shutdown_hooks)
            except Exception:
                _log.exception("a shutdown hook failed")
            os._exit(0)

        threading.Thread(target=end, name="ekiben-stop").start()


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


def _request_context(request: dict[str, Any]) -> RequestContext:
    client = request.get("client")
    return RequestContext(
        [tuple(pair) for pair in request.get("headers", ())],
        request.get("query", ""),
        method=request.get("method", "POST"),
        path=request.get("path", "/"),
        client=tuple(client) if client else None,
    )


def _response(context: Context) -> str:
    response = context.response
    return json.dumps({"status": response.status_code, "headers": response.header_pairs()})
