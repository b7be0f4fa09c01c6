# SPDX-License-Identifier: Apache-2.0
"""multipart/form-data (RFC 7578): writing it, and reading it back."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser

from ..exceptions import BadInput


@dataclass(frozen=True)
class FormPart:
    """One part of a form; `filename` is empty where it is no file."""

    name: str
    data: bytes
    content_type: str = ""
    filename: str = ""


def write_form(parts: Iterable[FormPart]) -> tuple[bytes, str]:
    """A form as a body, and its content type."""
    parts = list(parts)
    boundary = secrets.token_hex(16)
    while any(boundary.encode() in part.data for part in parts):
        boundary = secrets.token_hex(16)
    pieces = []
    for part in parts:
        disposition = f'form-data; name="{_quoted(part.name)}"'
        if part.filename:
            disposition += f'; filename="{_quoted(part.filename)}"'
        head = [f"--{boundary}", f"Content-Disposition: {disposition}"]
        if part.content_type:
            head.append(f"Content-Type: {part.content_type}")
        head.append(f"Content-Length: {len(part.data)}")
        pieces += ["\r\n".join(head).encode(), b"\r\n\r\n", part.data, b"\r\n"]
    return b"".join([*pieces, f"--{boundary}--\r\n".encode()]), (
        f"multipart/form-data; boundary={boundary}"
    )


def read_form(body: bytes, content_type: str) -> list[FormPart]:
    """The parts of a form, in their order.

    Raises:
        BadInput: If the body is not a form of this content type.
    """
    message = Message()
    message["content-type"] = content_type
    boundary = message.get_param("boundary")
    if message.get_content_type() != "multipart/form-data" or not isinstance(boundary, str):
        raise BadInput(f"expected multipart/form-data with a boundary, got '{content_type}'")
    _, *segments = (b"\r\n" + body).split(b"\r\n--" + boundary.encode())
    if not segments or not segments[-1].startswith(b"--"):
        raise BadInput("the form does not end with its boundary")
    return [_part(segment) for segment in segments[:-1]]


def _part(segment: bytes) -> FormPart:
    head, separator, data = segment.lstrip(b" \t").partition(b"\r\n\r\n")
    headers = HeaderParser().parsestr(head.removeprefix(b"\r\n").decode(errors="replace"))
    name = headers.get_param("name", header="content-disposition")
    if not separator or not isinstance(name, str):
        raise BadInput("a part of the form has no name")
    filename = headers.get_param("filename", header="content-disposition")
    return FormPart(
        _unquoted(name),
        data,
        headers.get("content-type", ""),
        _unquoted(filename) if isinstance(filename, str) else "",
    )


_ESCAPES = (('"', "%22"), ("\r", "%0D"), ("\n", "%0A"))  # As browsers write them.


def _quoted(text: str) -> str:
    for character, escape in _ESCAPES:
        text = text.replace(character, escape)
    return text


def _unquoted(text: str) -> str:
    for character, escape in _ESCAPES:
        text = text.replace(escape, character)
    return text
