# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import asyncio
import functools
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from descriptors import Parts, Plain

import ekiben
from ekiben.exceptions import InvalidArgument, NotFound, StateException
from ekiben.service import Service, run_hooks


class One(ekiben.Runnable):
    @ekiben.Runnable.method(batchable=True)
    def only(self, x: Any) -> Any:
        return x


def test_apis_are_described_in_the_order_of_the_file() -> None:
    runner = ekiben.Runner(One, name="one")
    svc = ekiben.Service("flowers", runners=[runner])

    @svc.api(input=Plain(), output=Plain())
    def classify(rows: Any) -> Any:
        """Say which flower it is."""
        return rows

    @svc.api(input=Plain(), output=Plain(), name="later", route="/v1/later", doc="Later.")
    async def whatever(rows: Any, ctx: ekiben.Context) -> Any:
        return rows

    described = json.loads(json.dumps(svc.describe()))
    assert described["protocol"] == 1 and described["name"] == "flowers"
    assert described["version"] is None and described["models"] == []
    plan = {"name": "JSON", "value": "json"}
    assert described["apis"] == [
        {
            "name": "classify",
            "route": "/classify",
            "doc": "Say which flower it is.",
            "mode": "sync",
            "context": False,
            "input": plan,
            "output": plan,
        },
        {
            "name": "later",
            "route": "/v1/later",
            "doc": "Later.",
            "mode": "async",
            "context": True,
            "input": plan,
            "output": plan,
        },
    ]
    assert [one["name"] for one in described["runners"]] == ["one"]
    assert classify([1]) == [1]


def test_each_kind_of_function_has_its_mode() -> None:
    svc = Service("modes")

    class Object:
        async def __call__(self, x: Any) -> Any:
            yield x

    def stream(x: Any) -> Any:
        yield x

    async def later(x: Any, y: int) -> Any:
        return x

    svc.api(Plain(), Plain(), name="a")(Object())
    svc.api(Plain(), Plain())(stream)
    svc.api(Plain(), Plain(), name="c")(functools.partial(later, y=1))
    svc.api(Plain(), Plain(), name="d")(lambda x: x)
    modes = [one["mode"] for one in svc.describe()["apis"]]
    assert modes == ["async_stream", "stream", "async", "sync"]


def plain(x: Any) -> Any: ...
def named(x: Any, context: Any) -> Any: ...
def second(x: Any, anything: Any) -> Any: ...
def annotated(x: Any, /, *, k: ekiben.Context) -> Any: ...
def with_default(x: Any, factor: int = 2) -> Any: ...
def positional(x: Any, ctx: Any, /) -> Any: ...


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (plain, (["body"], {})),
        (named, (["body"], {"context": "CTX"})),
        (second, (["body"], {"anything": "CTX"})),
        (annotated, (["body"], {"k": "CTX"})),
        (with_default, (["body"], {})),
        (positional, (["body", "CTX"], {})),
    ],
)
def test_the_context_goes_where_the_function_takes_it(
    function: Callable[..., Any], arguments: Any
) -> None:
    svc = Service("contexts")
    svc.api(Plain(), Plain())(function)
    assert svc.apis[function.__name__].arguments("body", "CTX") == arguments


def test_parts_are_keyword_arguments() -> None:
    svc = Service("parts")

    @svc.api(input=Parts("image", "note"), output=Plain())
    def both(note: Any, image: Any, ctx: Any) -> Any: ...

    body = {"image": 1, "note": 2}
    assert svc.apis["both"].arguments(body, "CTX") == ([], {"image": 1, "note": 2, "ctx": "CTX"})


