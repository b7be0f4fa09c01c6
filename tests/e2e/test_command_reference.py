# SPDX-License-Identifier: Apache-2.0
"""docs/reference/command-line.md against the program."""

from __future__ import annotations

import runpy

from harness.program import ROOT, binary

TOOL = runpy.run_path(str(ROOT / "tools" / "command_reference.py"))


def test_the_page_is_what_the_commands_print() -> None:
    """`make reference` writes it anew."""
    assert TOOL["PAGE"].read_text() == TOOL["page"](binary())


def test_the_page_has_the_commands_of_groups_too() -> None:
    assert "## `ekiben models import`" in TOOL["PAGE"].read_text()
