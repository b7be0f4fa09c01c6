# SPDX-License-Identifier: Apache-2.0
"""The exceptions that BentoML's users know, as relatives of ekiben's own.

Where both have one for the same thing they are the same class, so `except NotFound` catches it by
either name. Each carries `error_code`, the HTTP status that an API answers with.
"""

from __future__ import annotations

from http import HTTPStatus

from .errors import (
    DeadlineExceeded,
    EkibenError,
    FailedPrecondition,
    Internal,
    InvalidArgument,
    NotFound,
    ResourceExhausted,
    Unavailable,
)

__all__ = [
    "APIDeprecated",
    "BadInput",
    "BentoMLConfigException",
    "BentoMLException",
    "CLIException",
    "CloudRESTApiClientError",
    "DeadlineExceeded",
    "EkibenError",
    "FailedPrecondition",
    "ImportServiceError",
    "Internal",
    "InternalServerError",
    "InvalidArgument",
    "MissingDependencyException",
    "NotFound",
    "RemoteException",
    "ResourceExhausted",
    "ServerStateException",
    "ServiceUnavailable",
    "StateException",
    "TooManyRequests",
    "Unavailable",
    "UnencodableResult",
    "UnprocessableEntity",
    "UnservableException",
    "YataiRESTApiClientError",
]

BentoMLException = EkibenError
InternalServerError = Internal
ServiceUnavailable = Unavailable
TooManyRequests = ResourceExhausted


class StateException(EkibenError):
    """The object is not in a state for this, such as a runner that was not initialized."""

    error_code = HTTPStatus.BAD_REQUEST


class RemoteException(EkibenError):
    """What a call to another process failed with.

    Attributes:
        payload: The other side's exception, where it is known.
    """

    def __init__(
        self, message: str = "", payload: EkibenError | None = None, *, hint: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.payload = payload


class APIDeprecated(EkibenError):
    """The call is no longer there."""


class BadInput(InvalidArgument):
    """A request's body does not fit the API's input descriptor."""


class UnencodableResult(EkibenError):
    """What an API's function returned does not fit its output descriptor."""


class UnprocessableEntity(EkibenError):
    """The body was understood, and what it asks for makes no sense."""

    error_code = HTTPStatus.UNPROCESSABLE_ENTITY


class BentoMLConfigException(EkibenError):
    """A configuration file or option is wrong."""


class MissingDependencyException(FailedPrecondition):
    """A package that this needs is not installed; the hint is the line that installs it."""


class CLIException(EkibenError):
    """A command failed."""


class CloudRESTApiClientError(EkibenError):
    """A remote store of models and bentos failed."""


YataiRESTApiClientError = CloudRESTApiClientError


class ImportServiceError(EkibenError):
    """The module or folder that should hold the service has none, or cannot be imported.

    Attributes:
        trace: What the module raised, with the user's own frames only; empty where it raised
            nothing.
    """

    trace: str = ""


class UnservableException(StateException):
    """The service cannot be served as it is."""


class ServerStateException(StateException):
    """The server has to be running for this, and is not."""
