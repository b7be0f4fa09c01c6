# SPDX-License-Identifier: Apache-2.0
"""Descriptors for tests that look at services and not at bodies."""

from __future__ import annotations

from typing import Any


class Plain:
    """Takes and gives JSON, as it is."""

    def plan(self) -> dict[str, Any]:
        return {"name": "JSON", "value": "json"}

    def decode(self, wire: Any) -> Any:
        return wire

    def encode(self, result: Any) -> Any:
        return result


class Parts(Plain):
    """Takes parts by name."""

    def __init__(self, *names: str) -> None:
        self.names = names

    def plan(self) -> dict[str, Any]:
        return {"name": "Multipart", "value": "parts", "parts": {one: {} for one in self.names}}
