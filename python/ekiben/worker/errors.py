# SPDX-License-Identifier: Apache-2.0
"""Exceptions on their way to the engine, and those of a runner on their way back."""

from __future__ import annotations

import linecache
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

from .. import exceptions
from ..errors import EkibenError

_BY_STATUS = {
    400: exceptions.BadInput,
    404: exceptions.NotFound,
    429: exceptions.TooManyRequests,
    503: exceptions.ServiceUnavailable,
    504: exceptions.DeadlineExceeded,
}
_OURS = str(Path(__file__).resolve().parent.parent)


def report(error: BaseException, where: str) -> dict[str, Any]:
    """What the engine is told: the status, words for the client, and the traceback for the log.

    Args:
        where: Whose function it was: "API 'classify'".
    """
    told = isinstance(error, EkibenError)
    imported = isinstance(error, exceptions.ImportServiceError)
    return {
        "status": int(getattr(error, "error_code", 500)) if told else 500,
        "message": error.message if told else f"{where} raised {type(error).__name__}: {error}",
        "hint": error.hint if told else "",
        "kind": type(error).__name__,
        "traceback": error.trace if imported else user_traceback(error),
    }


def user_traceback(error: BaseException) -> str:
    """The traceback with the user's own frames; ekiben's and the import system's are left out.

    Empty where ekiben itself says what is wrong and no line of the user's took part. What a
    runner's method raised in another process comes first.
    """
    linecache.checkcache()
    text = traceback.TracebackException.from_exception(error)
    seen: set[int] = set()
    is_users = not isinstance(error, EkibenError)
    one: traceback.TracebackException | None = text
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        kept = [frame for frame in one.stack if not _is_machinery(frame.filename)]
        is_users = is_users or bool(kept)
        one.stack = traceback.StackSummary.from_list(kept or list(one.stack))
        one = one.__cause__ or one.__context__
    remote = getattr(error, "remote_trace", "")
    called = "The runner's method was called here:\n\n" if remote else ""
    return f"{remote}{called}{''.join(text.format())}" if is_users else ""


def user_place(trace: TracebackType | None) -> str:
    """The last of the user's own lines in a traceback: "service.py:12"; empty where none is."""
    place = ""
    for frame, line in traceback.walk_tb(trace):
        if not _is_machinery(frame.f_code.co_filename):
            place = f"{frame.f_code.co_filename}:{line}"
    return place


def raised_by_runner(document: dict[str, Any]) -> EkibenError:
    """The exception for what a runner's call failed with, as the engine told it."""
    kind = getattr(exceptions, document.get("kind", ""), None)
    message, hint = document.get("message", ""), document.get("hint", "")
    if not (isinstance(kind, type) and issubclass(kind, EkibenError) and kind is not EkibenError):
        kind = _BY_STATUS.get(document.get("status", 500), exceptions.RemoteException)
    error: EkibenError = kind(message, hint=hint)
    error.remote_trace = document.get("traceback", "")  # type: ignore[attr-defined]
    return error


def tell(error: BaseException) -> None:
    """Write the user's traceback to stderr."""
    sys.stderr.write(user_traceback(error))
    sys.stderr.flush()


def _is_machinery(filename: str) -> bool:
    return filename.startswith((_OURS, "<frozen ")) or any(
        part in filename for part in ("/asyncio/", "/concurrent/futures/")
    )
