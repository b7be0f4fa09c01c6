# SPDX-License-Identifier: Apache-2.0
"""Wire values as bytes, as src/worker/wire_value.h has them, and Python's own kinds beside them."""

from __future__ import annotations

import json
import struct
from typing import Any

from ..io.wire import Blob, Json
from .frames import padded

_HEAD = struct.Struct("<BBBBI")  # kind, a, b, c, count
_COUNTS = struct.Struct("<II")
_U64 = struct.Struct("<Q")
_I64 = struct.Struct("<q")

NULL, TENSOR, JSON, TEXT, BLOB, PARTS = range(6)
FIRST_OPAQUE = 16

# Tensors of at least so many bytes go through shared memory where there is room.
SHARED_FROM = 64 << 10
MOST_AXES = 8

# The engine's numbers of data types.
TYPE_NAMES = {
    1: "bool", 2: "uint8", 3: "uint16", 4: "uint32", 5: "uint64", 6: "int8", 7: "int16",
    8: "int32", 9: "int64", 10: "float16", 11: "float32", 12: "float64",
}  # fmt: skip
STRING = 13
_TYPE_OF = {name: number for number, name in TYPE_NAMES.items()}


class Unencodable(TypeError):
    """The value has no encoding, so it cannot go to another process."""


class Encoder:
    """Encodes values; large arrays go through `memory` where one is given."""

    def __init__(self, memory: Any = None) -> None:
        self._memory = memory
        # The first bytes of small arrays, by class, data type and shape.
        self._heads: dict[tuple[type, Any, tuple[int, ...]], bytes] = {}

    def value(self, value: Any) -> bytes:
        """A wire value: ndarray, Json, str, Blob, dict of wire values, or None.

        Raises:
            Unencodable: If it is something else.
        """
        if value is None:
            return head(NULL)
        encoded = self.tensor(value)
        if encoded is not None:
            return encoded
        if isinstance(value, str):
            return text(value)
        if isinstance(value, Json):
            return head(JSON, len(value.text)) + padded(value.text)
        if isinstance(value, Blob):
            names = text(value.media_type) + text(value.filename)
            return head(BLOB, len(value.data)) + names + padded(value.data)
        if isinstance(value, dict):
            parts = [text(name) + self.value(part) for name, part in value.items()]
            return head(PARTS, len(parts)) + b"".join(parts)
        raise Unencodable(f"a {type(value).__name__} is no value that can be sent")

    def tensor(self, array: Any) -> bytes | None:
        """An ndarray of numbers, bools or strings; None where it is something else."""
        try:
            known = self._heads.get((type(array), array.dtype, array.shape))
        except (AttributeError, TypeError):
            return None
        if known is not None:
            return known + padded(array.tobytes())
        return self._new_tensor(array)

    def _new_tensor(self, array: Any) -> bytes | None:
        import numpy as np

        if not isinstance(array, np.ndarray) or array.ndim > MOST_AXES:
            return None
        if isinstance(array, np.ma.MaskedArray):
            return None  # What its mask hides has no value to be sent.
        if array.dtype.kind in "UTO":
            return _strings(array)
        if not array.dtype.isnative:
            array = array.astype(array.dtype.newbyteorder("="))
        number = _TYPE_OF.get(array.dtype.name)
        if number is None:
            return None
        axes = struct.pack(f"<{array.ndim}q", *array.shape)
        size = _U64.pack(array.nbytes)
        if array.nbytes >= SHARED_FROM:
            array = np.ascontiguousarray(array)
            offset = self._memory.put(array) if self._memory is not None else None
            if offset is not None:
                return head(TENSOR, 0, number, array.ndim, 1) + axes + size + _U64.pack(offset)
            return head(TENSOR, 0, number, array.ndim) + axes + size + padded(array.tobytes())
        first = head(TENSOR, 0, number, array.ndim) + axes + size
        if type(array) is np.ndarray and len(self._heads) < 1000:
            self._heads[np.ndarray, array.dtype, array.shape] = first
        return first + padded(array.tobytes())


