# SPDX-License-Identifier: Apache-2.0
"""The lane that threads share: one of them reads frames and runs short functions by itself.

A request whose function has a coroutine form (inline.py) costs no change of threads: the reading
thread begins it, goes on with the next frame while a runner works for it, and resumes it when the
answer comes. What holds the reading thread for long is noticed by a watchman, who lets another
thread read on; a function that does so often runs in threads of its own from then on.
"""

from __future__ import annotations

import itertools
import os
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

from .frames import FOR_CALL, RUN, frame, missing, split
from .inline import RunnerCall
from .looking import LONGEST, Looking
from .values import Unencodable

# A function that holds the reading thread for longer is no short one.
LONG = 0.01
# What has been answered does not wait longer than this for the rest of what came with it.
_FLUSH_AFTER = 0.0005
_READ = 256 << 10


class Waiter:
    """Somebody who waits for a runner's answer: a thread, by a lock."""

    __slots__ = ("answer", "lock")

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.lock.acquire()
        self.answer: Any = None

    def deliver(self, answer: Any) -> None:
        """Give it the answer; called by the thread that reads."""
        self.answer = answer
        self.lock.release()


class Lane:
    """One connection to the engine, for functions written with `def`.

    Any thread may send; run() keeps its thread until the engine is gone.

    Args:
        connection: Blocking; this owns it.
        on_frame: Called by the reading thread for each frame, with (kind, call, target, flags,
            data, where the payload begins). It must not block for long.
        may_look: Whether there is a processor to spare for looking instead of sleeping.
    """

    def __init__(
        self, connection: socket.socket, on_frame: Callable[..., None], may_look: bool = False
    ) -> None:
        self._socket = connection
        self._looking = Looking() if may_look else None
        self._on_frame = on_frame
        self._outgoing: deque[bytes] = deque()
        self._sending = threading.Lock()
        self._reading = threading.Lock()
        self._frames: deque[tuple[Any, ...]] = deque()
        self._rest = b""
        self._buffer = memoryview(bytearray(_READ))
        self._calls = itertools.count(1)
        self.waiters: dict[int, Any] = {}
        self._reader = 0  # The thread that reads, by its ident.
        self._busy_since = 0.0  # When it began what it is doing now; 0: it waits for frames.
        self._on_long: Callable[[bool], None] = _nothing  # What made it busy is told so.
        self._flushed_at = 0.0
        self._closed = threading.Event()
        self._watching = False
        self._wake_watchman = threading.Event()

    def run(self) -> None:
        """Read and answer until the engine closes the connection."""
        threading.Thread(target=self._watch, name="ekiben-watchman", daemon=True).start()
        self._read_on()
        self._closed.wait()

    def send(self, data: bytes) -> None:
        """Send a frame: with what else has gathered, if this thread is the one that reads."""
        self._outgoing.append(data)
        if threading.get_ident() != self._reader:
            self.flush()

    def begin_run(self, target: int, payload: bytes, waiter: Any, parent: int = 0) -> int:
        """Call a runner's method; `waiter` gets the answer. The call's number."""
        call = next(self._calls) & 0xFFFFFFFF
        self.waiters[call] = waiter
        self.send(frame(RUN, call, payload, target, parent=parent))
        return call

    def run_for_call(self, target: int, payload: bytes, call: int) -> None:
        """Call a runner's method whose outputs the engine takes as what `call` returns."""
        self.send(frame(RUN, 0, payload, target, FOR_CALL, call))

    def wait_for(self, target: int, payload: bytes, parent: int = 0) -> Any:
        """Call a runner's method and hold this thread until the answer is there."""
        if threading.get_ident() == self._reader:
            self._let_another_read(waits=True)
        waiter = Waiter()
        self.begin_run(target, payload, waiter, parent)
        waiter.lock.acquire()
        return waiter.answer

    def flush(self) -> None:
        """Write what has gathered."""
        with self._sending:
            parts = []
            while self._outgoing:
                parts.append(self._outgoing.popleft())
            if parts:
                self._socket.sendall(parts[0] if len(parts) == 1 else b"".join(parts))

    def busy(self, on_long: Callable[[bool], None]) -> None:
        """The reading thread begins a user's function; `on_long` is told if that takes long.

        It is called with whether the function waits for a runner by itself.
        """
        self._on_long = on_long
        self._busy_since = now = time.monotonic()
        if self._outgoing and now - self._flushed_at > _FLUSH_AFTER:
            self.flush()
            self._flushed_at = now
        if not self._watching:
            self._wake_watchman.set()

    def idle(self) -> None:
        """The user's function has given its thread back."""
        if threading.get_ident() == self._reader:
            self._busy_since = 0.0

    def is_reader(self) -> bool:
        """Whether this thread is the one that reads."""
        return threading.get_ident() == self._reader

    def _read_on(self) -> None:
        me = self._reader = threading.get_ident()
        frames, on_frame = self._frames, self._on_frame
        try:
            while self._reader == me:
                try:
                    one = frames.popleft()
                except IndexError:
                    if not self._receive(me):
                        return
                    continue
                on_frame(*one)
        except OSError:
            self._closed.set()

    def _receive(self, me: int) -> bool:
        """Wait for frames. False when the engine is gone, or another thread reads now."""
        with self._reading:
            if self._reader != me:
                return False
            if self._frames:
                return True  # Another thread had read them when it was the one that reads.
            if self._outgoing:
                self.flush()
            self._flushed_at = time.monotonic()
            large = missing(self._rest)
            buffer = self._buffer if large <= _READ else memoryview(bytearray(large))
            begins = not self._rest  # Else it waits for the rest of a frame.
            size = self._look(buffer) if begins else -1
            if size < 0:
                size = self._socket.recv_into(buffer, 0, socket.MSG_WAITALL if large > _READ else 0)
            if not size:
                self._closed.set()
                return False
            found, self._rest = split(self._rest + bytes(buffer[:size]))
            self._frames.extend(found)
            if begins and self._looking is not None:
                self._looking.came([one[0] for one in found], time.monotonic())
            return True

    def _look(self, buffer: memoryview) -> int:
        """How many bytes came while this looked for them; -1 where it should sleep."""
        if self._looking is None or not self._looking.is_worth_it(self._flushed_at):
            return -1
        until = self._flushed_at + LONGEST
        while time.monotonic() < until:
            try:
                return self._socket.recv_into(buffer, 0, socket.MSG_DONTWAIT)
            except BlockingIOError:
                os.sched_yield()  # Who sends it may be waiting for this very processor.
        self._looking.in_vain()
        return -1

    def _let_another_read(self, waits: bool) -> None:
        """Some other thread becomes the reading one; this one is held by a user's function."""
        self._on_long(waits)
        self._busy_since = 0.0
        self._reader = 0
        threading.Thread(target=self._read_on, name="ekiben-lane", daemon=True).start()

    def _watch(self) -> None:
        quiet = 0
        while True:
            since = self._busy_since
            if since and time.monotonic() - since > LONG:
                self._let_another_read(waits=False)
            quiet = 0 if since else quiet + 1
            self._watching = quiet < 20
            if not self._watching:
                self._wake_watchman.clear()
                if not self._busy_since:
                    self._wake_watchman.wait()
                quiet = 0
                self._watching = True
            time.sleep(LONG / 2)


