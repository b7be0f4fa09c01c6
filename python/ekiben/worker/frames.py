# SPDX-License-Identifier: Apache-2.0
"""Frames: a header of 16 bytes and a payload, as src/worker/frame.h has them."""

from __future__ import annotations

import struct

HEADER = struct.Struct("<IIHBBI")  # size, call, target, kind, flags, reserved
HEADER_SIZE = HEADER.size

# From the engine.
CALL, REPLY, CANCEL, BATCH, RELEASE, STOP = 1, 2, 3, 4, 5, 6
METRICS, CREDIT = 8, 9
# From the worker.
READY, FAILED, RESULT, ERROR, RUN, CHUNK, END, BATCH_RESULT = 32, 33, 34, 35, 36, 37, 38, 39
METRICS_RESULT, FETCH = 40, 41

# Flags of a REPLY: a report in place of the outputs.
FAILED_REPLY = 1
# Flags of a RUN and of the REPLY to it: the outputs are what the CALL returns.
FOR_CALL = 2

# The target of a CALL that is an HTTP request as it came, for a mounted application.
APPLICATIONS = 0xFFFF

_PADDING = (b"", b"\0" * 7, b"\0" * 6, b"\0" * 5, b"\0" * 4, b"\0" * 3, b"\0" * 2, b"\0")


def frame(
    kind: int, call: int, payload: bytes = b"", target: int = 0, flags: int = 0, parent: int = 0
) -> bytes:
    """One frame. `parent` is the call of an API function that a RUN belongs to."""
    size = len(payload)
    if size & 7:
        payload += _PADDING[size & 7]
        size = len(payload)
    return HEADER.pack(size, call, target, kind, flags, parent) + payload


def reserved(data: bytes, at: int) -> int:
    """The last field of the header of the frame whose payload begins at `at`."""
    return int.from_bytes(data[at - 4 : at], "little")


def padded(data: bytes | bytearray | memoryview) -> bytes:
    """The bytes, filled up to a multiple of 8."""
    rest = len(data) & 7
    return bytes(data) + _PADDING[rest] if rest else bytes(data)


def split(data: bytes) -> tuple[list[tuple[int, int, int, int, bytes, int]], bytes]:
    """The whole frames in `data`, and the rest.

    A frame is (kind, call, target, flags, data, where the payload begins).
    """
    found = []
    at, end = 0, len(data)
    unpack = HEADER.unpack_from
    while end - at >= HEADER_SIZE:
        size, call, target, kind, flags, _ = unpack(data, at)
        if end - at - HEADER_SIZE < size:
            break
        found.append((kind, call, target, flags, data, at + HEADER_SIZE))
        at += HEADER_SIZE + size
    return found, data[at:]


def missing(data: bytes) -> int:
    """How many bytes the frame that `data` begins with still lacks; 0 where that is not known."""
    if len(data) < HEADER_SIZE:
        return 0
    return max(0, HEADER.unpack_from(data)[0] + HEADER_SIZE - len(data))
