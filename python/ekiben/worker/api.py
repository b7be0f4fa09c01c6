# SPDX-License-Identifier: Apache-2.0
"""An API worker: the user's functions of one service, called as the engine asks for it."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import inspect
import json
import logging
import threading
from collections.abc import Callable, Coroutine
from typing import Any

from ..context import request_id
from ..exceptions import StateException, UnencodableResult
from ..runner.runner import Runner, RunnerMethod
from ..service import Service
from ..service.api import API
from ..service.unlisted import check_runners
from .applications import Applications
from .asynclane import AsyncLane
from .errors import report
from .frames import (
    APPLICATIONS,
    CALL,
    CANCEL,
    CREDIT,
    ERROR,
    FETCH,
    FOR_CALL,
    METRICS,
    READY,
    RELEASE,
    REPLY,
    RESULT,
    STOP,
    frame,
    reserved,
)
from .functions import Function, is_stream, request_context, response_said
from .handle import Codec, EngineHandle, current_call
from .inline import raise_at_end
from .lane import Driven, Lane
from .memory import Memory
from .native import native_method
from .streams import Cancelled, TaskStream, ThreadStream
from .telling import metrics_frame
from .threads import Threads, end_process
from .values import Decoder, Encoder, json_text, text

_log = logging.getLogger("ekiben")

_NOTHING_SAID = text("")
_MOST_THREADS = 40  # Of functions written with `def` that run at a time.


class Lanes:
    """The connections of this worker: `sync` for threads, `asynchronous` for the asyncio loop."""

    sync: Lane
    asynchronous: AsyncLane
    loop: asyncio.AbstractEventLoop | None = None


class ApiWorker:
    """Answers calls of a service's functions until the engine closes the connection."""

    def __init__(self, service: Service, settings: dict[str, Any], sockets: list[Any]) -> None:
        self._service = service
        self._deploys = settings.get("deploys", False)
        self._functions = [Function(api) for api in service.apis.values()]
        self._threads = Threads(_MOST_THREADS)
        self._lanes = Lanes()
        self._lanes.sync = Lane(sockets[0], self._on_frame, settings.get("looks", False))
        first = 3 + settings["lanes"]
        self._memory = Memory(first, first + 1, settings["memory"], self._release)
        self._codec = Codec(self._memory)
        self._encoder = Encoder(self._memory)
        self._decoder = Decoder(self._memory)
        self._tasks: set[asyncio.Task[Any]] = set()
        # Calls that can be cancelled, by number.
        self._under_way: dict[int, Any] = {}
        self._applications = Applications(service, self._ask, self._encoder, self._decoder)
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
        self._run_hooks([*self._service.startup_hooks, self._applications.start])
        check_runners(self._service)

    def run(self, description: dict[str, Any]) -> None:
        """Tell the engine that this worker has started, and answer until it is gone."""
        gc.freeze()  # What has been imported stays: the collector need not look at it again.
        self._lanes.sync.send(frame(READY, 0, json_text(description)))
        self._lanes.sync.flush()
        self._lanes.sync.run()
        self._run_hooks([self._applications.stop, *self._service.shutdown_hooks])

    def _connect_runners(self) -> None:
        self._methods: list[RunnerMethod] = []  # Of all runners, by number.
        for runner in self._service.runners:
            methods = {}
            for method in runner.runner_methods:
                methods[method.name] = (len(self._methods), native_method(method))
                self._methods.append(method)
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

    async def _ask(self, payload: bytes, about: int, flags: int) -> Any:
        """Let the engine answer a request; see applications.py."""
        return await self._lanes.asynchronous.ask(FETCH, 0, payload, about, flags)

    def _release(self, offsets: list[int]) -> None:
        payload = b"".join(offset.to_bytes(8, "little") for offset in offsets)
        self._lanes.sync.send(frame(RELEASE, 0, payload))

    # --- functions written with `def` ---------------------------------------------------------

    def _on_frame(
        self, kind: int, call: int, target: int, flags: int, data: bytes, at: int
    ) -> None:
        if kind == REPLY and flags & FOR_CALL:
            self._return_reply(self._functions[reserved(data, at)], call, target, (flags, data, at))
        elif kind == REPLY:
            waiter = self._lanes.sync.waiters.pop(call, None)
            if waiter is not None:
                waiter.deliver((flags, data, at))
        elif kind == CALL:
            function = self._functions[target]
            if function.in_thread:
                self._in_thread(call, self._call_in_thread, function, data, at)
            else:
                self._call_inline(function, call, data, at)
        elif kind == RELEASE:
            self._released(data, at)
        elif kind == METRICS:
            self._lanes.sync.send(metrics_frame(call))
        elif kind == STOP:
            self._stop()
        else:
            self._on_stream_frame(kind, call, data, at)

    def _on_stream_frame(self, kind: int, call: int, data: bytes, at: int) -> None:
        under_way = self._under_way.get(call)
        if under_way is None:
            return
        if kind == CANCEL:
            under_way.cancel()
        elif kind == CREDIT:
            under_way.credit(int.from_bytes(data[at : at + 8], "little"))

    def _released(self, data: bytes, at: int) -> None:
        size = int.from_bytes(data[at - 16 : at - 12], "little")
        for begin in range(at, at + size, 8):
            self._memory.give_back(int.from_bytes(data[begin : begin + 8], "little"))

    def _in_thread(self, call: int, job: Callable[..., None], *args: Any) -> None:
        """Let a thread answer the call: `job(its stream, ...)`, in this context."""
        stream = self._under_way[call] = ThreadStream(call, self._lanes.sync.send)
        context = contextvars.copy_context()

        def run() -> None:
            try:
                context.run(current_call.set, call)
                context.run(job, stream, call, *args)
            finally:
                self._finished(call, stream)

        self._threads.submit(run)

    def _call_inline(self, function: Function, call: int, data: bytes, at: int) -> None:
        lane = self._lanes.sync
        # Others run on this thread while this one waits for a runner: what it sets is its own.
        context = contextvars.copy_context()

        def done(result: Any, error: BaseException | None) -> None:
            if error is None and is_stream(function.api, result):
                context.run(self._stream_result, function, call, result, "")
            else:
                lane.send(self._answer(function, call, result, error, ""))

        function.begins()
        lane.busy(function.takes_long)
        try:
            result = context.run(self._begin_inline, function, call, data, at)
        except BaseException as error:
            lane.idle()
            return done(None, error)
        if function.form is None:
            lane.idle()
            return done(result, None)
        driven = Driven(
            lane, result, self._codec, done, function.takes_long, call, context.run,
            function.passes_outputs,
        )  # fmt: skip
        return driven.go_on()

    def _return_reply(
        self, function: Function, call: int, method: int, reply: tuple[int, bytes, int]
    ) -> None:
        """Answer the call with what its function's last call gave; the engine could not."""
        result, raised = None, None
        try:
            result = self._codec.decode(self._methods[method], reply)
        except Exception as error:
            raised = error
            try:
                raise_at_end(function.api.func, error)
            except Exception as same:
                raised = same
        self._lanes.sync.send(self._answer(function, call, result, raised, ""))

    def _begin_inline(self, function: Function, call: int, data: bytes, at: int) -> Any:
        """The result, or the coroutine that gives it."""
        current_call.set(call)
        identity, value = self._decoded(data, at)
        request_id.set(identity)
        args, kwargs = function.api.arguments(function.api.input.decode(value), None)
        return (function.form or function.api.func)(*args, **kwargs)

    def _call_in_thread(
        self, stream: ThreadStream, call: int, function: Function, data: bytes, at: int
    ) -> None:
        api, said = function.api, ""
        try:
            stream.check()
            about, value = self._decoded(data, at)
            decoded = api.input.decode(value)
            with self._in_request(api, about) as context:
                args, kwargs = api.arguments(decoded, context)
                result = api.func(*args, **kwargs)
                said = response_said(context) if api.needs_ctx else ""
                if is_stream(api, result):
                    return self._stream_result(function, call, result, said, stream)
        except BaseException as error:
            self._lanes.sync.send(self._answer(function, call, None, error, ""))
            return None
        self._lanes.sync.send(self._answer(function, call, result, None, said))
        return None

    def _stream_result(
        self,
        function: Function,
        call: int,
        pieces: Any,
        said: str,
        stream: ThreadStream | None = None,
    ) -> None:
        """Send what a generator gives, each kind where it may take its time."""
        if inspect.isasyncgen(pieces) and self._lanes.loop is not None:
            task = self._async_task(call, self._send_async(function, call, pieces, said))
            asyncio.run_coroutine_threadsafe(task, self._lanes.loop)
        elif stream is None:
            self._in_thread(call, self._send_pieces, function, pieces, said)
        else:
            self._send_pieces(stream, call, function, pieces, said)

    def _send_pieces(
        self, stream: ThreadStream, call: int, function: Function, pieces: Any, said: str
    ) -> None:
        begun = False
        try:
            for piece in pieces:
                if not begun:
                    stream.said, begun = self._said_so_far(function, said), True
                stream.put(self._encoder.value(function.api.output.encode(piece)))
            if not begun:
                stream.said = self._said_so_far(function, said)
        except Cancelled:
            pieces.close()
        except BaseException as error:
            pieces.close()
            self._lanes.sync.send(self._answer(function, call, None, error, ""))
        else:
            stream.end()

    def _said_so_far(self, function: Function, said: str) -> str:
        """What the function says of its response; a generator may say it before its first piece."""
        if not function.api.needs_ctx:
            return said
        try:
            return response_said(self._service.context)
        except StateException:  # It runs where the request is not current.
            return said

    # --- functions written with `async def` ---------------------------------------------------

    def _on_async_frame(
        self, kind: int, call: int, target: int, flags: int, data: bytes, at: int
    ) -> None:
        if kind == REPLY:
            self._lanes.asynchronous.deliver(call, (flags, data, at))
        elif kind == CALL and self._lanes.loop is not None:
            answer = (
                self._call_applications(call, data, at)
                if target == APPLICATIONS
                else self._call_async(target, call, data, at)
            )
            task = self._lanes.loop.create_task(self._async_task(call, answer))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            self._on_stream_frame(kind, call, data, at)

    async def _async_task(self, call: int, answer: Coroutine[Any, Any, None]) -> None:
        """Answer a call in this task, which CANCEL then cancels."""
        task = asyncio.current_task()
        assert task is not None
        stream = TaskStream(call, self._lanes.asynchronous.send, task)
        self._under_way[call] = stream
        current_call.set(call)
        try:
            await answer
        finally:
            self._finished(call, stream)

    async def _call_async(self, target: int, call: int, data: bytes, at: int) -> None:
        function, lane, said = self._functions[target], self._lanes.asynchronous, ""
        api = function.api
        try:
            about, value = self._decoded(data, at)
            decoded = api.input.decode(value)
            with self._in_request(api, about) as context:
                args, kwargs = api.arguments(decoded, context)
                result = api.func(*args, **kwargs)
                if api.mode == "async":
                    result = await result
                said = response_said(context) if api.needs_ctx else ""
                if inspect.isasyncgen(result) and is_stream(api, result):
                    return await self._send_async(function, call, result, said)
        except BaseException as error:
            lane.send(self._answer(function, call, None, error, ""))
            if isinstance(error, (KeyboardInterrupt, SystemExit)):
                raise
            return None
        if is_stream(api, result):
            return self._stream_result(function, call, result, said)
        lane.send(self._answer(function, call, result, None, said))
        return None

    async def _send_async(self, function: Function, call: int, pieces: Any, said: str) -> None:
        stream, begun = self._under_way[call], False
        try:
            async for piece in pieces:
                if not begun:
                    stream.said, begun = self._said_so_far(function, said), True
                await stream.put(self._encoder.value(function.api.output.encode(piece)))
            if not begun:
                stream.said = self._said_so_far(function, said)
        except BaseException as error:
            await pieces.aclose()
            self._lanes.asynchronous.send(self._answer(function, call, None, error, ""))
            return
        stream.end()

    async def _call_applications(self, call: int, data: bytes, at: int) -> None:
        try:
            about, body = self._decoded(data, at)
            await self._applications.answer(json.loads(about), body, self._under_way[call])
        except Exception as error:
            told = json_text(report(error, "an application of the service"))
            self._lanes.asynchronous.send(frame(ERROR, call, told))

    # --- both ---------------------------------------------------------------------------------

    def _finished(self, call: int, stream: ThreadStream | TaskStream) -> None:
        # An asynchronous generator of a plain function goes on in a task, which is another stream.
        if self._under_way.get(call) is stream:
            del self._under_way[call]

    def _in_request(self, api: API, about: str) -> Any:
        """A block within which the request is current; gives the Context."""
        request = json.loads(about) if api.needs_ctx else {"id": about}
        request_id.set(request["id"])
        return self._service.context.in_request(request_context(request))

    def _decoded(self, data: bytes, at: int) -> tuple[str, Any]:
        about, at = self._decoder.value(data, at)
        return about, self._decoder.value(data, at)[0]

    def _answer(
        self, function: Function, call: int, result: Any, error: BaseException | None, said: str
    ) -> bytes:
        if error is None:
            try:
                encoded = self._encoder.value(function.api.output.encode(result))
                return frame(RESULT, call, (text(said) if said else _NOTHING_SAID) + encoded)
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
                self._run_hooks([self._applications.stop, *self._service.shutdown_hooks])
            except Exception:
                _log.exception("a shutdown hook failed")
            end_process()

        threading.Thread(target=end, name="ekiben-stop").start()
