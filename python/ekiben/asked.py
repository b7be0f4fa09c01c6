# SPDX-License-Identifier: Apache-2.0
"""`python -m ekiben.asked FD QUESTION [ARGUMENT ...]`: what the program leaves to Python.

The answer is JSON, written to the descriptor; where the question could not be answered it is
`{"message", "hint", "code"}`, the last of which is the error's class, and the exit code 2.
"""

from __future__ import annotations

import atexit
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from . import errors
from .errors import EkibenError, InvalidArgument

_FAILED = 2


def about() -> dict[str, Any]:
    """The versions of `ekiben` and `python`."""
    from importlib.metadata import PackageNotFoundError, version

    from .manifest import python_version

    try:
        installed = version("ekiben")
    except PackageNotFoundError:  # It is imported from its sources.
        installed = "unknown"
    return {"ekiben": installed, "python": python_version()}


def configuration(*options: str) -> dict[str, Any]:
    """`server`: what the server itself follows; `verify`; `configuration`: all, for its workers."""
    from .configuration import configuration as read
    from .configuration.server import for_server
    from .exceptions import BentoMLConfigException

    try:
        settings = read(options=options)
        return {
            "server": for_server(settings),
            "verify": settings["verify"],
            "configuration": settings,
        }
    except BentoMLConfigException as error:
        raise InvalidArgument(error.message, hint=error.hint) from error


def describe_service(target: str, folder: str, *alias: str) -> dict[str, Any]:
    """What a service is: `service`, `description` and `python`."""
    from .describing import describe_service as describe

    return describe(target, folder, *alias)


def render_dockerfile(file: str, blocks: str) -> dict[str, Any]:
    """The `text` that a template makes of a Dockerfile's blocks."""
    from .dockerfile_template import rendered

    return rendered(file, blocks)


def upload(local: str, url: str) -> dict[str, Any]:
    """The `url` that a file was written to, as it may be printed."""
    from . import remote

    place = remote.remote_as_told(url)
    remote.upload(Path(local), place)
    return {"url": place.url}


def image_files(cache: str, bento: str, *uv: str) -> dict[str, Any]:
    """The folders of a bento's image that hold Python."""
    from .imaging import image_files as put_together

    return put_together(cache, bento, *uv)


def download(url: str, folder: str) -> dict[str, Any]:
    """The `path` in the folder that has what was at the URL."""
    from . import remote

    return {"path": str(remote.download(remote.remote_as_told(url), Path(folder)))}


_QUESTIONS: dict[str, Callable[..., dict[str, Any]]] = {
    "about": about,
    "configuration": configuration,
    "describe-service": describe_service,
    "download": download,
    "image-files": image_files,
    "upload": upload,
    "render-dockerfile": render_dockerfile,
}


def main(descriptor: int, question: str, arguments: list[str]) -> int:
    """Write the answer; the exit code."""
    try:
        answer, code = _QUESTIONS[question](*arguments), 0
    except EkibenError as error:
        kinds = [one.__name__ for one in type(error).__mro__ if hasattr(errors, one.__name__)]
        answer = {"message": error.message, "hint": error.hint, "code": kinds[0]}
        code = _FAILED
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        json.dump(answer, out)
    return code


def leave(code: int) -> NoReturn:
    """End this process, without waiting for threads of the user's module or taking it all apart."""
    atexit._run_exitfuncs()  # What the module has left to be done, such as removing its files.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    leave(main(int(sys.argv[1]), sys.argv[2], sys.argv[3:]))
