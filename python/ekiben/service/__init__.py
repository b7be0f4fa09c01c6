# SPDX-License-Identifier: Apache-2.0
"""Services: named APIs over runners."""

from __future__ import annotations

from typing import Any


def made_services() -> list[Any]:
    """The services made in this process, oldest first."""
    return []
