# SPDX-License-Identifier: Apache-2.0
"""When a thread that waits for frames looks for them instead of sleeping."""

from __future__ import annotations

import socket
import threading
import time

from ekiben.worker.frames import CALL, RELEASE, REPLY, frame
from ekiben.worker.lane import Lane
from ekiben.worker.looking import Looking

SOON, LATE = 50e-6, 0.01


def after(looking: Looking, waits: list[tuple[int, float]], begin: float = 0.0) -> float:
    """The time after waits that each ended with so many frames after so long."""
    now = begin
    for frames, took in waits:
        looking.is_worth_it(now)
        looking.came([CALL] * frames, now + took)
        now += took + SOON
    return now


def test_nobody_is_looked_for_at_first() -> None:
    assert not Looking().is_worth_it(1.0)


def test_one_frame_after_the_other_is_looked_for() -> None:
    looking = Looking()
    assert looking.is_worth_it(after(looking, [(1, SOON)] * 4))


def test_frames_that_come_together_or_late_are_slept_for() -> None:
    together, late = Looking(), Looking()
    assert not together.is_worth_it(after(together, [(1, SOON)] * 8 + [(3, SOON)]))
    assert not late.is_worth_it(after(late, [(1, LATE)] * 20))


def test_memory_that_comes_back_with_a_frame_is_no_frame_of_its_own() -> None:
    looking = Looking()
    for at in range(8):
        looking.is_worth_it(at * SOON)
        looking.came([RELEASE, CALL], at * SOON + SOON)
    assert looking.is_worth_it(8 * SOON)


def test_one_pause_is_forgiven_after_many_brisk_frames() -> None:
    looking = Looking()
    assert looking.is_worth_it(after(looking, [(1, SOON)] * 20 + [(1, LATE)]))


def test_looking_in_vain_makes_it_rarer() -> None:
    looking = Looking()
    now = after(looking, [(1, SOON)] * 4)
    assert looking.is_worth_it(now)
    looking.in_vain()
    assert not looking.is_worth_it(after(looking, [(1, SOON)] * 7, now))
    assert looking.is_worth_it(after(looking, [(1, SOON)], now))


def test_a_lane_that_looks_reads_what_comes_soon_and_what_comes_late() -> None:
    ours, engines = socket.socketpair()
    came = threading.Semaphore(0)
    got: list[int] = []

    def on_frame(kind: int, call: int, *_: object) -> None:
        got.append(call)
        came.release()

    lane = Lane(ours, on_frame, may_look=True)
    thread = threading.Thread(target=lane.run)
    thread.start()
    for call in range(200):
        if call % 50 == 49:
            time.sleep(LATE)  # It has given up looking by then.
        engines.sendall(frame(REPLY, call, b"12345678"))
        assert came.acquire(timeout=10)
    engines.close()
    thread.join(10)
    assert not thread.is_alive()
    assert got == list(range(200))
