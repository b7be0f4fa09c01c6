# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import asyncio
import random
import socket
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import PIL.Image
import pytest
from serving import serving

from ekiben.client import AsyncHTTPClient, Client, HTTPClient, SyncHTTPClient
from ekiben.client.form import FormPart, read_form, write_form
from ekiben.exceptions import (
    BadInput,
    BentoMLException,
    InvalidArgument,
    NotFound,
    RemoteException,
    ServiceUnavailable,
)
from ekiben.io import JSON, SSE, File, Image, Multipart, NumpyNdarray, PandasDataFrame, Text

PIXELS = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)


def double(array: Any) -> Any:
    """Twice the array."""
    return array * 2


def same(value: Any) -> Any:
    return value


def fail(value: Any) -> Any:
    raise ServiceUnavailable("busy")


def describe(image: Any, note: Any) -> dict[str, Any]:
    return {"size": np.array(image.size), "note": note, "image": image}


APIS = {
    "double": (NumpyNdarray(shape=(-1, 2), enforce_shape=True), NumpyNdarray(), double),
    "echo": (JSON(), JSON(), same),
    "table": (PandasDataFrame(), PandasDataFrame(default_format="csv"), same),
    "shout": (Text(), Text(), str.upper),
    "events": (Text(), Text(content_type="text/event-stream"), SSE),
    "grey": (Image(), Image(mime_type="image/png"), lambda image: image.convert("L")),
    "file": (File(), File(), same),
    "describe": (
        Multipart(image=Image(mime_type="image/png"), note=JSON()),
        Multipart(size=NumpyNdarray(), note=JSON(), image=Image(mime_type="image/png")),
        describe,
    ),
    "call": (Text(), Text(), same),
    "fail": (JSON(), JSON(), fail),
}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving(APIS) as address:
        yield address


@pytest.fixture
def client(url: str) -> Iterator[HTTPClient]:
    with Client.from_url(url) as made:
        yield made


def test_a_client_has_a_method_for_each_api(client: HTTPClient, url: str) -> None:
    assert isinstance(client, (SyncHTTPClient, HTTPClient))
    assert client.endpoints == list(APIS)
    assert client.server_url == url
    assert client.double(np.array([[1.5, 2]])).tolist() == [[3, 4]]
    assert client.double([[1, 2]]).dtype == np.int64
    assert client.double.__doc__ == "Twice the array."


def test_every_kind_of_value_goes_there_and_back(client: HTTPClient) -> None:
    assert client.echo({"a": [1, None, "é"]}) == {"a": [1, None, "é"]}
    assert client.echo([]) == []
    assert client.echo(None) is None
    assert client.shout("grüß") == "GRÜSS"
    assert client.events("a\nb") == "data: a\ndata: b\n\n"
    frame = client.table(pd.DataFrame({"a": [1], "b": ["x"]}))
    assert frame[["a", "b"]].to_dict("list") == {"a": [1], "b": ["x"]}
    assert client.grey(PIL.Image.fromarray(PIXELS)).mode == "L"
    file = client.file(b"\x00\r\n\xff")
    assert (file.read(), file.mime_type) == (b"\x00\r\n\xff", "application/octet-stream")


def test_parts_are_passed_by_name(client: HTTPClient) -> None:
    answer = client.describe(note={"q": "\r\n--"}, image=PIXELS)
    assert answer["size"].tolist() == [4, 4]
    assert answer["note"] == {"q": "\r\n--"}
    assert np.array_equal(np.asarray(answer["image"]), PIXELS)
    assert client.describe(note=None, image=PIXELS)["note"] is None
    with pytest.raises(InvalidArgument, match="'describe' takes several inputs"):
        client.describe(PIXELS)
    with pytest.raises(InvalidArgument, match="'describe' has no input 'text'"):
        client.describe(note=1, image=PIXELS, text="a")
    with pytest.raises(InvalidArgument, match="'describe' was given a dict without 'image'"):
        client.describe(note=1)


def test_an_api_is_called_by_name_too(client: HTTPClient) -> None:
    assert client.call("shout", "a") == "A"
    assert client.call("call", "a") == "a"
    with pytest.raises(NotFound, match="has no API 'shoutt'"):
        client.call("shoutt", "a")


def test_what_an_api_does_not_take_is_refused_before_it_is_sent(client: HTTPClient) -> None:
    with pytest.raises(InvalidArgument, match="'double' was given an array with shape"):
        client.double([[1, 2, 3]])
    with pytest.raises(InvalidArgument, match="'shout' was given an int"):
        client.shout(3)
    with pytest.raises(InvalidArgument, match="NaN or an infinity"):
        client.double([[np.nan, 1]])


