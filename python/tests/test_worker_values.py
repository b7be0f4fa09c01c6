# SPDX-License-Identifier: Apache-2.0
"""Frames and wire values: what is written is what is read."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pytest

from ekiben.io.wire import Blob, Json
from ekiben.worker.frames import CHUNK, HEADER_SIZE, RUN, frame, missing, padded, split
from ekiben.worker.values import Decoder, Encoder, Unencodable, text


def returned(value: Any) -> Any:
    """The value, encoded and decoded."""
    data = Encoder().value(value)
    assert len(data) % 8 == 0
    decoded, end = Decoder().value(data, 0)
    assert end == len(data)
    return decoded


def test_a_frame_is_read_as_it_was_written() -> None:
    data = frame(RUN, 7, b"abc", target=3, flags=1, parent=9)
    assert len(data) == HEADER_SIZE + 8
    assert struct.unpack_from("<I", data, 12) == (9,)
    (one,), rest = split(data)
    assert one == (RUN, 7, 3, 1, data, HEADER_SIZE)
    assert data[one[5] :] == b"abc\0\0\0\0\0"
    assert rest == b""


def test_frames_come_in_whatever_pieces_the_socket_gives() -> None:
    written = frame(RUN, 1, b"a" * 16) + frame(CHUNK, 2) + frame(RUN, 3, b"b" * 24)
    for size in (1, 5, 16, 17, 40):
        found, rest = [], b""
        for at in range(0, len(written), size):
            some, rest = split(rest + written[at : at + size])
            found += some
        assert [(one[0], one[1]) for one in found] == [(RUN, 1), (CHUNK, 2), (RUN, 3)]
        assert rest == b""


def test_what_a_frame_still_lacks_is_known_from_its_header_on() -> None:
    data = frame(RUN, 1, b"a" * 100)
    assert missing(data[:15]) == 0
    assert missing(data[:16]) == 104
    assert missing(data[:100]) == len(data) - 100
    assert missing(data) == 0


def test_bytes_are_padded_to_eight() -> None:
    for size in range(20):
        for data in (b"x" * size, bytearray(b"x" * size), memoryview(b"x" * size)):
            filled = padded(data)
            assert len(filled) % 8 == 0
            assert filled.rstrip(b"\0") == b"x" * size


@pytest.mark.parametrize(
    "value", [None, "", "text", "ünïcode 🍱", Json(b'{"a": [1]}'), Json(b"null"), {}]
)
def test_a_value_comes_back(value: Any) -> None:
    assert returned(value) == value


def test_a_blob_comes_back_with_its_names() -> None:
    for data in (b"", b"1234567", memoryview(b"12345678")):
        found = returned(Blob(data, "image/png", "ä b.png"))
        assert (bytes(found.data), found.media_type, found.filename) == (
            bytes(data),
            "image/png",
            "ä b.png",
        )


def test_parts_hold_values_of_every_kind() -> None:
    found = returned({"b": None, "a": np.arange(3), "c": {"d": Json(b"1"), "e": "x"}})
    assert list(found) == ["b", "a", "c"]
    assert found["a"].tolist() == [0, 1, 2]
    assert found["c"] == {"d": Json(b"1"), "e": "x"}


@pytest.mark.parametrize(
    "dtype",
    [
        "bool",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "int8",
        "int16",
        "int32",
        "int64",
        "float16",
        "float32",
        "float64",
    ],
)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3), (2, 0, 3), (1, 1, 1, 1, 1, 1, 1, 2)])
def test_an_array_comes_back(dtype: str, shape: tuple[int, ...]) -> None:
    array = (np.arange(np.prod(shape, dtype=int)) % 2).astype(dtype).reshape(shape)
    encoder, decoder = Encoder(), Decoder()
    for _ in range(2):  # The second time both know its head.
        found, _ = decoder.value(encoder.value(array), 0)
        assert found.dtype == array.dtype
        assert found.shape == shape
        np.testing.assert_array_equal(found, array)
        assert found.flags.writeable


def test_an_array_of_any_layout_comes_back() -> None:
    table = np.arange(12.0).reshape(3, 4)
    for array in (table.T, table[:, ::2], table[::-1], np.asfortranarray(table)):
        np.testing.assert_array_equal(returned(array), array)
    swapped = np.arange(3, dtype=">i4")
    assert returned(swapped).tolist() == [0, 1, 2]
    assert returned(swapped).dtype == np.dtype("int32")


def test_strings_come_back() -> None:
    for array in (
        np.array(["a", "", "ünïcode", "longer than the others"]),
        np.array([["a"], ["b"]]),
        np.array("scalar"),
        np.array([], dtype=str),
        np.array(["x", "a\0b"], dtype=object),
    ):
        found = returned(array)
        assert found.shape == array.shape
        assert found.tolist() == array.tolist()


@pytest.mark.parametrize(
    "value",
    [
        object(),
        3,
        b"bytes",
        [1, 2],
        np.array([1, "a", None], dtype=object),
        np.array(["2020-01-01"], dtype="M8[D]"),
        np.array([1j]),
        np.ma.array([1, 2], mask=[0, 1]),
        np.zeros((1,) * 9),
        {"part": object()},
    ],
)
def test_what_the_engine_has_no_value_for_is_refused(value: Any) -> None:
    encoder = Encoder()
    encoder.value(np.array([1, 2]))
    with pytest.raises(Unencodable):
        encoder.value(value)


def test_a_text_that_utf8_cannot_say_does_not_break_the_stream() -> None:
    assert Decoder().value(text("a\ud800b"), 0) == ("a?b", 16)
