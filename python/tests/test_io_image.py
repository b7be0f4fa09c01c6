# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from ekiben.exceptions import BadInput, InvalidArgument, UnencodableResult
from ekiben.io import Blob, Image, from_spec

PIXELS = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)


def written(image: PIL.Image.Image, form: str = "PNG") -> bytes:
    file = io.BytesIO()
    image.save(file, format=form)
    return file.getvalue()


def test_an_image_comes_in_the_mode_that_it_was_sent_in() -> None:
    for mode in ("RGB", "L", "RGBA"):
        sent = PIL.Image.fromarray(PIXELS).convert(mode)
        image = Image().decode(Blob(written(sent), "image/png"))
        assert (image.mode, image.format) == (mode, "PNG")
        assert np.array_equal(np.asarray(image), np.asarray(sent))


def test_other_media_types_are_bad_input() -> None:
    data = written(PIL.Image.fromarray(PIXELS))
    for given, sent in (
        (None, "text/plain"),
        (None, ""),
        (None, "application/pdf"),
        (["image/jpeg"], "image/png"),
    ):
        with pytest.raises(BadInput, match=f"Image does not take '{sent}'"):
            Image(allowed_mime_types=given).decode(Blob(data, sent))
    assert Image(allowed_mime_types=["Image/PNG"]).decode(Blob(data, "image/png; a=b"))


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP"])
def test_what_is_cut_off_anywhere_is_bad_input_or_an_image(form: str) -> None:
    data = written(PIL.Image.fromarray(PIXELS), form)
    mime = PIL.Image.MIME[form]
    for end in range(0, len(data), max(1, len(data) // 40)):
        try:
            assert Image().decode(Blob(data[:end], mime)).size == (4, 4)
        except BadInput as error:
            assert error.message.startswith("Image expects an image, and cannot read this one")


def test_a_content_type_does_not_smuggle_in_another_format() -> None:
    postscript = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n"
    with pytest.raises(BadInput, match="Image does not take 'application/postscript'"):
        Image().decode(Blob(postscript, "application/postscript"))
    with pytest.raises(BadInput, match="cannot read this one"):
        Image().decode(Blob(postscript, "image/png"))
    png = written(PIL.Image.fromarray(PIXELS))
    assert Image().decode(Blob(png, "image/jpeg")).format == "PNG"
    with pytest.raises(BadInput, match="cannot read this one"):
        Image(allowed_mime_types=["image/jpeg"]).decode(Blob(png, "image/jpeg"))


def test_no_body_is_bad_input() -> None:
    with pytest.raises(BadInput, match="Image expects an image, got None"):
        Image().decode(None)


def test_results_are_images_and_arrays() -> None:
    for result in (PIL.Image.fromarray(PIXELS), PIXELS):
        blob = Image(mime_type="image/png").encode(result)
        assert (blob.media_type, blob.filename) == ("image/png", "output.png")
        assert np.array_equal(np.asarray(PIL.Image.open(io.BytesIO(blob.data))), PIXELS)
    jpeg = Image().encode(PIXELS)
    assert (jpeg.media_type, jpeg.filename) == ("image/jpeg", "output.jpeg")


def test_arrays_are_written_in_the_pilmode() -> None:
    def mode(pilmode: str | None, array: Any) -> str:
        blob = Image(pilmode=pilmode, mime_type="image/png").encode(array)
        return PIL.Image.open(io.BytesIO(blob.data)).mode

    assert mode("RGB", PIXELS[:, :, 0]) == "RGB"
    assert mode("L", PIXELS) == "L"
    assert mode(None, PIXELS[:, :, 0]) == "L"


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (None, "None, where Image expects a PIL image or an array"),
        (b"abc", "a bytes, where"),
        (PIXELS / 255, "an ndarray of float64, shape (4, 4, 3), which is no image"),
        (np.zeros(3, np.uint8), "an ndarray of uint8, shape (3,), which is no image"),
        (PIL.Image.new("RGBA", (1, 1)), "an image of mode RGBA, which cannot be written as"),
    ],
)
def test_other_results_are_named_with_their_type(result: Any, text: str) -> None:
    with pytest.raises(UnencodableResult) as caught:
        Image().encode(result)
    assert caught.value.message.startswith(text)
    assert caught.value.hint


def test_plans_list_what_is_taken_and_specs_do_so_where_it_was_said() -> None:
    plan = Image(pilmode="L", mime_type="image/png", allowed_mime_types=["image/gif"]).plan()
    args = {"pilmode": "L", "mime_type": "image/png", "allowed_mime_types": ["image/gif"]}
    assert plan == {
        "name": "Image",
        "value": "blob",
        "media_types": ["image/gif"],
        "content_type": "image/png",
        "schema": {"type": "string", "format": "binary"},
        "io": {"id": "bentoml.io.Image", "args": args},
    }
    anything = Image()
    assert anything.plan()["media_types"][0] == "image/jpeg"
    assert {"image/png", "image/gif"} < set(anything.plan()["media_types"])
    assert "application/pdf" not in anything.plan()["media_types"]
    assert anything.to_spec()["args"]["allowed_mime_types"] is None
    assert from_spec(plan["io"]).plan() == plan


def test_what_pil_does_not_know_is_refused_where_it_is_written() -> None:
    with pytest.raises(InvalidArgument, match="pilmode='RGBQ'"):
        Image(pilmode="RGBQ")
    with pytest.raises(InvalidArgument, match="mime_type='image/jpg'"):
        Image(mime_type="image/jpg")
    with pytest.raises(InvalidArgument, match="takes no image at all"):
        Image(allowed_mime_types=[])
    with pytest.raises(InvalidArgument, match="cannot read them"):
        Image(allowed_mime_types=["application/pdf"])


def test_a_sample_tells_the_media_type(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(written(PIL.Image.fromarray(PIXELS)))
    assert Image.from_sample(str(path)).mime_type == "image/png"
    assert Image.from_sample(PIXELS).sample.size == (4, 4)
    path.write_bytes(b"no image")
    with pytest.raises(BadInput):
        Image.from_sample(path)
