# SPDX-License-Identifier: Apache-2.0
"""Image: a PIL image."""

from __future__ import annotations

import functools
import io
import os
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

from ..exceptions import BadInput, InvalidArgument, UnencodableResult
from .base import IODescriptor
from .lazy import NDARRAY, PIL_IMAGE, LazyType, kind_of, needed
from .wire import Blob, WireValue, main_type

_WRITE_ONLY = ("PALM", "PDF")
_BY_PROGRAM = ("EPS",)  # PIL would run Ghostscript on what a client sent.


class Image(IODescriptor[Any], descriptor_id="bentoml.io.Image"):
    """An image: the body itself, or one part of a form.

    The function gets a PIL image in the mode that it was sent in, such as `L` for grey ones; it
    returns a PIL image or an array of height x width [x channels].

    Args:
        pilmode: The mode that an array is written in; None leaves it as PIL reads the array.
        mime_type: The media type that is written.
        allowed_mime_types: Those that are taken; without it, all that PIL reads by itself. What is
            sent has to be an image of one of them, whatever its content type says.
    """

    _wire_kind = "blob"
    _mime_type: str

    def __init__(
        self,
        pilmode: str | None = "RGB",
        mime_type: str = "image/jpeg",
        *,
        allowed_mime_types: Iterable[str] | None = None,
    ) -> None:
        if pilmode is not None and pilmode not in _pil().MODES:
            raise InvalidArgument(
                f"Image(pilmode={pilmode!r}) is not one of PIL's modes",
                hint=f"they are {', '.join(_pil().MODES)}",
            )
        self._pilmode = pilmode
        self._mime_type = _known("mime_type", mime_type)
        self._restricted = None if allowed_mime_types is None else _readable(allowed_mime_types)
        self._allowed = self._restricted or _all_readable()
        self._formats = _formats_of(self._restricted)

    def _from_sample(self, sample: Any) -> Any:
        if NDARRAY.isinstance(sample):
            return self._picture(sample)
        if isinstance(sample, (str, os.PathLike)):
            path = Path(sample).expanduser()
            try:
                sample = _opened(path.read_bytes(), self._formats)
            except OSError as error:
                raise BadInput(
                    f"Image.from_sample() cannot read '{path}': {error.strerror}"
                ) from None
        if not PIL_IMAGE.isinstance(sample):
            raise BadInput(f"Image.from_sample() was given {kind_of(sample)}")
        if sample.format:
            self._mime_type = _pil().MIME.get(sample.format, self._mime_type)
        return sample

    def input_type(self) -> LazyType:
        return PIL_IMAGE

    def to_spec(self) -> dict[str, Any]:
        """Names no types where all are taken: another version of PIL would not know some."""
        return {
            "id": self.descriptor_id,
            "args": {
                "pilmode": self._pilmode,
                "mime_type": self._mime_type,
                "allowed_mime_types": self._restricted,
            },
        }

    def plan(self) -> dict[str, Any]:
        first = [self._mime_type] if self._mime_type in self._allowed else []
        rest = [name for name in self._allowed if name != self._mime_type]
        return {**super().plan(), "media_types": first + rest}

    def openapi_schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "binary"}

    def openapi_request_body(self) -> dict[str, Any]:
        return {**super().openapi_request_body(), "content": self._content(*self._allowed)}

    def decode(self, wire: WireValue) -> Any:
        if not isinstance(wire, Blob):
            raise BadInput(f"Image expects an image, got {kind_of(wire)}")
        name = main_type(wire.media_type)
        if name not in self._allowed:
            raise BadInput(
                f"Image does not take '{wire.media_type}'",
                hint=f"set the content type to one of {', '.join(self._allowed)}",
            )
        return _opened(wire.data, self._formats)

    def encode(self, result: Any) -> Blob:
        image = self._picture(result) if NDARRAY.isinstance(result) else result
        if not PIL_IMAGE.isinstance(image):
            raise UnencodableResult(
                f"{kind_of(result)}, where Image expects a PIL image or an array",
                hint="use PIL.Image.open(…), or File() for a file",
            )
        form = _formats()[self._mime_type]
        written = io.BytesIO()
        try:
            image.save(written, format=form)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UnencodableResult(
                f"an image of mode {image.mode}, which cannot be written as "
                f"'{self._mime_type}': {error}",
                hint="return image.convert('RGB'), or use Image(mime_type='image/png')",
            ) from None
        return Blob(written.getvalue(), self._mime_type, f"output.{form.lower()}")

    def _picture(self, array: Any) -> Any:
        hint = "an image is height x width [x channels] of uint8, 0 to 255"
        is_float = array.dtype.kind == "f" and self._pilmode not in ("F", "I", None)
        if is_float or array.ndim not in (2, 3):
            raise UnencodableResult(f"{kind_of(array)}, which is no image", hint=hint)
        try:
            image = _pil().fromarray(array)
        except (TypeError, ValueError) as error:
            raise UnencodableResult(
                f"{kind_of(array)}, which is no image: {error}", hint=hint
            ) from None
        same = self._pilmode is None or image.mode == self._pilmode
        return image if same else image.convert(self._pilmode)


def _pil() -> ModuleType:
    return needed("PIL.Image", "pillow", "Image()")


@functools.cache
def _formats() -> dict[str, str]:
    """PIL's formats by media type, all of its plugins loaded."""
    pil = _pil()
    pil.init()
    formats: dict[str, str] = {}
    for form, name in pil.MIME.items():
        formats.setdefault(name, form)  # image/bmp is BMP, and DIB, which lacks the file's head.
    return formats


def _known(argument: str, name: str) -> str:
    name = name.lower()
    if name not in _formats():
        raise InvalidArgument(
            f"Image({argument}={name!r}) is not a media type of PIL's",
            hint=f"they are {', '.join(sorted(_formats()))}",
        )
    return name


def _all_readable() -> list[str]:
    """The media types that PIL reads by itself."""
    skipped = (*_WRITE_ONLY, *_BY_PROGRAM)
    return sorted(name for name, form in _formats().items() if form not in skipped)


def _readable(names: Iterable[str]) -> list[str]:
    names = [_known("allowed_mime_types", name) for name in names]
    for name in names:
        if _formats()[name] in _WRITE_ONLY:
            raise InvalidArgument(f"PIL writes images of '{name}', and cannot read them")
    if not names:
        raise InvalidArgument("Image(allowed_mime_types=[]) takes no image at all")
    return names


def _formats_of(names: list[str] | None) -> list[str]:
    """PIL's formats of these media types; of all images that PIL reads by itself, without them."""
    pil = _pil()
    if names is None:
        return [form for form in pil.OPEN if form not in _BY_PROGRAM]
    return [form for form in pil.OPEN if pil.MIME.get(form) in names]


def _opened(data: bytes | memoryview, formats: list[str]) -> Any:
    """The image, read to its end: PIL would tell of a truncated one only when it is used."""
    try:
        image = _pil().open(io.BytesIO(data), formats=formats)
        image.load()
    except Exception as error:  # PIL's plugins raise whatever comes to them on a damaged file.
        why = "" if isinstance(error, OSError) and "cannot identify" in str(error) else f": {error}"
        raise BadInput(f"Image expects an image, and cannot read this one{why}") from None
    return image
