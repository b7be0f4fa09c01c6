# SPDX-License-Identifier: Apache-2.0
"""File: bytes of any kind, as an open file."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any, Literal

from ..exceptions import BadInput, InvalidArgument, UnencodableResult
from .base import IODescriptor
from .lazy import kind_of
from .wire import Blob, WireValue, main_type

_BINARY = "application/octet-stream"
_UNTOLD = "application/x-www-form-urlencoded"


class FileLike(io.BytesIO):
    """What a client sent, as a file that is open for reading and lies in memory.

    Attributes:
        name: As the client called it. It is no path: open nothing by it.
        mime_type: As the client said; empty where it did not.
    """

    def __init__(self, data: bytes = b"", name: str = "", mime_type: str = "") -> None:
        super().__init__(data)
        self.name = name
        self.mime_type = mime_type


class TextFileLike(io.StringIO):
    """A FileLike of text; its attributes are those."""

    def __init__(self, text: str = "", name: str = "", mime_type: str = "") -> None:
        super().__init__(text)
        self.name = name
        self.mime_type = mime_type


class File(IODescriptor[Any], descriptor_id="bentoml.io.File"):
    """A file: the body itself, or one part of a form.

    The function gets a file object; it returns one, or bytes, or text, which is written as UTF-8.

    Args:
        kind: `binaryio` or `textio`: what reading from the object gives, bytes or text.
        mime_type: The one media type that is taken and written; None takes any.
    """

    _wire_kind = "blob"

    def __init__(
        self, kind: Literal["binaryio", "textio"] = "binaryio", mime_type: str | None = None
    ) -> None:
        if kind not in ("binaryio", "textio"):
            raise InvalidArgument(f"File(kind={kind!r}) is neither 'binaryio' nor 'textio'")
        self._kind = kind
        self._mime_type = mime_type

    def _from_sample(self, sample: Any) -> Any:
        data: Any = sample
        name = "<sample>"
        if isinstance(sample, (str, os.PathLike)):
            path = Path(sample).expanduser()
            try:
                data = path.read_bytes()
            except OSError as error:
                raise BadInput(
                    f"File.from_sample() cannot read '{path}': {error.strerror}"
                ) from None
            name = path.name
            import mimetypes

            self._mime_type = self._mime_type or mimetypes.guess_type(path.name)[0]
        elif not isinstance(sample, bytes):
            data = _content(sample)
        return self._opened(data, name, self._mime_type or "")

    def input_type(self) -> type[Any]:
        return FileLike if self._kind == "binaryio" else TextFileLike

    def to_spec(self) -> dict[str, Any]:
        """Always says `binaryio`: BentoML knows no other, and its client would fail on the API."""
        return {
            "id": self.descriptor_id,
            "args": {"kind": "binaryio", "mime_type": self._mime_type},
        }

    def plan(self) -> dict[str, Any]:
        return {**super().plan(), "media_types": [self._mime_type] if self._mime_type else []}

    def openapi_schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "binary"}

    def decode(self, wire: WireValue) -> Any:
        if not isinstance(wire, Blob):
            raise BadInput(f"File expects a file, got {kind_of(wire)}")
        if self._mime_type and main_type(wire.media_type) != main_type(self._mime_type):
            raise BadInput(
                f"File expects '{self._mime_type}', got '{wire.media_type}'",
                hint="set the content type of the request, or of the form's part",
            )
        name = wire.filename or "<request body>"
        # What curl calls a body of which it was told nothing says nothing of a file.
        said = "" if main_type(wire.media_type) == _UNTOLD else wire.media_type
        return self._opened(bytes(wire.data), name, said)

    def encode(self, result: Any) -> Blob:
        media_type = self._mime_type or getattr(result, "mime_type", "") or _BINARY
        return Blob(_content(result), str(media_type))

    def _opened(self, data: bytes, name: str, mime_type: str) -> FileLike | TextFileLike:
        if self._kind == "binaryio":
            return FileLike(data, name, mime_type)
        try:
            return TextFileLike(data.decode(), name, mime_type)
        except UnicodeDecodeError as error:
            raise BadInput(f"File(kind='textio') expects UTF-8: {error}") from None


def _content(value: Any) -> bytes:
    content = value
    if hasattr(value, "read"):
        try:
            content = value.read()
        except (OSError, ValueError) as error:
            raise UnencodableResult(f"a file that cannot be read: {error}") from None
    if isinstance(content, str):
        return content.encode()
    if isinstance(content, (bytes, bytearray, memoryview)):
        return bytes(content)
    raise UnencodableResult(
        f"{kind_of(value)}, where File expects a file, bytes or text",
        hint="return open(path, 'rb') or bytes",
    )
