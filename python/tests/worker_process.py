# SPDX-License-Identifier: Apache-2.0
"""A worker process, and the engine's end of its lanes: what the tests of the worker talk to."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from ekiben.io.wire import Json
from ekiben.worker import frames
from ekiben.worker.arguments import ArgumentDecoder, ArgumentEncoder
from ekiben.worker.memory import Memory
from ekiben.worker.values import counts, read_counts, text

MEMORY = 16 << 20
PATIENCE = 30.0


class Frame(NamedTuple):
    """One frame from the worker; `at` is where its payload begins in `data`."""

    kind: int
    call: int
    target: int
    flags: int
    data: bytes
    at: int


class WorkerProcess:
    """A worker of the service in `source`, asked by frames as the engine asks.

    Args:
        folder: Gets the service and what the worker prints.
        role: api, or runner: then the first one of the service.
    """

    def __init__(self, folder: Path, source: str, role: str = "api") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "service.py").write_text(textwrap.dedent(source).lstrip())
        self._stderr = folder / "stderr"
        lanes = 2 if role == "api" else 1
        pairs = [socket.socketpair() for _ in range(lanes)]
        self._lanes = [ours for ours, _ in pairs]
        for lane in self._lanes:
            lane.settimeout(PATIENCE)
        self._rest = [b""] * lanes
        self._waiting: list[list[Frame]] = [[] for _ in range(lanes)]
        files = [os.memfd_create(name) for name in ("in", "out")]
        for file in files:
            os.truncate(file, MEMORY)
        # Where the worker reads, we write.
        self.released: list[int] = []
        self.memory = Memory(files[1], files[0], MEMORY, self.released.extend)
        settings = {
            "protocol": 1, "role": role, "target": "service:svc", "runner": 0, "lanes": lanes,
            "memory": MEMORY, "alias": False,
        }  # fmt: skip
        inherited = [theirs.fileno() for _, theirs in pairs] + files
        self._start(folder, settings, inherited)
        for _, theirs in pairs:
            theirs.close()
        for file in files:
            os.close(file)
        self._calls = 0

    def _start(self, folder: Path, settings: dict[str, Any], inherited: list[int]) -> None:
        high = [fcntl.fcntl(one, fcntl.F_DUPFD, 50) for one in inherited]
        places = " ".join(f"{3 + at}<&{one}" for at, one in enumerate(high))
        worker = [sys.executable, "-m", "ekiben.worker", json.dumps(settings)]
        paths = (str(Path(frames.__file__).parents[2]), os.environ.get("PYTHONPATH", ""))
        with self._stderr.open("wb") as stderr:
            self.process = subprocess.Popen(
                ["bash", "-c", f'exec "$@" {places}', "worker", *worker],
                cwd=folder,
                pass_fds=high,
                stderr=stderr,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            )
        for one in high:
            os.close(one)

    def __enter__(self) -> WorkerProcess:
        return self

    def __exit__(self, *_: object) -> None:
        for lane in self._lanes:
            lane.close()
        self.process.kill()
        self.process.wait()

    @property
    def stderr(self) -> str:
        """What it has printed."""
        return self._stderr.read_text()

    def send(self, data: bytes, lane: int = 0) -> None:
        """Send frames."""
        self._lanes[lane].sendall(data)

    def call(self, target: int, value: bytes, about: str = "an-id", lane: int = 0) -> int:
        """Call an API's function with an encoded value; the call's number."""
        self._calls += 1
        self.send(frames.frame(frames.CALL, self._calls, text(about) + value, target), lane)
        return self._calls

    def batch(self, method: int, *calls: tuple[tuple[Any, ...], dict[str, Any]]) -> list[Any]:
        """Run calls of a runner's method together: for each its result, or a report as a dict."""
        encoder, decoder = ArgumentEncoder(self.memory), ArgumentDecoder(self.memory)
        payload = counts(len(calls)) + b"".join(encoder.call(*one) for one in calls)
        self._calls += 1
        self.send(frames.frame(frames.BATCH, self._calls, payload, method))
        answer = self.next(frames.BATCH_RESULT)
        assert answer.call == self._calls
        at, found = answer.at + 8, []
        for _ in calls:
            failed, at = read_counts(answer.data, at)[0], at + 8
            if failed:
                report, at = decoder.value(answer.data, at)
                found.append(json.loads(report))
            else:
                (result,), _, at = decoder.call(answer.data, at)
                found.append(result)
        return found

    def next(self, kind: int, lane: int = 0, call: int | None = None) -> Frame:
        """The next frame of this kind, and of this call; those of others stay for later."""
        waiting = self._waiting[lane]
        while True:
            for at, one in enumerate(waiting):
                if one.kind == kind and call in (None, one.call):
                    return waiting.pop(at)
            data = self._lanes[lane].recv(1 << 20)
            assert data, f"the worker has gone: {self.stderr}"
            found, self._rest[lane] = frames.split(self._rest[lane] + data)
            for one in map(Frame._make, found):
                if one.kind == frames.RELEASE:
                    self._take_back(one)
                else:
                    waiting.append(one)

    def is_quiet(self, lane: int = 0, seconds: float = 0.2) -> bool:
        """Whether nothing comes for a while."""
        self._lanes[lane].settimeout(seconds)
        try:
            return not self._lanes[lane].recv(1, socket.MSG_PEEK)
        except TimeoutError:
            return True
        finally:
            self._lanes[lane].settimeout(PATIENCE)

    def result(self, call: int, lane: int = 0) -> tuple[dict[str, Any], Any]:
        """What a function said of its response, and its value."""
        frame = self.next(frames.RESULT, lane, call)
        said, at = ArgumentDecoder(self.memory).value(frame.data, frame.at)
        value, _ = ArgumentDecoder(self.memory).value(frame.data, at)
        return json.loads(said or "{}"), plain(value)

    def error(self, call: int, lane: int = 0) -> dict[str, Any]:
        """The report of what a function raised."""
        frame = self.next(frames.ERROR, lane, call)
        return json.loads(ArgumentDecoder().value(frame.data, frame.at)[0])

    def chunk(self, call: int, lane: int = 0) -> Any:
        """The next piece of a stream."""
        frame = self.next(frames.CHUNK, lane, call)
        decoder, at = ArgumentDecoder(self.memory), frame.at
        if frame.flags:
            _, at = decoder.value(frame.data, at)
        return plain(decoder.value(frame.data, at)[0])

    def reply(self, run: Frame, result: Any, lane: int = 0, api: int = 0) -> None:
        """Answer a runner's call; `api` is whose result it is, where the engine knows that."""
        self._reply(run, ArgumentEncoder(self.memory).call((result,), {}), 0, lane, api)

    def fail(self, run: Frame, report: dict[str, Any], lane: int = 0, api: int = 0) -> None:
        """Answer a runner's call with what it raised."""
        self._reply(run, text(json.dumps(report)), frames.FAILED_REPLY, lane, api)

    def _reply(self, run: Frame, payload: bytes, flags: int, lane: int, api: int) -> None:
        if run.flags & frames.FOR_CALL:
            call = frames.reserved(run.data, run.at)
            flags |= frames.FOR_CALL
            reply = frames.frame(frames.REPLY, call, payload, run.target, flags, api)
        else:
            reply = frames.frame(frames.REPLY, run.call, payload, flags=flags)
        self.send(reply, lane)

    def credit(self, call: int, size: int, lane: int = 0) -> None:
        """Let a stream go on."""
        self.send(frames.frame(frames.CREDIT, call, struct.pack("<Q", size)), lane)

    def cancel(self, call: int, lane: int = 0) -> None:
        """Nobody waits any more."""
        self.send(frames.frame(frames.CANCEL, call), lane)

    def _take_back(self, frame: Frame) -> None:
        size = frames.HEADER.unpack_from(frame.data, frame.at - frames.HEADER_SIZE)[0]
        for at in range(frame.at, frame.at + size, 8):
            self.memory.give_back(int.from_bytes(frame.data[at : at + 8], "little"))


def plain(value: Any) -> Any:
    """JSON as what it says, everything else as it is."""
    return json.loads(bytes(value.text)) if isinstance(value, Json) else value


def eventually(condition: Callable[[], object]) -> None:
    """Wait until it holds."""
    import time

    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.002)