def test_errors_of_the_server_are_exceptions_of_their_status(client: HTTPClient) -> None:
    with pytest.raises(ServiceUnavailable, match="'fail' answered 503: busy"):
        client.fail(1)
    with pytest.raises(InvalidArgument, match="'table' answered 400: expected JSON"):
        client._service.apis["table"].answer(
            client._service.transport.post("/table", b"{", "application/json")
        )


def test_calls_can_be_awaited_together(client: HTTPClient, url: str) -> None:
    async def of_one_client() -> list[Any]:
        return await asyncio.gather(*(client.async_echo(number) for number in range(20)))

    async def of_an_async_client() -> list[Any]:
        async with await AsyncHTTPClient.from_url(url) as made:
            assert (await made.health()).status_code == 200
            assert await made.call("shout", "a") == "A"
            return await asyncio.gather(*(made.echo(number) for number in range(20)))

    assert asyncio.run(of_one_client()) == list(range(20))
    assert asyncio.run(of_an_async_client()) == list(range(20))


def test_a_closed_client_connects_again(client: HTTPClient) -> None:
    client.close()
    assert client.echo(1) == 1
    assert client.health().status_code == 200


def test_readiness_is_waited_for(url: str) -> None:
    host, port = url.removeprefix("http://").split(":")
    Client.wait_until_server_ready(host, int(port), timeout=5)
    asyncio.run(AsyncHTTPClient.wait_until_server_ready(host, int(port), timeout=5))


def test_a_server_that_is_not_there_is_told_with_its_address() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(ServiceUnavailable, match=f"cannot reach 'http://127.0.0.1:{port}'"):
            Client.from_url(f"127.0.0.1:{port}")
        with pytest.raises(TimeoutError, match=f"'http://127.0.0.1:{port}' is not ready after 0"):
            Client.wait_until_server_ready("127.0.0.1", port, timeout=0, check_interval=0.01)


def test_what_is_no_service_is_refused(url: str) -> None:
    with pytest.raises(RemoteException, match=r"docs\.json' answered 404"):
        Client.from_url(url + "/below")
    with pytest.raises(BentoMLException, match="no client of kind 'grpc'"):
        Client.from_url(url, kind="grpc")
    for address in ("http://", "ftp://a", "http://a:b"):
        with pytest.raises(InvalidArgument, match="is not the address of a server"):
            Client.from_url(address)
    with serving({}) as empty, pytest.raises(BentoMLException, match="describes no API"):
        Client.from_url(empty)


def test_a_form_is_written_as_browsers_do() -> None:
    body, content_type = write_form(
        [FormPart("a", b"1", "text/plain"), FormPart('b"', b"", "", "ü")]
    )
    boundary = content_type.removeprefix("multipart/form-data; boundary=")
    assert body.decode() == (
        f'--{boundary}\r\nContent-Disposition: form-data; name="a"\r\n'
        "Content-Type: text/plain\r\nContent-Length: 1\r\n\r\n1\r\n"
        f'--{boundary}\r\nContent-Disposition: form-data; name="b%22"; filename="ü"\r\n'
        f"Content-Length: 0\r\n\r\n\r\n--{boundary}--\r\n"
    )


def test_random_forms_survive_a_round_trip() -> None:
    pick = random.Random(2)
    for _ in range(200):
        parts = [
            FormPart(
                "".join(pick.choices('abü" ;=\r\n', k=pick.randrange(1, 5))).strip() or "x",
                bytes(pick.choices(b"\r\n-ab\x00\xff", k=pick.randrange(20))),
                pick.choice(["", "image/png", "text/plain; charset=utf-8"]),
                pick.choice(["", "a.png", 'q"u.txt']),
            )
            for _ in range(pick.randrange(1, 4))
        ]
        assert read_form(*write_form(parts)) == parts


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "multipart/form-data; boundary=x"),
        (b"--x\r\n\r\na", "multipart/form-data; boundary=x"),
        (b"--x\r\n\r\na\r\n--x--", "multipart/form-data; boundary=x"),
        (b"--x--", "multipart/form-data"),
        (b"--x--", "text/plain; boundary=x"),
    ],
)
def test_what_is_no_form_is_refused(body: bytes, content_type: str) -> None:
    with pytest.raises(BadInput, match="form"):
        read_form(body, content_type)
