# SPDX-License-Identifier: Apache-2.0
"""The memory that a worker shares with the engine: one block of pages for each direction."""

from __future__ import annotations

import mmap
import threading
import weakref
from collections.abc import Callable
from typing import Any

PAGE = 4096


class Memory:
    """Both directions. Large tensors lie here instead of in frames, and are not copied to be read.

    Any thread may use it.

    Args:
        incoming: Descriptor of what the engine writes.
        outgoing: Descriptor of what this process writes.
        size: Of each, in bytes.
        release: Tells the engine that it may use blocks of its own again, by their offsets.
    """

    def __init__(
        self, incoming: int, outgoing: int, size: int, release: Callable[[list[int]], None]
    ) -> None:
        self._incoming = mmap.mmap(incoming, size)
        self._outgoing = mmap.mmap(outgoing, size)
        self._release = release
        self._lock = threading.Lock()
        self._free: list[tuple[int, int]] = [(0, size)]  # Offset and size, by offset.
        self._taken: dict[int, int] = {}

    def array(self, offset: int, dtype: Any, count: int) -> Any:
        """The engine's tensor as a flat array over the shared pages, which can be written.

        The engine gets the block back when nobody has the array, or a view of it, any more.
        """
        import numpy as np

        array = np.frombuffer(self._incoming, dtype, count, offset)
        owner = _Block(array)
        weakref.finalize(owner, self._release, [offset])
        return np.asarray(owner)

    def view(self, offset: int, size: int) -> bytes:
        """A copy of the engine's bytes, which are given back at once."""
        data = self._incoming[offset : offset + size]
        self._release([offset])
        return data

    def put(self, array: Any) -> int | None:
        """Copy a contiguous array for the engine to read; its offset, or None where it is full."""
        import numpy as np

        offset = self._take(array.nbytes)
        if offset is not None:
            target = np.frombuffer(self._outgoing, array.dtype, array.size, offset)
            np.copyto(target, array.reshape(-1))
        return offset

    def give_back(self, offset: int) -> None:
        """The engine has read the block."""
        with self._lock:
            size = self._taken.pop(offset)
            self._free.append((offset, size))
            self._free.sort()
            joined: list[tuple[int, int]] = []
            for begin, length in self._free:
                if joined and sum(joined[-1]) == begin:
                    joined[-1] = (joined[-1][0], joined[-1][1] + length)
                else:
                    joined.append((begin, length))
            self._free = joined

    def _take(self, size: int) -> int | None:
        size = max(PAGE, -(-size // PAGE) * PAGE)
        with self._lock:
            for at, (offset, length) in enumerate(self._free):
                if length < size:
                    continue
                self._free[at : at + 1] = [(offset + size, length - size)] if length > size else []
                self._taken[offset] = size
                return offset
        return None


class _Block:
    """Keeps a shared array's pages from being used again for as long as a view of them is there."""

    def __init__(self, array: Any) -> None:
        self.__array_interface__ = array.__array_interface__
