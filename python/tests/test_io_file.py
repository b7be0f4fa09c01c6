# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from ekiben.exceptions import BadInput, InvalidArgument, UnencodableResult
from ekiben.io import Blob, File, from_spec


def test_a_body_is_an_open_file_with_name_and_type() -> None:
    file = File().decode(Blob(b"a\nb", "text/csv; header=yes", "t.csv"))
    assert isinstance(file, io.BytesIO)
    assert (file.name, file.mime_type) == ("t.csv", "text/csv; header=yes")
    assert list(file) == [b"a\n", b"b"]
    assert file.seek(0) == 0 and file.read() == b"a\nb"


def test_a_text_file_gives_text() -> None:
    file = File(kind="textio").decode(Blob(memoryview("ä\nb".encode()), "text/plain"))
    assert (file.readline(), file.name) == ("ä\n", "<request body>")
    with pytest.raises(BadInput, match="expects UTF-8"):
        File(kind="textio").decode(Blob(b"\xff"))
    with pytest.raises(InvalidArgument, match="neither 'binaryio' nor 'textio'"):
        File(kind="rawio")


def test_another_media_type_is_bad_input() -> None:
    pdf = File(mime_type="application/pdf")
    assert pdf.decode(Blob(b"x", "Application/PDF; v=1")).read() == b"x"
    with pytest.raises(BadInput, match="File expects 'application/pdf', got 'text/plain'"):
        pdf.decode(Blob(b"x", "text/plain"))
    with pytest.raises(BadInput, match="File expects a file, got None"):
        File().decode(None)


@pytest.mark.parametrize(
    "result", [b"abc", bytearray(b"abc"), "abc", io.BytesIO(b"abc"), io.StringIO("abc")]
)
def test_bytes_text_and_open_files_are_results(result: Any) -> None:
    assert File().encode(result) == Blob(b"abc", "application/octet-stream")


def test_a_result_has_the_type_of_its_descriptor_or_else_its_own() -> None:
    sent = File().decode(Blob(b"abc", "image/x-own"))
    assert File().encode(sent) == Blob(b"abc", "image/x-own")
    sent.seek(0)
    assert File(mime_type="a/b").encode(sent) == Blob(b"abc", "a/b")


def test_the_type_that_curl_gives_to_anything_is_no_files() -> None:
    sent = File().decode(Blob(b"abc", "application/x-www-form-urlencoded"))
    assert sent.mime_type == ""
    assert File().encode(sent) == Blob(b"abc", "application/octet-stream")


def test_other_results_are_named_with_their_type() -> None:
    closed = io.BytesIO()
    closed.close()
    for result, text in ((3, "an int, where File"), (None, "None, where"), (closed, "a file that")):
        with pytest.raises(UnencodableResult) as caught:
            File().encode(result)
        assert caught.value.message.startswith(text)


def test_plans_and_specs_name_the_type() -> None:
    assert File(kind="textio", mime_type="text/csv").plan() == {
        "name": "File",
        "value": "blob",
        "media_types": ["text/csv"],
        "content_type": "text/csv",
        "schema": {"type": "string", "format": "binary"},
        "io": {"id": "bentoml.io.File", "args": {"kind": "binaryio", "mime_type": "text/csv"}},
    }
    assert File().plan()["media_types"] == []
    assert list(File().openapi_request_body()["content"]) == ["*/*"]
    assert from_spec(File(mime_type="a/b").to_spec()).mime_type == "a/b"


def test_a_sample_file_tells_its_type(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")
    descriptor = File.from_sample(str(path))
    assert descriptor.mime_type == "application/pdf"
    assert descriptor.sample.read() == b"%PDF"
    assert File.from_sample(b"abc").sample.read() == b"abc"
    with pytest.raises(BadInput, match="cannot read"):
        File.from_sample(tmp_path / "none")
