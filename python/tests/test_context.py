# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

import ekiben
from ekiben.context import Headers, MutableHeaders, QueryParams, RequestContext
from ekiben.exceptions import StateException


def test_headers_are_found_in_any_case_and_may_come_several_times() -> None:
    headers = Headers([("Accept", "a"), ("X-Id", "1"), ("accept", "b")])
    assert headers["ACCEPT"] == "a" and headers.getlist("accept") == ["a", "b"]
    assert list(headers) == ["accept", "x-id"] and len(headers) == 2
    assert "x-ID" in headers and headers.get("none") is None
    assert dict(headers) == {"accept": "a", "x-id": "1"}


def test_setting_a_header_replaces_all_of_its_name_in_their_place() -> None:
    headers = MutableHeaders([("a", "1"), ("b", "2"), ("A", "3")])
    headers["A"] = 4
    assert headers.multi_items() == [("a", "4"), ("b", "2")]
    headers.append("b", "5")
    assert headers.setdefault("c", "6") == "6" and headers.setdefault("c", "7") == "6"
    headers |= {"a": "8"}
    del headers["b"]
    assert dict(headers | {"d": "9"}) == {"a": "8", "c": "6", "d": "9"}
    assert "d" not in headers


@pytest.mark.parametrize(("name", "value"), [("a", "1\r\nb: 2"), ("a b", "1"), ("", "1")])
def test_headers_that_would_break_the_response_are_refused(name: str, value: str) -> None:
    with pytest.raises(ValueError, match="header"):
        MutableHeaders()[name] = value


def test_the_query_keeps_every_value() -> None:
    params = QueryParams("a=1&b=&a=%C3%A9+x")
    assert params["a"] == "é x" and params.getlist("a") == ["1", "é x"] and params["b"] == ""
    assert params.multi_items() == [("a", "1"), ("b", ""), ("a", "é x")]


def test_cookies_are_read_from_their_header() -> None:
    request = RequestContext([("Cookie", 'a=1; b="two=2" ; c='), ("cookie", "d=4")])
    assert request.cookies == {"a": "1", "b": "two=2", "c": "", "d": "4"}
    assert RequestContext().cookies == {}


def test_each_request_has_its_own_response_and_folder() -> None:
    context = ekiben.Context()
    context.state["count"] = 0

    async def answer(number: int) -> tuple[int, str, Path]:
        request = RequestContext([("n", str(number))], f"n={number}", path="/f")
        with context.in_request(request) as ctx:
            ctx.response.status_code = 200 + number
            await asyncio.sleep(0)
            ctx.state["count"] += 1
            folder = Path(ctx.temp_dir)
            assert folder.is_dir() and ctx.temp_dir == str(folder)
            return ctx.response.status_code, ctx.request.headers["N"], folder

    async def all_of_them() -> list[tuple[int, str, Path]]:
        return await asyncio.gather(*(answer(number) for number in range(3)))

    answers = asyncio.run(all_of_them())
    assert [one[:2] for one in answers] == [(200, "0"), (201, "1"), (202, "2")]
    assert len({one[2] for one in answers}) == 3 and not any(one[2].exists() for one in answers)
    assert context.state["count"] == 3


def test_outside_of_a_request_there_is_none() -> None:
    with pytest.raises(StateException, match="the context has no request"):
        _ = ekiben.Context().request


def test_the_response_has_cookies_beside_its_headers() -> None:
    context = ekiben.Context()
    with context.in_request(RequestContext({"a": "b"}, "x=1", path="/p")) as ctx:
        assert ctx.request.metadata["a"] == "b" and ctx.request.url == "/p?x=1"
        ctx.response.metadata["x-model"] = "iris"
        ctx.response.set_cookie("id", "7", max_age=60, httponly=True, secure=True)
        assert ctx.response.cookies == [
            ekiben.Cookie("id", "7", max_age=60, secure=True, httponly=True)
        ]
        name, value = ctx.response.header_pairs()[1]
    assert ctx is context and name == "set-cookie"
    assert value.startswith("id=7; ")
    parts = {"Max-Age=60", "HttpOnly", "Path=/", "SameSite=lax", "Secure"}
    assert parts == set(value.split("; ")[1:])
