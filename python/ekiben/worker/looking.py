# SPDX-License-Identifier: Apache-2.0
"""Whether a thread that waits for frames looks for them again and again, or sleeps.

The engine's loop decides so as well (docs/decisions/0007): waking a thread takes longer than a
cheap model's answer, and looking takes a core.
"""

from __future__ import annotations

from .frames import RELEASE

LONGEST = 100e-6
"""Seconds that a thread looks at most."""

# From one wait to the next: a wake, the engine's work, and ours.
_BRISK = 300e-6
_FEWEST, _MOST = 4, 32


class Looking:
    """Looks only for frames that come one at a time, each soon after the last was answered.

    Plain values in and out; times are those of one clock, in seconds. Belongs to one thread at a
    time.
    """

    __slots__ = ("_alike", "_looks", "_needed", "_since")

    def __init__(self) -> None:
        self._alike = 0  # Brisk frames in a row.
        self._needed = _FEWEST  # So many before it looks.
        self._since = 0.0
        self._looks = False  # What is_worth_it() said last.

    def is_worth_it(self, now: float) -> bool:
        """Whether to look; `now` the thread has nothing left to do."""
        self._since = now
        self._looks = self._alike >= self._needed
        return self._looks

    def came(self, kinds: list[int], now: float) -> None:
        """Whole frames of these kinds came at once, after the wait that is_worth_it() began."""
        frames = len(kinds)
        if frames > 1:  # Memory is given back with what is asked next.
            frames -= kinds.count(RELEASE)
        if self._looks:
            self._needed = _FEWEST
        if frames == 1 and now - self._since < _BRISK:
            if self._alike < _MOST:
                self._alike += 1
            return
        self._alike = self._alike // 2 if frames <= 2 else 0

    def in_vain(self) -> None:
        """Nothing came while it looked; what comes later is for came()."""
        self._looks = False
        self._alike = 0
        self._needed = min(2 * self._needed, _MOST)
