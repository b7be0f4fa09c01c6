# SPDX-License-Identifier: Apache-2.0
"""Server-sent events, for streams of `Text(content_type="text/event-stream")`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from ..exceptions import InvalidArgument


@dataclass
class SSE:
    """One server-sent event.

    Attributes:
        data: Its text; each of its lines travels as one.
        event: Its type; a browser's `addEventListener` has it.
        id: What a client sends as Last-Event-ID when it connects again.
        retry: Milliseconds that a client waits before it does.
    """

    data: str
    event: str | None = None
    id: str | None = None
    retry: int | None = None

    def marshal(self) -> str:
        """The event as it travels, with the empty line that ends it.

        Raises:
            InvalidArgument: If the type or the id has a line break, which would end it.
        """
        for name, value in (("event", self.event), ("id", self.id)):
            if value is not None and ("\n" in value or "\r" in value):
                raise InvalidArgument(f"SSE {name} {value!r} has a line break")
        lines = [f"event: {self.event}"] if self.event else []
        if self.id is not None:
            lines.append(f"id: {self.id}")
        if self.retry is not None:
            lines.append(f"retry: {self.retry}")
        text = self.data.replace("\r\n", "\n").replace("\r", "\n")
        lines += [f"data: {line}" for line in text.split("\n")]
        return "\n".join(lines) + "\n\n"

    @classmethod
    def parse(cls, text: str) -> SSE:
        """The event of the lines before an empty one; what is no field is left out."""
        data: list[str] = []
        fields: dict[str, str] = {}
        for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if name == "data":
                data.append(value)
            elif name:
                fields[name] = value
        retry = fields.get("retry", "")
        return cls(
            "\n".join(data),
            fields.get("event"),
            fields.get("id"),
            int(retry) if retry.isdecimal() else None,
        )

    @classmethod
    async def from_iterator(cls, async_iterator: AsyncIterator[str]) -> AsyncIterator[SSE]:
        """The events of a stream that comes in pieces of any length."""
        rest = ""
        async for piece in async_iterator:
            *events, rest = (rest + piece).split("\n\n")
            for event in events:
                if event.strip():
                    yield cls.parse(event)
        if rest.strip():
            yield cls.parse(rest)