class Decoder:
    """Decodes values; arrays in shared memory are views of `memory` and are not copied."""

    def __init__(self, memory: Any = None) -> None:
        self._memory = memory
        # What the first bytes of small tensors mean: numpy's class, shape, data type, size.
        self._tensors: dict[bytes, tuple[Any, tuple[int, ...], Any, int]] = {}

    def value(self, data: bytes, at: int) -> tuple[Any, int]:
        """The value at `at`, and where the next one begins."""
        kind, a, b, c, count = _HEAD.unpack_from(data, at)
        if kind == TENSOR:
            return self._tensor(data, at, a, b, c)
        at += 8
        if kind == TEXT:
            end = at + count
            return str(data[at:end], "utf-8"), end + -count % 8
        if kind == NULL:
            return None, at
        if kind == JSON:
            return Json(data[at : at + count]), at + _round(count)
        if kind == BLOB:
            media_type, at = self.value(data, at)
            filename, at = self.value(data, at)
            return Blob(data[at : at + count], media_type, filename), at + _round(count)
        if kind == PARTS:
            parts = {}
            for _ in range(count):
                name, at = self.value(data, at)
                parts[name], at = self.value(data, at)
            return parts, at
        return self.opaque(kind, data[at + 8 : at + 8 + count]), at + 8 + _round(count)

    def opaque(self, kind: int, content: bytes) -> Any:
        """A value of Python's own; subclasses know some."""
        raise ValueError(f"a value of the unknown kind {kind}")

    def _tensor(self, data: bytes, at: int, number: int, rank: int, shared: int) -> tuple[Any, int]:
        begin = at + 16 + 8 * rank
        first = data[at:begin]
        known = self._tensors.get(first)
        if known is not None:
            ndarray, shape, dtype, size = known
            end = begin + size
            return ndarray(shape, dtype, bytearray(data[begin:end])), end + -size % 8
        import numpy as np

        shape = struct.unpack_from(f"<{rank}q", data, at + 8)
        (size,) = _U64.unpack_from(data, begin - 8)
        count = int(np.prod(shape, dtype=np.int64))
        if number == STRING:
            if shared:
                (offset,) = _U64.unpack_from(data, begin)
                raw = self._memory.view(offset, size)
                return _from_strings(raw, count, shape), begin + 8
            raw = data[begin : begin + size]
            return _from_strings(raw, count, shape), begin + _round(size)
        dtype = np.dtype(TYPE_NAMES[number])
        if shared:
            (offset,) = _U64.unpack_from(data, begin)
            return self._memory.array(offset, dtype, count).reshape(shape), begin + 8
        if len(self._tensors) < 1000:
            self._tensors[bytes(first)] = (np.ndarray, shape, dtype, size)
        array = np.ndarray(shape, dtype, bytearray(data[begin : begin + size]))
        return array, begin + _round(size)


def head(kind: int, count: int = 0, a: int = 0, b: int = 0, c: int = 0) -> bytes:
    """The first 8 bytes of a value."""
    return _HEAD.pack(kind, a, b, c, count)


def text(value: str) -> bytes:
    """A text, padded; what UTF-8 cannot say becomes '?'."""
    data = value.encode("utf-8", "replace")
    return head(TEXT, len(data)) + padded(data)


def json_text(value: Any) -> bytes:
    """A JSON document as a text: what READY, FAILED and ERROR frames carry."""
    return text(json.dumps(value, ensure_ascii=False))


def counts(first: int, second: int = 0) -> bytes:
    """Two numbers that lie before what they count."""
    return _COUNTS.pack(first, second)


def read_counts(data: bytes, at: int) -> tuple[int, int]:
    """What counts() wrote."""
    return _COUNTS.unpack_from(data, at)


def opaque(kind: int, content: bytes, rows: int = 1) -> bytes:
    """A value that the engine passes on as it is; `rows` is what it counts for in a batch."""
    return head(kind, len(content)) + _I64.pack(rows) + padded(content)


def _round(size: int) -> int:
    return size + -size % 8


def _strings(array: Any) -> bytes | None:
    """An array of str in Arrow's layout; None where an element is something else."""
    flat = array.reshape(-1).tolist()
    if not all(type(one) is str for one in flat):
        return None
    encoded = [one.encode("utf-8", "replace") for one in flat]
    offsets, total = [0], 0
    for one in encoded:
        total += len(one)
        offsets.append(total)
    data = struct.pack(f"<{len(offsets)}Q", *offsets) + b"".join(encoded)
    axes = struct.pack(f"<{array.ndim}q", *array.shape)
    return head(TENSOR, 0, STRING, array.ndim) + axes + _U64.pack(len(data)) + padded(data)


def _from_strings(raw: bytes, count: int, shape: tuple[int, ...]) -> Any:
    import numpy as np

    offsets = struct.unpack_from(f"<{count + 1}Q", raw)
    begin = 8 * (count + 1)
    strings = [str(raw[begin + offsets[i] : begin + offsets[i + 1]], "utf-8") for i in range(count)]
    return np.array(strings, dtype=np.str_).reshape(shape)
