# SPDX-License-Identifier: Apache-2.0
"""Arguments of a runner's method as bytes: wire values, and the Python objects that have a kind.

No pickle: what has no encoding here cannot go to another process.
"""

from __future__ import annotations

import importlib
import json
from typing import Any

from ..io.wire import Blob, Json
from .values import (
    FIRST_OPAQUE,
    Decoder,
    Encoder,
    Unencodable,
    counts,
    opaque,
    read_counts,
    text,
)

# Kinds of Python's own. What is in them is arguments again.
LIST, TUPLE, DICT, PLAIN, BYTES, SCALAR, FRAME, SERIES, IMAGE, PYDANTIC, TORCH, SPARSE, ARRAY = (
    range(FIRST_OPAQUE, FIRST_OPAQUE + 13)
)

# Of numpy, beside what tensors hold: dates, spans of time, complex numbers, bytes, long doubles.
_OTHER_ARRAYS = "MmcSf"


_ONE = counts(1)  # Before a single argument.


class ArgumentEncoder(Encoder):
    """Encodes arguments and results of a runner's methods."""

    def call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bytes:
        """Positional and named arguments.

        Raises:
            Unencodable: If one of them has no encoding.
        """
        if len(args) == 1 and not kwargs:
            return _ONE + self.any(args[0])
        parts = [counts(len(args), len(kwargs))]
        parts += [self.any(one) for one in args]
        for name, one in kwargs.items():
            parts += (text(name), self.any(one))
        return b"".join(parts)

    def any(self, value: Any) -> bytes:
        """One argument or result."""
        encoded = self.tensor(value)
        if encoded is not None:
            return encoded
        if value is None or isinstance(value, (str, Json, Blob)):
            return self.value(value)
        if isinstance(value, (bool, int, float)) and type(value).__module__ != "numpy":
            return opaque(PLAIN, json.dumps(value).encode())
        if isinstance(value, (bytes, bytearray, memoryview)):
            return opaque(BYTES, bytes(value))
        return self._compound(value)

    def _compound(self, value: Any) -> bytes:
        inner = ArgumentEncoder()  # What lies within goes inline.
        if type(value) in (list, tuple):
            content = counts(len(value)) + b"".join(inner.any(one) for one in value)
            return opaque(LIST if type(value) is list else TUPLE, content, len(value))
        if isinstance(value, dict):
            pairs = [inner.any(key) + inner.any(one) for key, one in value.items()]
            return opaque(DICT, counts(len(pairs)) + b"".join(pairs))
        for matches, encode in _LIBRARIES:
            if matches(value):
                return encode(value, inner)
        raise Unencodable(f"a {_full_name(type(value))} has no encoding for another process")


class ArgumentDecoder(Decoder):
    """Decodes what ArgumentEncoder wrote."""

    def call(self, data: bytes, at: int) -> tuple[tuple[Any, ...], dict[str, Any], int]:
        """Positional and named arguments, and where the next call begins."""
        positional, named = read_counts(data, at)
        at += 8
        if positional == 1 and not named:
            one, at = self.value(data, at)
            return (one,), {}, at
        args = []
        for _ in range(positional):
            one, at = self.value(data, at)
            args.append(one)
        kwargs = {}
        for _ in range(named):
            name, at = self.value(data, at)
            kwargs[name], at = self.value(data, at)
        return tuple(args), kwargs, at

    def opaque(self, kind: int, content: bytes) -> Any:
        """A Python object of one of the kinds above."""
        if kind == PLAIN:
            return json.loads(content)
        if kind == BYTES:
            return bytes(content)
        if kind in (LIST, TUPLE):
            items = self._items(content, 1)
            return items if kind == LIST else tuple(items)
        if kind == DICT:
            flat = self._items(content, 2)
            return dict(zip(flat[::2], flat[1::2], strict=True))
        if kind in _DECODERS:
            return _DECODERS[kind](self._items(content, 1))
        return super().opaque(kind, content)

    def _items(self, content: bytes, each: int) -> list[Any]:
        count, at = read_counts(content, 0)[0], 8
        items = []
        for _ in range(count * each):
            one, at = self.value(content, at)
            items.append(one)
        return items


def _packed(kind: int, inner: ArgumentEncoder, *items: Any, rows: int = 1) -> bytes:
    return opaque(kind, counts(len(items)) + b"".join(inner.any(one) for one in items), rows)


