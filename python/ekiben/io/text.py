# SPDX-License-Identifier: Apache-2.0
"""Text: a str, or a stream of them."""

from __future__ import annotations

from typing import Any, Literal

from ..exceptions import BadInput, InvalidArgument, UnencodableResult
from .base import IODescriptor
from .lazy import kind_of
from .sse import SSE
from .wire import Blob, WireValue

_TYPES = ("text/plain", "text/event-stream")


class Text(IODescriptor[str], descriptor_id="bentoml.io.Text"):
    """Text in UTF-8. As output of a generator function it is a stream, of one piece a `yield`.

    Args:
        content_type: `text/plain`, or `text/event-stream` for a stream that browsers read as
            events; the function yields them as `SSE`, or written out as text.
    """

    _wire_kind = "text"
    _mime_type: str

    def __init__(
        self, content_type: Literal["text/plain", "text/event-stream"] = "text/plain"
    ) -> None:
        if content_type not in _TYPES:
            raise InvalidArgument(
                f"Text(content_type={content_type!r}) is neither {' nor '.join(_TYPES)}"
            )
        self._mime_type = content_type

    def _from_sample(self, sample: str | bytes) -> str:
        return self.decode(sample)

    def input_type(self) -> type[str]:
        return str

    def to_spec(self) -> dict[str, Any]:
        if self._mime_type == "text/plain":
            return {"id": self.descriptor_id}
        return {"id": self.descriptor_id, "args": {"content_type": self._mime_type}}

    @classmethod
    def from_spec(cls, spec: dict[str, Any]) -> Text:
        return cls(**spec.get("args", {}))

    def plan(self) -> dict[str, Any]:
        return {
            **super().plan(),
            "stream": self._mime_type == "text/event-stream",
        }

    def openapi_schema(self) -> dict[str, Any]:
        return {"type": "string"}

    def openapi_example(self) -> str | None:
        return self.sample

    def decode(self, wire: WireValue) -> str:
        if isinstance(wire, Blob):
            wire = bytes(wire.data)
        if isinstance(wire, bytes):
            try:
                return wire.decode()
            except UnicodeDecodeError as error:
                raise BadInput(f"Text expects UTF-8: {error}") from None
        if not isinstance(wire, str):
            raise BadInput(f"Text expects text, got {kind_of(wire)}")
        return wire

    def encode(self, result: Any) -> str:
        """The text of a result, or of one piece of a stream."""
        if isinstance(result, SSE):
            return result.marshal()
        if isinstance(result, bytes):
            try:
                return result.decode()
            except UnicodeDecodeError as error:
                raise UnencodableResult(
                    f"bytes that are not UTF-8: {error}", hint="File() writes bytes"
                ) from None
        if isinstance(result, str):
            return _writable(result)
        hint = "return str(…), or use JSON()"
        if hasattr(result, "__next__") or hasattr(result, "__anext__"):
            hint = "an API's function that streams has its own 'yield': for piece in …: yield piece"
        raise UnencodableResult(f"{kind_of(result)}, where Text expects text", hint=hint)


def _writable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UnencodableResult(f"text that UTF-8 has no form for: {error}") from None
    return text
