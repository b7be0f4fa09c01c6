# SPDX-License-Identifier: Apache-2.0
"""Names of packages, and the lines of requirements files that name them."""

from __future__ import annotations

import re
from collections.abc import Iterator

_NAME = re.compile(r"^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)")
_SEPARATORS = re.compile(r"[-_.]+")
_COMMENT = re.compile(r"(^|\s)#.*$")


def normal(name: str) -> str:
    """The name as all spellings of it become one."""
    return _SEPARATORS.sub("-", name).lower()


def requirements(text: str) -> Iterator[str]:
    """The lines that name packages: no options, no comments, continued lines as one."""
    for line in text.replace("\\\n", " ").splitlines():
        bare = _COMMENT.sub("", line).strip()
        if bare and not bare.startswith("-"):
            yield bare.split(" --hash", 1)[0].strip()


def package_names(text: str) -> list[str]:
    """The names alone."""
    found = (_NAME.match(line) for line in requirements(text))
    return [match[1] for match in found if match]
