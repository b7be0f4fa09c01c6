# SPDX-License-Identifier: Apache-2.0
"""Models and bentos as archives: out of the store into one file, and back into a store.

The engine packs and unpacks: archives come from strangers, and one parser of them is enough.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict
from urllib.parse import unquote, urlsplit

from .bento import Bento, BentoStore
from .command import run
from .errors import InvalidArgument
from .model import Model
from .publish import refuse_in_bento
from .remote import LOGIN
from .store import ModelStore, TagStore
from .stored import Stored
from .tag import Tag

if TYPE_CHECKING:
    from typing_extensions import Unpack

_FORMS = ("gz", "xz", "bz2", "tar", "zip", "folder")
_LOCAL = ("file", "local", "osfs")


class Place(TypedDict, total=False):
    """What every function here takes besides the path, as BentoML does.

    Attributes:
        protocol: What stands before `://`, where the path has none: `s3`, `gs`, `sftp`.
        user: A user, or the id of an access key.
        passwd: The password, or the secret key.
        params: What else the protocol's client is told: `endpoint_url`, `region`, `acl`.
        subpath: What comes after the path.
    """

    protocol: str | None
    user: str | None
    passwd: str | None
    params: Mapping[str, str] | None
    subpath: str | None


def export_model(
    tag: str | Tag | Model,
    path: str | os.PathLike[str],
    output_format: str | None = None,
    **place: Unpack[Place],
) -> str:
    """Write a model into one file, from which BentoML imports it, too; returns where it is.

    Args:
        tag: What to export.
        path: A file, which is replaced; a folder, in which the file gets the tag's name; or a URL
            such as `s3://bucket/iris.bentomodel`, which ends with a slash where it is a folder's.
        output_format: `bentomodel` (a tar.xz), `gz`, `xz`, `bz2`, `tar`, `zip`, or `folder` for
            plain files in a folder that does not exist yet. By default as the path ends, else
            `bentomodel`.
        place: More of the path, and who is there; see Place.

    Raises:
        NotFound: If there is no such model.
        InvalidArgument: If the format or the protocol is not known.
        FailedPrecondition: If the folder exists, the disk or the other side refuses, or the
            protocol's client is not installed; the hint has the line that installs it.
    """
    return _export(("models",), "bentomodel", ModelStore(), tag, path, output_format, place)


def export_bento(
    tag: str | Tag | Bento,
    path: str | os.PathLike[str],
    output_format: str | None = None,
    **place: Unpack[Place],
) -> str:
    """Write a bento with its models into one file, from which BentoML imports it, too.

    As export_model(); the format of its own is called `bento`.

    Example:
        >>> ekiben.bentos.export_bento("iris_classifier:latest", "s3://bucket/bentos/")
        's3://bucket/bentos/iris_classifier-hrcxybszzsm3khqa.bento'
    """
    return _export((), "bento", BentoStore(), tag, path, output_format, place)


def import_model(
    path: str | os.PathLike[str], input_format: str | None = None, **place: Unpack[Place]
) -> Model:
    """Take a model that export_model(), or BentoML, wrote into the store, under the same tag.

    It enters the store whole or not at all.

    Args:
        path: A file, a folder, or a URL.
        input_format: As for export_model(); by default as the path ends, `folder` for a folder,
            else `bentomodel`.
        place: More of the path, and who is there; see Place.

    Raises:
        NotFound: If there is no such file.
        InvalidArgument: If it is no model, is damaged, becomes far larger than it is, or has
            members that leave the folder, are links or devices or are there twice; if the format
            or the protocol is not known.
        FailedPrecondition: If the version is taken, the disk or the other side refuses, or the
            protocol's client is not installed.
    """
    store = ModelStore()
    refuse_in_bento(store)
    info = store.get(_import(("models",), "bentomodel", store, path, input_format, place))
    return Model(info, store.folder(info.tag))


def import_bento(
    path: str | os.PathLike[str], input_format: str | None = None, **place: Unpack[Place]
) -> Bento:
    """Take a bento that export_bento(), or BentoML, wrote into the store, under the same tag.

    As import_model(). A bento that has changed since it was built is refused.

    Raises:
        FailedPrecondition: As there, and where its digest is not that of its files.
    """
    store = BentoStore()
    info = store.get(_import((), "bento", store, path, input_format, place))
    return Bento(info, store.folder(info.tag))


def _export(
    group: tuple[str, ...],
    own: str,
    store: TagStore[Any],
    tag: str | Tag | Stored[Any],
    path: str | os.PathLike[str],
    output_format: str | None,
    place: Place,
) -> str:
    target, more = _target(path, place)
    home = store.home
    if isinstance(tag, Stored):
        home, tag = Path(tag.path).parents[2], tag.tag
    words = [*group, "export", str(Tag.of(tag)), target, *_form(own, output_format, "-o")]
    said = run(*words, "--python", sys.executable, home=home, **more)
    return said.partition(" exported to ")[2].removesuffix("\n")


def _import(
    group: tuple[str, ...],
    own: str,
    store: TagStore[Any],
    path: str | os.PathLike[str],
    input_format: str | None,
    place: Place,
) -> str:
    """The tag of what was imported."""
    source, more = _target(path, place)
    # A graph is not what is meant, whatever the file is called.
    form = input_format or (own if source.endswith(".onnx") else None)
    words = [*group, "import", source, *_form(own, form, "-f")]
    said = run(*words, "--python", sys.executable, home=store.home, **more)
    return said.partition('"')[2].partition('"')[0]


def _form(own: str, given: str | None, option: str) -> list[str]:
    """The form as the command takes it."""
    if given is None:
        return []
    if given not in (own, *_FORMS):
        raise InvalidArgument(
            f"format '{given}' is not known", hint=f"the formats are {', '.join((own, *_FORMS))}"
        )
    return [option, given]


def _target(path: str | os.PathLike[str], place: Place) -> tuple[str, dict[str, str]]:
    """The path or URL that BentoML's several ways of saying it mean, and the rest as variables.

    Variables, since other users of the machine read a command's arguments.
    """
    unknown = set(place) - set(Place.__annotations__)
    if unknown:
        raise TypeError(f"unexpected keyword argument '{sorted(unknown)[0]}'")
    text = os.fspath(path)
    scheme, found, rest = text.partition("://")
    protocol = scheme if found else place.get("protocol") or "file"
    if found and place.get("protocol") not in (None, protocol):
        raise InvalidArgument(
            f"'{text}' is no path of '{place['protocol']}'", hint="give one of them"
        )
    if protocol in _LOCAL and found:
        parts = urlsplit(text)
        rest = unquote(parts.netloc + parts.path)
    bare = rest if found else text
    if subpath := place.get("subpath"):
        bare = f"{bare.rstrip('/')}/{subpath}" if bare.rstrip("/") else subpath
    if protocol in _LOCAL:
        return (f"./{bare}" if bare.startswith("-") else bare), {}
    login: dict[str, Any] = {key: place.get(key) for key in ("user", "passwd", "params")}
    if login["user"] is None and login["passwd"] is None and "@" in bare.partition("/")[0]:
        who, _, bare = bare.partition("@")
        user, _, password = who.partition(":")
        login |= {"user": unquote(user), "passwd": unquote(password) or None}
    given = {key: value for key, value in login.items() if value}
    return f"{protocol}://{bare}", ({LOGIN: json.dumps(given)} if given else {})
