# SPDX-License-Identifier: Apache-2.0
"""Every IO descriptor over HTTP, with `def` and `async def`: what fits, and what does not."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import PIL.Image
import pytest
from harness.client import Answer, call
from harness.server import Server
from harness.service import serve, write_service

SERVICE = """
    import asyncio
    import io

    import bentoml
    import numpy as np
    import pandas as pd
    import PIL.Image
    from attrs import define
    from bentoml.io import (
        JSON, File, Image, Multipart, NumpyNdarray, PandasDataFrame, PandasSeries, Text
    )
    from pydantic import BaseModel


    class Flower(BaseModel):
        name: str
        petals: int = 5


    @define
    class Answer:
        name: str
        sizes: list


    svc = bentoml.Service("descriptors")


    def both(name, input, output):
        \"\"\"The function as it is, and `NAME_later` with `async def`.\"\"\"

        def with_both(function):
            names = function.__code__.co_varnames[: function.__code__.co_argcount]
            later = f"async def later({', '.join(names)}):\\n"
            later += f"    await sleep(0)\\n    return function({', '.join(names)})\\n"
            scope = {"sleep": asyncio.sleep, "function": function}
            exec(later, scope)
            svc.api(input=input, output=output, name=name)(function)
            svc.api(input=input, output=output, name=f"{name}_later")(scope["later"])
            return function

        return with_both


    @both("array", NumpyNdarray(), NumpyNdarray())
    def array(x):
        return x * 2

    @both(
        "rows",
        NumpyNdarray(dtype="float32", enforce_dtype=True, shape=(-1, 4), enforce_shape=True),
        NumpyNdarray(),
    )
    def rows(x):
        assert x.dtype == np.float32
        return x.sum(axis=1)

    @both("kind", NumpyNdarray(dtype="int16", shape=(2, -1)), Text())
    def kind(x):
        return f"{x.dtype} {x.shape}"

    @both("same", JSON(), JSON())
    def same(x):
        return x

    @both("flower", JSON(pydantic_model=Flower), JSON())
    def flower(x):
        assert isinstance(x, Flower)
        return x

    @both("attrs", JSON(), JSON())
    def attrs(x):
        return Answer(name=x["name"], sizes=[1, np.float32(0.5), np.arange(2)])

    @both("nothing", JSON(), JSON())
    def nothing(x):
        return None

    @both("shout", Text(), Text())
    def shout(x):
        return x.upper()

    @svc.api(input=Text(), output=Text())
    def letters(x):
        for letter in x:
            yield letter

    @svc.api(input=Text(), output=Text(content_type="text/event-stream"))
    async def events(x):
        for word in x.split():
            await asyncio.sleep(0)
            yield f"data: {word}\\n\\n"

    for orient in ("records", "split", "index", "columns", "values", "table"):
        both(f"frame_{orient}", PandasDataFrame(orient=orient), PandasDataFrame(orient=orient))(
            lambda x: x
        )

    @both("describe", PandasDataFrame(), JSON())
    def describe(x):
        return {str(name): [str(x[name].dtype), x[name].tolist()] for name in x.columns}

    @both("csv", PandasDataFrame(default_format="csv"), PandasDataFrame(default_format="csv"))
    def csv(x):
        return x[["a", "b"]].set_index("a")

    parquet_io = PandasDataFrame(default_format="parquet")

    @both("parquet", parquet_io, parquet_io)
    def parquet(x):
        return x

    @both(
        "table",
        PandasDataFrame(
            columns=["a", "b"],
            apply_column_names=True,
            dtype={"a": "int64", "b": "float64"},
            enforce_dtype=True,
            shape=(-1, 2),
            enforce_shape=True,
        ),
        PandasDataFrame(),
    )
    def table(x):
        return x * 2

    @both("series", PandasSeries(dtype="float64", enforce_dtype=True), PandasSeries())
    def series(x):
        return x / 2

    @both("picture", Image(), Image(mime_type="image/png"))
    def picture(x):
        return x.rotate(180)

    @both("only_png", Image(allowed_mime_types=["image/png"]), JSON())
    def only_png(x):
        return [x.mode, x.size]

    @both("file", File(), File())
    def file(x):
        return io.BytesIO(x.read()[::-1])

    @both("pdf", File(mime_type="application/pdf"), File(mime_type="application/pdf"))
    def pdf(x):
        return x

    @both(
        "form",
        Multipart(x=NumpyNdarray(dtype="float64"), note=Text(), more=JSON(), image=Image()),
        Multipart(total=NumpyNdarray(), text=Text(), json=JSON()),
    )
    def form(x, note, more, image):
        return {"total": x.sum(axis=0), "text": note.upper(), "json": [more, image.size]}
