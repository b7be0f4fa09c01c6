# SPDX-License-Identifier: Apache-2.0
"""Archives elsewhere: `s3://bucket/iris.bento`, and what else fsspec reaches.

fsspec and the package of a protocol are the user's; a missing one is named with the line that
installs it.
"""

from __future__ import annotations

import importlib.util
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from .errors import FailedPrecondition, InvalidArgument, NotFound

# The variable with user, password and parameters as JSON: arguments are seen by others.
LOGIN = "EKIBEN_REMOTE_LOGIN"

# Protocol to what pip installs for it; fsspec comes along.
_PACKAGES = {
    "abfs": "adlfs",
    "abfss": "adlfs",
    "az": "adlfs",
    "ftp": "fsspec",
    "gcs": "gcsfs",
    "gs": "gcsfs",
    "hf": "huggingface_hub fsspec",
    "http": "aiohttp fsspec",
    "https": "aiohttp fsspec",
    "oss": "ossfs",
    "s3": "s3fs",
    "s3a": "s3fs",
    "sftp": "paramiko fsspec",
    "smb": "smbprotocol fsspec",
    "ssh": "paramiko fsspec",
    "webdav": "webdav4[fsspec]",
}
# What fsspec calls a user and a password.
_LOGIN = {"s3": ("key", "secret"), "s3a": ("key", "secret")} | dict.fromkeys(
    ("ftp", "sftp", "smb", "ssh"), ("username", "password")
)
_WEB = ("http", "https")
# BentoML's names of parameters for S3 that s3fs has elsewhere.
_S3_HEADERS = {"acl": "ACL", "cache-control": "CacheControl"}


@dataclass(frozen=True)
class Remote:
    """Something at a URL, and how to get there.

    Attributes:
        url: Without a user, a password and parameters: it may be printed.
        options: For fsspec; secrets among them.
    """

    url: str
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def protocol(self) -> str:
        """What stands before `://`."""
        return self.url.partition("://")[0]


def remote_at(
    url: str,
    user: str | None = None,
    passwd: str | None = None,
    params: Mapping[str, str] | None = None,
) -> Remote:
    """What BentoML's `protocol://user:passwd@place?params` means.

    Raises:
        InvalidArgument: If the protocol takes no user.
    """
    parts = urlsplit(url)
    if parts.scheme in _WEB:
        parts_query, query = parts.query, {}
    else:
        parts_query, query = "", dict(parse_qsl(parts.query))
    login, _, host = parts.netloc.rpartition("@")
    if login:
        first, _, second = login.partition(":")
        user, passwd = user or unquote(first), passwd or unquote(second) or None
    shown = urlunsplit((parts.scheme, host, parts.path, parts_query, ""))
    options = _options(parts.scheme, query | dict(params or {}))
    if user is not None or passwd is not None:
        if parts.scheme not in _LOGIN:
            raise InvalidArgument(
                f"'{parts.scheme}://' takes no user and password here",
                hint="let the environment, or the client's own files, have the credentials",
            )
        given = zip(_LOGIN[parts.scheme], (user, passwd), strict=True)
        options |= {name: value for name, value in given if value is not None}
    return Remote(shown, options)


def remote_as_told(url: str) -> Remote:
    """The same, of what stands in the variable LOGIN besides."""
    return remote_at(url, **json.loads(os.environ.get(LOGIN, "{}")))


def upload(local: Path, remote: Remote) -> None:
    """Write a file, or a folder with all that is in it, to `remote`.

    Raises:
        FailedPrecondition: If a package is missing, or the other side refuses.
        InvalidArgument: If fsspec does not know the protocol.
    """
    with _errors("write", remote):
        files, path = _open(remote)
        if local.is_dir():
            for one in sorted(one for one in local.rglob("*") if one.is_file()):
                files.put_file(str(one), f"{path.rstrip('/')}/{one.relative_to(local).as_posix()}")
        else:
            files.put_file(str(local), path)


def download(remote: Remote, folder: Path) -> Path:
    """Read the file, or the folder, at `remote` into `folder`, under its own name; where it is.

    Raises:
        NotFound: If there is none.
        FailedPrecondition: If a package is missing, or the other side refuses.
        InvalidArgument: If fsspec does not know the protocol.
    """
    name = urlsplit(remote.url).path.rstrip("/").rpartition("/")[2]
    local = folder / (name if name not in ("", ".", "..") else "download")
    with _errors("read", remote):
        files, path = _open(remote)
        if remote.protocol in _WEB or files.isfile(path):
            files.get_file(path, str(local))
            return local
        found = files.find(path)
        if not found:
            raise FileNotFoundError("there is nothing")
        for one in found:
            inside = one[one.index(path.rstrip("/")) + len(path.rstrip("/")) + 1 :]
            place = local / inside
            if ".." in Path(inside).parts:
                raise InvalidArgument(f"'{remote.url}' has '{inside}', which leaves the folder")
            place.parent.mkdir(parents=True, exist_ok=True)
            files.get_file(one, str(place))
    return local


def _options(protocol: str, params: Mapping[str, str]) -> dict[str, Any]:
    if protocol not in ("s3", "s3a"):
        return dict(params)
    options = {key: value for key, value in params.items() if key not in ("strict", "region")}
    headers = {_S3_HEADERS[key]: options.pop(key) for key in _S3_HEADERS if key in options}
    if headers:
        options["s3_additional_kwargs"] = headers
    if "region" in params:
        options["client_kwargs"] = {"region_name": params["region"]}
    return options


def _open(remote: Remote) -> tuple[Any, str]:
    """The file system that has it, and its path there."""
    if importlib.util.find_spec("fsspec") is None:
        raise ImportError("fsspec is not installed")
    import fsspec

    return fsspec.core.url_to_fs(remote.url, **remote.options)


@contextmanager
def _errors(doing: str, remote: Remote) -> Iterator[None]:
    """What fsspec and its clients raise, as errors of ours."""
    try:
        yield
    except (InvalidArgument, NotFound, FailedPrecondition):
        raise
    except ImportError as error:
        package = _PACKAGES.get(remote.protocol, "fsspec")
        raise FailedPrecondition(
            f"cannot {doing} '{remote.url}': {' '.join(str(error).split())}",
            hint=f"pip install {package}",
        ) from error
    except FileNotFoundError as error:
        missing = "file" if doing == "read" else "bucket or folder"
        raise NotFound(f"cannot {doing} '{remote.url}': there is no such {missing}") from error
    except ValueError as error:
        if remote.protocol in _PACKAGES:
            raise FailedPrecondition(_why(doing, remote, error)) from error
        raise InvalidArgument(
            f"'{remote.protocol}://' is not known",
            hint="s3://, gs://, az://, https:// and sftp:// are",
        ) from error
    except Exception as error:  # Each client has errors of its own.
        raise FailedPrecondition(
            _why(doing, remote, error),
            hint="credentials and endpoints are those of its own client: AWS_PROFILE, "
            "AWS_ENDPOINT_URL and the like",
        ) from error


def _why(doing: str, remote: Remote, error: Exception) -> str:
    why = " ".join(str(error).split()) or type(error).__name__
    return f"cannot {doing} '{remote.url}': {why}"
