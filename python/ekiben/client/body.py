# SPDX-License-Identifier: Apache-2.0
"""Bodies of requests and answers, as the engine reads and writes them too."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from ..exceptions import BadInput, InvalidArgument
from ..io.wire import Blob, Json, WireValue
from .form import FormPart, read_form, write_form


def write_body(plan: dict[str, Any], wire: WireValue) -> tuple[bytes, str]:
    """A wire value of a descriptor's plan as a body, and its content type.

    Raises:
        InvalidArgument: If JSON has no form for it.
    """
    content_type = plan["content_type"]
    if wire is None:
        return b"", content_type
    if isinstance(wire, dict):
        return write_form(_form_part(plan["parts"][name], name, one) for name, one in wire.items())
    if isinstance(wire, Blob):
        return bytes(wire.data), wire.media_type or content_type
    if isinstance(wire, Json):
        return bytes(wire.text), content_type
    if isinstance(wire, np.ndarray):
        return _array_text(wire).encode(), content_type
    return wire.encode(), content_type


def _form_part(plan: dict[str, Any], name: str, wire: WireValue) -> FormPart:
    data, content_type = write_body(plan, wire)
    filename = (wire.filename or name) if isinstance(wire, Blob) else ""
    return FormPart(name, data, content_type, filename)


def _array_text(array: np.ndarray) -> str:
    try:
        return json.dumps(array.tolist(), allow_nan=False, separators=(",", ":"))
    except ValueError:
        raise InvalidArgument("the array holds NaN or an infinity, which JSON has not") from None


def read_body(
    plan: dict[str, Any], body: bytes, content_type: str, filename: str = ""
) -> WireValue:
    """The wire value that a descriptor of this plan decodes; None of an empty body that is JSON.

    Raises:
        BadInput: If the body is not what the plan says.
    """
    kind = plan["value"]
    if kind == "parts":
        return {
            part.name: read_body(
                plan["parts"][part.name], part.data, part.content_type, part.filename
            )
            for part in read_form(body, content_type)
            if part.name in plan["parts"]
        }
    if kind == "blob":
        return Blob(body, content_type, filename)
    if kind == "text":
        try:
            return body.decode()
        except UnicodeDecodeError as error:
            raise BadInput(f"expected text in UTF-8: {error}") from None
    return Json(body) if body else None
