# SPDX-License-Identifier: Apache-2.0
"""A machine without the Debian packages is told their names, all at once."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from harness.program import PATIENCE, ROOT


def test_the_build_names_every_package_that_is_missing(tmp_path: Path) -> None:
    # A machine on which no header is found where Debian puts them.
    none = "-DCMAKE_IGNORE_PATH=/usr/include;/usr/local/include"
    configured = subprocess.run(
        ["cmake", "-S", ROOT, "-B", tmp_path, "-G", "Ninja", "-DBUILD_TESTING=OFF", none],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert configured.returncode != 0
    found = re.search(r"sudo apt-get install ([^\n]+)", configured.stderr)
    assert found, configured.stderr
    named = set(found[1].split())
    makefile = (ROOT / "Makefile").read_text().replace("\\\n", " ")
    listed = set(re.findall(r"^DEBIAN_PACKAGES := (.*)$", makefile, re.MULTILINE)[0].split())
    tools = {"g++", "cmake", "ninja-build", "ccache", "curl", "python3-venv"}
    assert named
    assert named == listed - tools
