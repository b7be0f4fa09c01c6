# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from ekiben.exceptions import BadInput, InvalidArgument, UnencodableResult
from ekiben.io import SSE, Blob, Text, from_spec


def test_text_is_text_on_both_sides() -> None:
    assert Text().decode("grüß") == "grüß"
    assert Text().encode("grüß") == "grüß"
    assert Text().encode("grüß".encode()) == "grüß"
    assert Text().decode(Blob("ä".encode())) == "ä"


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(BadInput, match="Text expects UTF-8"):
        Text().decode(Blob(b"\xff"))
    with pytest.raises(BadInput, match="Text expects text, got None"):
        Text().decode(None)
    for result in (3, None, ["a"], b"\xff", "\ud800"):
        with pytest.raises(UnencodableResult):
            Text().encode(result)


def test_a_stream_that_is_returned_is_told_to_be_yielded() -> None:
    with pytest.raises(UnencodableResult, match="a generator, where Text expects text") as caught:
        Text().encode(piece for piece in "ab")
    assert "yield piece" in caught.value.hint


def test_a_plan_says_whether_the_text_is_a_stream_of_events() -> None:
    assert Text().plan() == {
        "name": "Text",
        "value": "text",
        "content_type": "text/plain",
        "stream": False,
        "schema": {"type": "string"},
        "io": {"id": "bentoml.io.Text"},
    }
    events = Text(content_type="text/event-stream").plan()
    assert events["stream"]
    assert events["content_type"] == "text/event-stream"
    assert from_spec(events["io"]).mime_type == "text/event-stream"
    with pytest.raises(InvalidArgument, match="neither text/plain nor text/event-stream"):
        Text(content_type="text/html")


def test_a_sample_is_the_example() -> None:
    assert Text.from_sample("bento").plan()["example"] == "bento"
    assert Text.from_sample(b"bento").sample == "bento"
    with pytest.raises(BadInput):
        Text.from_sample(3)


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (SSE("hi"), "data: hi\n\n"),
        (SSE("a\nb\r\nc"), "data: a\ndata: b\ndata: c\n\n"),
        (SSE("", event="end", id="7", retry=10), "event: end\nid: 7\nretry: 10\ndata: \n\n"),
    ],
)
def test_events_are_written_and_read_as_browsers_do(event: SSE, text: str) -> None:
    assert Text(content_type="text/event-stream").encode(event) == text
    assert SSE.parse(text).marshal() == text


def test_an_event_cannot_smuggle_in_another() -> None:
    for event in (SSE("", event="a\ndata: b"), SSE("", id="a\r\rdata: b")):
        with pytest.raises(InvalidArgument, match="has a line break"):
            event.marshal()


def test_a_stream_of_events_is_read_wherever_it_is_cut() -> None:
    events = [SSE("a\nb", event="x"), SSE("ä", id="1"), SSE("")]
    whole = "".join(event.marshal() for event in events)

    async def read(width: int) -> list[Any]:
        async def pieces() -> AsyncIterator[str]:
            for start in range(0, len(whole), width):
                yield whole[start : start + width]

        return [event async for event in SSE.from_iterator(pieces())]

    for width in range(1, len(whole) + 1):
        assert asyncio.run(read(width)) == events
