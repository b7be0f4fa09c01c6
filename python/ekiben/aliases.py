# SPDX-License-Identifier: Apache-2.0
"""The names that a bentofile gives to models (`models: [{tag, alias}]`), beside their tags."""

from __future__ import annotations

import json
import os
from functools import lru_cache
from pathlib import Path

from .tag import Tag


def meant(tag: str | Tag) -> str | Tag:
    """The tag that an alias of the bento that is built or served stands for, else `tag` itself."""
    if not isinstance(tag, str):
        return tag
    building = os.environ.get("EKIBEN_MODEL_ALIASES")
    if building:
        return json.loads(building).get(tag, tag)
    bento = os.environ.get("EKIBEN_BENTO")
    return _aliases_of(bento).get(tag, tag) if bento else tag


@lru_cache(maxsize=1)
def _aliases_of(bento: str) -> dict[str, str]:
    from .bento import FILE, BentoInfo

    file = Path(bento, FILE)
    # Reading YAML takes longer than all else that a worker does before it is ready.
    if not file.is_file() or b"alias:" not in file.read_bytes():
        return {}
    return {one.alias: str(one.tag) for one in BentoInfo.read(Path(bento)).models if one.alias}