class Driven:
    """A coroutine form on the reading thread, from one runner's call to the next.

    Args:
        coroutine: The function's coroutine form, called.
        codec: Encodes the runners' calls and decodes their answers; both may raise.
        done: Gets the result, or the exception that the function raised.
        on_long: Is told if the function holds the reading thread for long.
        parent: The number of the call that the function answers.
        within: Calls what it is given in the request's context.
        may_leave: Whether the engine may take the outputs of the function's last call as its
            result; `done` is then not called.
    """

    __slots__ = (
        "_codec", "_coroutine", "_done", "_lane", "_may_leave", "_on_long", "_parent", "_waiting",
        "_within",
    )  # fmt: skip

    def __init__(
        self,
        lane: Lane,
        coroutine: Coroutine[RunnerCall, Any, Any],
        codec: Any,
        done: Callable[[Any, BaseException | None], None],
        on_long: Callable[[bool], None],
        parent: int,
        within: Callable[..., Any],
        may_leave: bool = False,
    ) -> None:
        self._lane = lane
        self._coroutine = coroutine
        self._codec = codec
        self._done = done
        self._on_long = on_long
        self._parent = parent
        self._within = within
        self._may_leave = may_leave
        self._waiting: RunnerCall | None = None

    def deliver(self, answer: Any) -> None:
        """Go on with the runner's answer; called by the thread that reads."""
        self._lane.busy(self._on_long)
        try:
            value = self._codec.decode(self._waiting.method, answer)
        except Exception as error:
            return self.go_on(None, error)
        return self.go_on(value)

    def go_on(self, value: Any = None, raised: Exception | None = None) -> None:
        """Run until the function waits for a runner or ends. The lane has been told: busy()."""
        lane, within, coroutine = self._lane, self._within, self._coroutine
        while True:
            try:
                if raised is None:
                    wanted = within(coroutine.send, value)
                else:
                    wanted = within(coroutine.throw, raised)
            except StopIteration as stop:
                lane.idle()
                return self._done(stop.value, None)
            except BaseException as error:
                lane.idle()
                return self._done(None, error)
            raised = None
            try:
                target, payload = self._codec.encode(wanted.method, wanted.args, wanted.kwargs)
            except Unencodable:
                try:
                    value = within(wanted.method.run, *wanted.args, **wanted.kwargs)
                except Exception as error:
                    raised = error
                continue
            except Exception as error:
                raised = error
                continue
            lane.idle()
            if self._may_leave and wanted.is_last:
                coroutine.close()
                return lane.run_for_call(target, payload, self._parent)
            self._waiting = wanted
            lane.begin_run(target, payload, self, self._parent)
            return None


def _nothing(waits: bool) -> None:
    pass