def nothing() -> Any: ...
def three(x: Any, y: Any, z: Any) -> Any: ...
def two_contexts(x: Any, ctx: Any, context: Any) -> Any: ...


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda svc: svc.api(Plain(), Plain())(nothing), r"'nothing\(\)' cannot be called with"),
        (lambda svc: svc.api(Plain(), Plain())(three), r"'three\(x, y, z\)' cannot be called"),
        (lambda svc: svc.api(Plain(), Plain())(two_contexts), "cannot be called with its input"),
        (lambda svc: svc.api(Parts("a"), Plain())(plain), r"'plain\(x\)' takes 'x', .* are a"),
        (lambda svc: svc.api(Parts("x", "y"), Plain())(plain), "does not take 'y'"),
        (lambda svc: svc.api(Plain, Plain())(plain), "input of API 'plain' is the class Plain"),
        (lambda svc: svc.api(Plain(), "text")(plain), "output of API 'plain' is 'text', which is"),
        (lambda svc: svc.api(Plain(), Plain())(lambda x: x), "'<lambda>' is not a valid name"),
        (lambda svc: svc.api(Plain(), Plain(), route="/metrics")(plain), "'/metrics', which the"),
        (lambda svc: svc.api(Plain(), Plain(), name="docs")(plain), "'/docs', which the server"),
        (lambda svc: svc.api(Plain(), Plain(), route="a b?c")(plain), "not a plain path"),
        (lambda svc: svc.mount_asgi_app(plain, "/livez"), "already has something at '/livez'"),
        (lambda svc: svc.mount_wsgi_app("app"), "'app' is not an WSGI application"),
        (lambda svc: svc.on_startup(3), "the hook 3 is not a function"),
        (lambda svc: Service("no spaces"), "'no spaces' is not a valid name of a service"),
        (lambda svc: Service("x", runners=[One]), "among its runners, which is no Runner"),
        (lambda svc: Service("x", models=[3]), "has 3 among its models, which is no Model"),
    ],
)
def test_mistakes_are_told_with_the_users_line(
    make: Callable[[Service], Any], message: str, home: Path
) -> None:
    with pytest.raises(InvalidArgument, match=rf"test_service\.py:\d+: .*{message}"):
        make(Service("mistakes"))


def test_two_apis_on_one_name_or_route_are_refused_with_both_lines() -> None:
    svc = Service("twice")
    svc.api(Plain(), Plain())(plain)
    with pytest.raises(InvalidArgument, match=r"py:\d+: .* API named 'plain', at .*py:\d+"):
        svc.api(Plain(), Plain(), route="other")(plain)
    with pytest.raises(InvalidArgument, match="an API at the route '/plain'"):
        svc.api(Plain(), Plain(), route="plain")(named)


def test_runners_of_one_name_are_refused_with_both_lines() -> None:
    runners = [ekiben.Runner(One), ekiben.Runner(One)]
    with pytest.raises(InvalidArgument, match=r"two runners named 'one', made at .*py:\d+ and"):
        Service("twice", runners=runners)


def test_a_missing_model_is_named(home: Path) -> None:
    with pytest.raises(NotFound, match=r"test_service\.py:\d+: service 'x' lists .* 'rose:latest'"):
        Service("x", models=["rose:latest"])


def test_a_runner_that_no_service_lists_says_so_when_it_is_called() -> None:
    listed, forgotten = ekiben.Runner(One, name="listed"), ekiben.Runner(One, name="forgotten")
    svc = Service("forgetful", runners=[listed])
    with pytest.raises(StateException, match="service 'forgetful' does not list it") as error:
        forgotten.only.run(1)
    assert "runners=[..., <this runner>]" in str(error.value)
    assert svc.name in str(error.value)


def test_upper_case_in_a_name_is_lowered_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="ekiben"):
        assert Service("Flowers").name == "flowers"
    assert "service 'Flowers' is called 'flowers'" in caplog.text


def test_hooks_get_the_context_if_they_take_it() -> None:
    svc = Service("hooks")
    seen: list[Any] = []

    @svc.on_startup
    def first(ctx: ekiben.Context) -> None:
        ctx.state["model"] = "loaded"

    @svc.on_startup
    async def second_() -> None:
        seen.append(svc.context.state["model"])

    svc.on_shutdown(lambda ctx: seen.append("down"))
    svc.on_deployment(lambda: seen.append("deployed"))
    asyncio.run(run_hooks(svc.deployment_hooks + svc.startup_hooks + svc.shutdown_hooks))
    assert seen == ["deployed", "loaded", "down"]
    assert svc.describe()["hooks"] == {"startup": 2, "shutdown": 1, "deployment": 1}


def test_mounts_and_middleware_are_described() -> None:
    svc = Service("mounts")
    svc.mount_asgi_app(plain, path="/fast/")
    svc.mount_wsgi_app(plain)
    svc.add_asgi_middleware(One, level=3)
    described = svc.describe()
    assert described["mounts"] == [
        {"path": "/fast", "kind": "asgi"},
        {"path": "/", "kind": "wsgi"},
    ]
    assert described["middleware"] == 1 and svc.middlewares == [(One, {"level": 3})]
