# SPDX-License-Identifier: Apache-2.0
"""Tars that the tests themselves have written, or had written."""

from __future__ import annotations

import tarfile
from pathlib import Path

# Debian 12's Python has no filters yet, and does what this one says.
_AS_IT_IS = {"filter": "fully_trusted"} if hasattr(tarfile, "fully_trusted_filter") else {}


def extract(archive: tarfile.TarFile, folder: Path) -> None:
    """All of it, with modes and numeric owners, as a container engine does."""
    archive.extractall(folder, numeric_owner=True, **_AS_IT_IS)