def _full_name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _is(module: str, *names: str) -> Any:
    """Whether a value's class, or one that it derives from, is `module`'s; imports nothing."""

    def matches(value: Any) -> bool:
        return any(
            one.__module__.partition(".")[0] == module and one.__name__ in names
            for one in type(value).__mro__
        )

    return matches


def _encode_scalar(value: Any, inner: ArgumentEncoder) -> bytes:
    import numpy as np

    return _packed(SCALAR, inner, np.asarray(value))


def _encode_array(value: Any, inner: ArgumentEncoder) -> bytes:
    if value.dtype.kind not in _OTHER_ARRAYS or hasattr(value, "mask"):
        raise Unencodable(f"an array of dtype '{value.dtype}' has no encoding for another process")
    rows = value.shape[0] if value.ndim else 1
    content = (value.dtype.str, list(value.shape), value.tobytes())
    return _packed(ARRAY, inner, *content, rows=rows)


def _decode_array(items: list[Any]) -> Any:
    import numpy as np

    dtype, shape, data = items
    return np.ndarray(shape, np.dtype(dtype), bytearray(data))


def _encode_image(value: Any, inner: ArgumentEncoder) -> bytes:
    palette = value.getpalette() if value.mode == "P" else None
    return _packed(IMAGE, inner, value.mode, list(value.size), value.tobytes(), palette)


def _decode_image(items: list[Any]) -> Any:
    from PIL import Image

    mode, size, pixels, palette = items
    image = Image.frombytes(mode, tuple(size), pixels)
    if palette is not None:
        image.putpalette(palette)
    return image


def _encode_pydantic(value: Any, inner: ArgumentEncoder) -> bytes:
    dump = getattr(value, "model_dump_json", None) or value.json
    return _packed(PYDANTIC, inner, _full_name_of_model(type(value)), dump())


def _full_name_of_model(kind: type) -> str:
    return f"{kind.__module__}:{kind.__qualname__}"


def _decode_pydantic(items: list[Any]) -> Any:
    path, document = items
    module, _, name = path.partition(":")
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    parse = getattr(found, "model_validate_json", None) or found.parse_raw
    return parse(document)


def _encode_torch(value: Any, inner: ArgumentEncoder) -> bytes:
    array = value.detach().cpu().numpy()
    rows = array.shape[0] if array.ndim else 1
    return _packed(TORCH, inner, array, rows=rows)


def _decode_torch(items: list[Any]) -> Any:
    import torch

    return torch.from_numpy(items[0])


def _encode_sparse(value: Any, inner: ArgumentEncoder) -> bytes:
    rows = value.tocsr()
    is_array = not hasattr(value, "getrow")  # Which matrices have, and arrays have not.
    content = (rows.data, rows.indices, rows.indptr, list(rows.shape), is_array)
    return _packed(SPARSE, inner, *content, rows=rows.shape[0])


def _decode_sparse(items: list[Any]) -> Any:
    from scipy import sparse

    data, indices, indptr, shape, is_array = items
    make = sparse.csr_array if is_array else sparse.csr_matrix
    return make((data, indices, indptr), shape=tuple(shape))


def _encode_table(value: Any, inner: ArgumentEncoder) -> bytes:
    from . import tables

    is_frame = value.ndim == 2
    content = tables.frame_content(value) if is_frame else tables.series_content(value)
    return _packed(FRAME if is_frame else SERIES, inner, *content, rows=len(value))


def _decode_frame(items: list[Any]) -> Any:
    from . import tables

    return tables.frame_of(items)


def _decode_series(items: list[Any]) -> Any:
    from . import tables

    return tables.series_of(items)


_LIBRARIES = (
    (_is("numpy", "generic"), _encode_scalar),
    (_is("numpy", "ndarray"), _encode_array),
    (_is("pandas", "DataFrame", "Series"), _encode_table),
    (_is("PIL", "Image"), _encode_image),
    (_is("pydantic", "BaseModel"), _encode_pydantic),
    (_is("torch", "Tensor"), _encode_torch),
    (_is("scipy", "spmatrix", "sparray"), _encode_sparse),
)

_DECODERS = {
    SCALAR: lambda items: items[0][()],
    ARRAY: _decode_array,
    FRAME: _decode_frame,
    SERIES: _decode_series,
    IMAGE: _decode_image,
    PYDANTIC: _decode_pydantic,
    TORCH: _decode_torch,
    SPARSE: _decode_sparse,
}