"""

FRAME = pd.DataFrame({"a": [1, 2], "b": [0.5, None], "c": ["x", "é"]})
LATER = pytest.mark.parametrize("later", ["", "_later"])


def encoded(save: Any, *arguments: Any, **options: Any) -> bytes:
    file = io.BytesIO()
    save(file, *arguments, **options)
    return file.getvalue()


PIXELS = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
PNG = encoded(PIL.Image.fromarray(PIXELS).save, format="png")
PARQUET = FRAME.to_parquet()


def multipart(parts: dict[str, tuple[str, bytes]]) -> tuple[bytes, str]:
    """A form of (content type, body) by name, and its content type."""
    body = b""
    for name, (kind, data) in parts.items():
        head = f'--cut\r\ncontent-disposition: form-data; name="{name}"; filename="f"\r\n'
        body += f"{head}content-type: {kind}\r\n\r\n".encode() + data + b"\r\n"
    return body + b"--cut--\r\n", "multipart/form-data; boundary=cut"


PARTS = {
    "x": ("application/json", b"[[1, 2], [3, 4]]"),
    "note": ("text/plain", "né".encode()),
    "more": ("application/json", b'{"k": 1}'),
    "image": ("image/png", PNG),
}


def without(name: str) -> dict[str, tuple[str, bytes]]:
    return {one: part for one, part in PARTS.items() if one != name}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = write_service(tmp_path_factory.mktemp("descriptors"), SERVICE)
    with serve(folder, folder / "home") as server:
        yield server


def ask(server: Server, api: str, body: bytes, kind: str = "application/json") -> Answer:
    return call(server.url, f"/{api}", body, headers={"content-type": kind} if kind else {})


@LATER
@pytest.mark.parametrize(
    ("api", "body", "wanted"),
    [
        ("array", "[[1, 2], [3, 4]]", [[2, 4], [6, 8]]),
        ("array", "[1.5]", [3.0]),
        ("array", "3", 6),
        ("rows", "[[1, 2, 3, 4], [0.5, 0, 0, 0]]", [10.0, 0.5]),
        ("same", '{"é": [1, null, true, 1e300]}', {"é": [1, None, True, 1e300]}),
        ("same", "[]", []),
        ("flower", '{"name": "rose"}', {"name": "rose", "petals": 5}),
        ("attrs", '{"name": "rose"}', {"name": "rose", "sizes": [1, 0.5, [0, 1]]}),
        ("describe", '[{"a": 1, "b": "x"}]', {"a": ["int64", [1]], "b": ["str", ["x"]]}),
        ("table", '[{"n": 1, "m": 2}]', [{"a": 2, "b": 4.0}]),
        ("series", "[1, 2]", [0.5, 1.0]),
    ],
)
def test_json_in_and_json_out(
    server: Server, api: str, later: str, body: str, wanted: object
) -> None:
    answer = ask(server, api + later, body.encode())
    assert answer.status == 200, answer.body
    assert answer.header("content-type") == "application/json"
    assert answer.json() == wanted


@LATER
def test_none_as_json_is_an_empty_body(server: Server, later: str) -> None:
    answer = ask(server, "nothing" + later, b"1")
    assert (answer.status, answer.body) == (200, b"")


@LATER
def test_an_array_is_brought_into_dtype_and_where_it_fits_into_shape(
    server: Server, later: str
) -> None:
    for body, found in ((b"[1, 2, 3, 4, 5, 6]", b"int16 (2, 3)"), (b"[1, 2, 3]", b"int16 (3,)")):
        answer = ask(server, "kind" + later, body)
        assert (answer.status, answer.body) == (200, found)


@LATER
def test_text_is_text_whatever_it_is_called(server: Server, later: str) -> None:
    for kind in ("text/plain", "application/json", ""):
        answer = ask(server, "shout" + later, "né".encode(), kind)
        assert (answer.status, answer.body.decode()) == (200, "NÉ")
        assert answer.header("content-type") == "text/plain; charset=utf-8"


@LATER
@pytest.mark.parametrize("orient", ["records", "split", "index", "columns", "values", "table"])
def test_tables_as_json_of_each_orient(server: Server, orient: str, later: str) -> None:
    body = FRAME.to_json(orient=orient).encode()
    answer = ask(server, f"frame_{orient}{later}", body)
    assert answer.status == 200, answer.body
    given, came = json.loads(body), answer.json()
    assert came == given if orient != "table" else came["data"] == given["data"]


@LATER
def test_a_tables_content_type_says_its_format(server: Server, later: str) -> None:
    wanted = {"a": ["int64", [1, 2]], "b": ["int64", [3, 4]]}
    frame = pd.DataFrame({"a": [1, 2], "b": [3, 4]})
    bodies = {
        "application/json": frame.to_json(orient="records").encode(),
        "text/csv": frame.to_csv(index=False).encode(),
        "application/octet-stream": frame.to_parquet(),
    }
    for kind, body in bodies.items():
        answer = ask(server, "describe" + later, body, kind)
        assert (answer.status, answer.json()) == (200, wanted), kind
    csv = ask(server, "csv" + later, bodies["text/csv"], "text/csv")
    assert (csv.header("content-type"), csv.body) == ("text/csv", b"a,b\n1,3\n2,4\n")
    parquet = ask(server, "parquet" + later, PARQUET, "application/octet-stream")
    assert parquet.header("content-type") == "application/octet-stream"
    pd.testing.assert_frame_equal(pd.read_parquet(io.BytesIO(parquet.body)), FRAME)


@LATER
def test_images_as_the_body_or_as_a_part_of_a_form(server: Server, later: str) -> None:
    form, kind = multipart({"any": ("image/png", PNG)})
    for body, content_type in ((PNG, "image/png"), (form, kind)):
        answer = ask(server, "picture" + later, body, content_type)
        assert answer.status == 200, answer.body
        assert answer.header("content-type") == "image/png"
        assert "filename=" in (answer.header("content-disposition") or "")
        pixels = np.asarray(PIL.Image.open(io.BytesIO(answer.body)))
        assert np.array_equal(pixels, PIXELS[::-1, ::-1])
    assert ask(server, "only_png" + later, PNG, "image/png").json() == ["RGB", [4, 4]]


@LATER
def test_files_as_the_body_or_as_a_part_of_a_form(server: Server, later: str) -> None:
    form, kind = multipart({"any": ("application/octet-stream", b"abc")})
    for body, content_type in ((b"abc", "application/octet-stream"), (b"abc", ""), (form, kind)):
        answer = ask(server, "file" + later, body, content_type)
        assert (answer.status, answer.body) == (200, b"cba"), content_type
        assert answer.header("content-type") == "application/octet-stream"
    pdf = ask(server, "pdf" + later, b"%PDF", "application/pdf")
    assert (pdf.header("content-type"), pdf.body) == ("application/pdf", b"%PDF")


@LATER
@pytest.mark.parametrize("order", [list(PARTS), list(PARTS)[::-1]])
def test_a_forms_parts_go_by_name_in_any_order(
    server: Server, later: str, order: list[str]
) -> None:
    answer = ask(server, "form" + later, *multipart({name: PARTS[name] for name in order}))
    assert answer.status == 200, answer.body
    kind = answer.header("content-type") or ""
    assert kind.startswith("multipart/form-data; boundary=")
    texts = answer.body.decode().split("--" + kind.partition("boundary=")[2].strip('"'))
    assert len(texts) == 5
    assert 'name="total"' in texts[1]
    assert texts[1].endswith("[4.0,6.0]\r\n") or texts[1].endswith("[4.0, 6.0]\r\n")
    assert texts[2].endswith("\r\n\r\nNÉ\r\n")
    assert json.loads(texts[3].partition("\r\n\r\n")[2]) == [{"k": 1}, [4, 4]]


def test_a_generator_streams_text(server: Server) -> None:
    import urllib.request

    for api, body, wanted, kind in (
        ("letters", b"abc", "abc", "text/plain"),
        ("events", b"a b", "data: a\n\ndata: b\n\n", "text/event-stream"),
    ):
        with urllib.request.urlopen(f"{server.url}/{api}", body) as answer:
            assert answer.read().decode() == wanted
            assert answer.headers["content-type"].startswith(kind)
            assert answer.headers["transfer-encoding"] == "chunked"


FORM_ERRORS = [
    ("form", *multipart(without("note")), ["'note'"]),
    ("form", *multipart({**PARTS, "x": ("application/json", b"[[1], [")}), ["'x'", "JSON"]),
    ("form", *multipart({**PARTS, "image": ("text/plain", b"no")}), ["'image'", "text/plain"]),
    ("form", multipart(PARTS)[0][:-10], "multipart/form-data; boundary=cut", []),
    ("form", multipart(PARTS)[0], "multipart/form-data", ["boundary"]),
]


@LATER
@pytest.mark.parametrize(
    ("api", "body", "kind", "parts"),
    [
        ("rows", b"[[1, 2, 3]]", "", ["[-1, 4]", "[1, 3]"]),
        ("rows", b"[[1, 2, 3, 4], [1]]", "", ["row 1"]),
        ("rows", b'[["a", "b", "c", "d"]]', "", ["row 0, column 0", "float32"]),
        ("rows", b"[[1, 2, 3, 4]", "", ["JSON"]),
        ("rows", b"", "", []),
        ("kind", b"[[100000, 1], [1, 1]]", "", []),
        ("same", b'{"a": ', "", ["JSON"]),
        ("same", b"", "", ["JSON"]),
        ("flower", b'{"petals": 3}', "", ["name"]),
        ("flower", b'{"name": "rose", "petals": "x"}', "", ["petals"]),
        ("flower", b"[1]", "", []),
        ("shout", b"\xff\xfe", "text/plain", ["UTF-8"]),
        ("describe", b'[{"a": 1}', "application/json", ["JSON", "records"]),
        ("describe", b"3", "application/json", ["records", "got 3"]),
        ("describe", b"no parquet", "application/octet-stream", ["parquet"]),
        ("describe", b'a,b\n1,2,3\n4,5\n"', "text/csv", ["csv"]),
        ("table", b'[{"a": 1}]', "", ["2", "a, b"]),
        ("table", b'[{"a": 1, "b": "x"}]', "", ["'b'"]),
        ("series", b'["a"]', "", ["float64"]),
        ("series", b'{"a": ', "", ["JSON", "records"]),
        ("picture", b"no image", "text/plain", ["text/plain", "image/jpeg"]),
        ("picture", b"no image", "image/png", ["image"]),
        ("picture", PNG[:45], "image/png", ["image"]),
        (
            "only_png",
            encoded(PIL.Image.fromarray(PIXELS).save, format="jpeg"),
            "image/jpeg",
            ["png"],
        ),
        ("pdf", b"abc", "text/plain", ["application/pdf"]),
        *FORM_ERRORS,
    ],
)
def test_what_does_not_fit_is_a_400_that_says_what_is_expected(
    server: Server, api: str, later: str, body: bytes, kind: str, parts: list[str]
) -> None:
    answer = ask(server, api + later, body, kind)
    assert answer.status == 400, answer.body
    assert answer.header("content-type") == "application/problem+json"
    assert all(part in answer.json()["error"] for part in parts), answer.json()["error"]


@LATER
def test_another_content_type_than_a_form_is_a_415(server: Server, later: str) -> None:
    answer = ask(server, "form" + later, b"{}")
    assert answer.status == 415
    assert "multipart/form-data" in answer.json()["error"]
