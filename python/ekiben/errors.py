# SPDX-License-Identifier: Apache-2.0
"""What went wrong, in terms that a caller can act on; the names are those of the server's codes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path


class EkibenError(Exception):
    """Base of all errors that ekiben raises on purpose.

    Attributes:
        message: What is wrong, where and why: lower case, one sentence, no final period.
        hint: What to do next; empty when there is nothing to advise.
        error_code: The HTTP status that an API answers with when its function raises this. A
            subclass may have its own. The text reaches the client where this is below 500.
    """

    error_code: HTTPStatus = HTTPStatus.INTERNAL_SERVER_ERROR

    def __init__(self, message: str = "", *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\nhint: {self.hint}" if self.hint else self.message


class InvalidArgument(EkibenError):
    """The call itself is wrong; repeating it will not help."""

    error_code = HTTPStatus.BAD_REQUEST


class NotFound(EkibenError):
    """There is no such model or version."""

    error_code = HTTPStatus.NOT_FOUND


class FailedPrecondition(EkibenError):
    """What is asked for exists but is not in a state for this: taken, damaged or not installed."""


class ResourceExhausted(EkibenError):
    """A quota of this caller is used up; it may be tried again later."""

    error_code = HTTPStatus.TOO_MANY_REQUESTS


class DeadlineExceeded(EkibenError):
    """The answer would come too late."""

    error_code = HTTPStatus.GATEWAY_TIMEOUT


class Unavailable(EkibenError):
    """Overloaded, starting or draining; it may be tried again soon."""

    error_code = HTTPStatus.SERVICE_UNAVAILABLE


class Internal(EkibenError):
    """A fault of ekiben's own."""


@contextmanager
def disk_errors(doing: str, path: Path) -> Iterator[None]:
    """Turn an OSError of the block into FailedPrecondition: "cannot <doing> '<path>': <why>"."""
    try:
        yield
    except OSError as error:
        raise FailedPrecondition(
            f"cannot {doing} '{path}': {error.strerror or error}",
            hint="check the folder's permissions and free space; EKIBEN_HOME names another one",
        ) from error
