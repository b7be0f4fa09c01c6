# SPDX-License-Identifier: Apache-2.0
"""Tags: `name:version`, the way to name a model."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .errors import InvalidArgument

_PART = re.compile(r"[a-z0-9]([-._a-z0-9]*[a-z0-9])?")
_LONGEST = 63

LATEST = "latest"


@dataclass(frozen=True, order=False)
class Tag:
    """A name and a version, or a name alone, which means its newest version.

    Upper case is lowered. Tags are values: equal when name and version are, and never ordered,
    because the text of a version says nothing about its age.

    Raises:
        InvalidArgument: If name or version is empty, longer than 63 characters, or has characters
            other than `a-z 0-9 - _ .`, or does not begin and end with a letter or digit.
    """

    name: str
    version: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", _checked("name", self.name))
        if self.version is not None:
            object.__setattr__(self, "version", _checked("version", self.version))

    @classmethod
    def of(cls, tag: str | Tag) -> Tag:
        """The tag that `tag` is or spells."""
        if isinstance(tag, Tag):
            return tag
        name, colon, version = tag.partition(":")
        if colon and not version:
            raise InvalidArgument(
                f"tag '{tag}' ends with ':'", hint=f"write '{name}' or '{name}:{LATEST}'"
            )
        return cls(name, version if colon else None)

    @property
    def wants_latest(self) -> bool:
        """Whether the newest version is meant."""
        return self.version in (None, LATEST)

    def with_new_version(self) -> Tag:
        """The same name with a version that no other call has made or will make."""
        import base64
        import uuid

        made = uuid.uuid1().bytes
        version = base64.b32encode(made[:6] + made[8:12]).decode("ascii").lower()
        return Tag(self.name, version)

    @classmethod
    def from_str(cls, tag_str: str) -> Tag:
        """The tag that the text spells."""
        return cls.of(tag_str)

    @classmethod
    def from_taglike(cls, taglike: str | Tag) -> Tag:
        """The tag that `taglike` is or spells."""
        return cls.of(taglike)

    def make_new_version(self) -> Tag:
        """The same as with_new_version(), by BentoML's name."""
        return self.with_new_version()

    def path(self) -> str:
        """Where a model with this tag lies below `models/`."""
        return self.name if self.version is None else f"{self.name}/{self.version}"

    def latest_path(self) -> str:
        """The file below `models/` that has the newest version's name."""
        return f"{self.name}/{LATEST}"

    def __str__(self) -> str:
        return self.name if self.version is None else f"{self.name}:{self.version}"


def _checked(what: str, text: str) -> str:
    lowered = text.lower()
    if len(lowered) > _LONGEST:
        raise InvalidArgument(
            f"{what} '{text}' has {len(lowered)} characters; a tag's {what} has at most {_LONGEST}"
        )
    if not _PART.fullmatch(lowered):
        raise InvalidArgument(
            f"'{text}' is not a valid {what} of a tag",
            hint="use a-z, 0-9, '-', '_' and '.', with a letter or digit at both ends",
        )
    return lowered
