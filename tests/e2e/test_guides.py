# SPDX-License-Identifier: Apache-2.0
"""The guides that have commands: their programs and commands, from the top to the bottom."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from harness.program import ROOT
from harness.readme import Reader, blocks, commands_of
from harness.store import Store

from ekiben.configuration import configuration, for_runners

GUIDES = ROOT / "docs" / "guides"
_FILE = re.compile(r"# (\w+\.\w+)\n")


def test_the_guide_to_services_works_from_the_top_to_the_bottom(tmp_path: Path) -> None:
    asked = 0
    with Reader(tmp_path, tmp_path / "home", Path(sys.executable), tmp_path / "out") as reader:
        for block in blocks(GUIDES / "python-services.md"):
            if named := _FILE.match(block):
                (tmp_path / named[1]).write_text(block[named.end() :])
                continue
            for command in commands_of(block):
                printed = reader.type(command)
                if command.says:
                    assert printed.strip() == command.says
                    asked += 1
    assert asked == 6
    assert (tmp_path / "settings.yaml").exists()


def test_the_guide_to_bentos_works_from_the_top_to_the_bottom(
    own_store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "words"
    folder.mkdir()
    with Reader(folder, own_store.home, Path(sys.executable), tmp_path / "out") as reader:
        for block in blocks(GUIDES / "building-a-bento.md"):
            if named := _FILE.match(block):
                (folder / named[1]).write_text(block[named.end() :])
                continue
            for command in commands_of(block):
                printed = reader.type(command)
                assert not command.says or printed.strip() == command.says
    assert {"lengths", "iris_clf"} <= {one.name for one in (own_store.home / "bentos").iterdir()}


def test_the_settings_of_the_guide_are_read(tmp_path: Path) -> None:
    (text,) = [one for one in blocks(GUIDES / "python-services.md") if "settings.yaml" in one]
    (tmp_path / "settings.yaml").write_text(text)
    sizes = for_runners(configuration(tmp_path / "settings.yaml"), ["sizes"])["runners"]["sizes"]
    assert sizes["resources"] == {"cpu": 1}
    assert sizes["batching"]["max_batch_size"] == 20


def test_pages_that_guides_name_are_there() -> None:
    for guide in GUIDES.glob("*.md"):
        for link in re.findall(r"\]\(([^)]+)\)", guide.read_text()):
            page, _, place = link.partition("#")
            assert (GUIDES / page).exists(), f"{guide.name}: {link}"
            assert not place or place in places_of(GUIDES / page), f"{guide.name}: {link}"


def places_of(page: Path) -> set[str]:
    """Its headings, as links name them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}
