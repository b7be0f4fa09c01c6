# SPDX-License-Identifier: Apache-2.0
"""Wire values: what travels between the engine and a worker, in Python.

A tensor is a numpy.ndarray, text is a str, a form is a dict of wire values, nothing at all is None;
the two that Python has no type for are here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Json:
    """JSON as it is written, UTF-8."""

    text: bytes | memoryview


@dataclass(frozen=True)
class Blob:
    """Bytes that the engine does not look into: an image, a file, a table.

    Attributes:
        data: The bytes themselves; a view is valid for as long as the request that it came with.
        media_type: As the header said it, parameters included; empty where none was sent.
        filename: As the client named it; empty where it did not. Never a path to open.
    """

    data: bytes | memoryview
    media_type: str = ""
    filename: str = ""


# numpy.ndarray | Json | str | Blob | dict[str, WireValue] | None
WireValue = Any


def main_type(media_type: str) -> str:
    """A media type without its parameters, in lower case: `text/csv` of `Text/CSV; header=yes`."""
    return media_type.partition(";")[0].strip().lower()
