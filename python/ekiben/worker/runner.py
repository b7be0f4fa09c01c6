# SPDX-License-Identifier: Apache-2.0
"""A runner worker: one instance of a Runnable, whose methods the engine calls in batches."""

from __future__ import annotations

import asyncio
import inspect
import itertools
import socket
from typing import Any

from ..exceptions import UnencodableResult
from ..runner.runner import Runner, RunnerMethod
from .arguments import ArgumentDecoder, ArgumentEncoder
from .batches import join, rows_of, split
from .errors import report
from .frames import BATCH, BATCH_RESULT, METRICS, READY, RELEASE, STOP, frame, missing
from .frames import split as split_frames
from .memory import Memory
from .telling import metrics_frame
from .threads import end_process
from .values import Unencodable, counts, json_text, read_counts

_READ = 256 << 10

Call = tuple[tuple[Any, ...], dict[str, Any]]


class RunnerWorker:
    """Runs batches one after the other until the engine closes the connection."""

    def __init__(self, runner: Runner, settings: dict[str, Any], connection: socket.socket) -> None:
        self._socket = connection
        first = 3 + settings["lanes"]
        self._memory = Memory(first, first + 1, settings["memory"], self._release)
        self._encoder = ArgumentEncoder(self._memory)
        self._decoder = ArgumentDecoder(self._memory)
        self._methods = runner.runner_methods
        self._runnable = runner.runnable_class(**runner.runnable_init_params)
        self._outgoing: list[bytes] = []

    def run(self) -> None:
        """Tell the engine that the runner is loaded, and run what it sends."""
        self._outgoing.append(frame(READY, 0, json_text({})))
        rest = b""
        buffer = memoryview(bytearray(_READ))
        while True:
            self._flush()
            large = missing(rest)
            target = buffer if large <= _READ else memoryview(bytearray(large))
            size = self._socket.recv_into(target, 0, socket.MSG_WAITALL if large > _READ else 0)
            if not size:
                return
            found, rest = split_frames(rest + bytes(target[:size]))
            for one in found:
                self._on_frame(*one)

    def _flush(self) -> None:
        if self._outgoing:
            data, self._outgoing = b"".join(self._outgoing), []
            self._socket.sendall(data)

    def _release(self, offsets: list[int]) -> None:
        payload = b"".join(offset.to_bytes(8, "little") for offset in offsets)
        self._outgoing.append(frame(RELEASE, 0, payload))

    def _on_frame(
        self, kind: int, call: int, target: int, flags: int, data: bytes, at: int
    ) -> None:
        if kind == BATCH:
            self._run_batch(call, self._methods[target], data, at)
        elif kind == RELEASE:
            size = int.from_bytes(data[at - 16 : at - 12], "little")
            for begin in range(at, at + size, 8):
                self._memory.give_back(int.from_bytes(data[begin : begin + 8], "little"))
        elif kind == METRICS:
            self._outgoing.append(metrics_frame(call))
        elif kind == STOP:
            self._flush()
            end_process()

    def _run_batch(self, number: int, method: RunnerMethod, data: bytes, at: int) -> None:
        count = read_counts(data, at)[0]
        at += 8
        calls: list[Call] = []
        for _ in range(count):
            args, kwargs, at = self._decoder.call(data, at)
            calls.append((args, kwargs))
        answers = self._answers(method, calls)
        payload = b"".join((counts(count), *(self._encoded(method, one) for one in answers)))
        self._outgoing.append(frame(BATCH_RESULT, number, payload))
        # Not kept until the next batch comes: large arguments hold the engine's memory.
        del calls, answers

    def _encoded(self, method: RunnerMethod, answer: Any) -> bytes:
        if not isinstance(answer, _Raised):
            try:
                return counts(0) + self._encoder.call((answer,), {})
            except Unencodable as error:
                answer = _Raised(
                    UnencodableResult(
                        f"{_where(method)} returned what it cannot send: {error}",
                        hint="return numbers, text, bytes, lists, dicts, arrays or tables",
                    )
                )
            except Exception as error:
                answer = _Raised(error)
        return counts(1) + json_text(report(answer.error, _where(method)))

    def _answers(self, method: RunnerMethod, calls: list[Call]) -> list[Any]:
        """A result, or what was raised, for each call."""
        try:
            return self._run_together(method, calls)
        except Exception as error:
            if len(calls) == 1:
                return [_Raised(error)]
        # One bad row does not fail the others: the halves are tried by themselves.
        half = len(calls) // 2
        return self._answers(method, calls[:half]) + self._answers(method, calls[half:])

    def _run_together(self, method: RunnerMethod, calls: list[Call]) -> list[Any]:
        if len(calls) == 1:
            return [self._call(method, *calls[0])]
        in_axis, out_axis = method.config.batch_dim
        rows = [_rows(call, in_axis) for call in calls]
        args = tuple(
            join(list(column), in_axis) for column in zip(*(args for args, _ in calls), strict=True)
        )
        names = calls[0][1].keys()
        kwargs = {name: join([one[name] for _, one in calls], in_axis) for name in names}
        return split(self._call(method, args, kwargs), rows, out_axis)

    def _call(self, method: RunnerMethod, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        result = getattr(self._runnable, method.name)(*args, **kwargs)
        if inspect.isawaitable(result):
            return asyncio.run(_awaited(result))
        return list(result) if inspect.isgenerator(result) else result


class _Raised:
    """Stands for a result where the method raised."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


def _rows(call: Call, axis: int) -> int:
    args, kwargs = call
    return rows_of(next(itertools.chain(args, kwargs.values())), axis)


def _where(method: RunnerMethod) -> str:
    return f"runner '{method.runner.name}.{method.name}'"


async def _awaited(result: Any) -> Any:
    return await result
