# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from http import HTTPStatus

import pytest

import ekiben
from ekiben import exceptions


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("BentoMLException", 500),
        ("InvalidArgument", 400),
        ("BadInput", 400),
        ("StateException", 400),
        ("UnservableException", 400),
        ("NotFound", 404),
        ("UnprocessableEntity", 422),
        ("TooManyRequests", 429),
        ("ServiceUnavailable", 503),
        ("DeadlineExceeded", 504),
        ("InternalServerError", 500),
        ("BentoMLConfigException", 500),
        ("MissingDependencyException", 500),
        ("UnencodableResult", 500),
    ],
)
def test_each_exception_carries_its_status(name: str, status: int) -> None:
    kind = getattr(exceptions, name)
    assert issubclass(kind, exceptions.BentoMLException)
    assert kind("why").error_code == HTTPStatus(status)
    assert kind("why").message == "why"


def test_ekibens_errors_are_caught_by_bentomls_names() -> None:
    with pytest.raises(exceptions.BentoMLException):
        raise ekiben.NotFound("model 'a' is not in the store")
    assert exceptions.NotFound is ekiben.NotFound
    assert issubclass(exceptions.MissingDependencyException, ekiben.FailedPrecondition)


def test_an_exception_of_the_users_own_has_its_own_status() -> None:
    class Teapot(exceptions.BentoMLException):
        error_code = HTTPStatus.IM_A_TEAPOT

    assert Teapot("short and stout").error_code == 418


def test_a_remote_exception_keeps_what_the_other_side_said() -> None:
    payload = exceptions.BadInput("no")
    assert exceptions.RemoteException("call failed", payload=payload).payload is payload
    assert all(getattr(exceptions, name) for name in exceptions.__all__)
