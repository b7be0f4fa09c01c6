# SPDX-License-Identifier: Apache-2.0
"""The image of a service in Python, and what the Dockerfile installs that BentoML 1.1 generates."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from harness.image import Image  # noqa: E402
from harness.program import binary, environment  # noqa: E402

BENTOFILE = """service: "service:svc"
include: ["*.py"]
python: {packages: [scikit-learn], lock_packages: false}
"""
# What BentoML 1.1's Dockerfile for Debian installs with apt, over python:3.N-slim; bash and Python
# are in the root already.
DEBIAN = "ca-certificates,gnupg2,build-essential"
# Below the root, what BuildKit keeps outside the image and what no image of Debian's has.
NOT_IN_IMAGE = ("var/cache/apt", "var/lib/apt", "proc", "sys", "dev")
PACKAGES = ("bentoml", "scikit-learn", "numpy", "setuptools")

Timed = Callable[..., float]


def bytes_below(root: Path, left_out: tuple[str, ...] = ()) -> int:
    """Of all files, each counted once however many names it has."""
    places = [root / one for one in left_out]
    sizes = {}
    for file in root.rglob("*"):
        if any(file.is_relative_to(place) for place in places) or file.is_symlink():
            continue
        if file.is_file():
            about = file.stat()
            sizes[about.st_ino] = about.st_size
    return sum(sizes.values())


def bentoml_installs(python: Path, folder: Path, timed: Timed) -> int:
    """Bytes of the root that BentoML 1.1's Dockerfile makes for the same service.

    Args:
        python: That of an environment with BentoML 1.1 and scikit-learn, whose versions are taken.
        folder: A folder to work in.
        timed: Runs a command, or ends the run.
    """
    root = ROOT / "build" / "bentoml_base"
    timed(["sh", ROOT / "tests" / "fresh_root" / "make_root.sh", root, DEBIAN])
    command = [python, "-m", "pip", "list", "--format", "json"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    versions = {one["name"].lower(): one["version"] for one in json.loads(listed)}
    wanted = [f"{name}=={versions[name]}" for name in PACKAGES]
    packages = folder / "packages"
    words = ["install", "--quiet", "--disable-pip-version-check", "--target", packages]
    timed([python, "-m", "pip", *words, *wanted])
    return bytes_below(root, NOT_IN_IMAGE) + bytes_below(packages)


class PythonImage:
    """The iris service in Python, and images of it."""

    def __init__(self, folder: Path, home: Path, service: str, timed: Timed) -> None:
        """`home` has the model; `timed` is as in bentoml_installs()."""
        self._folder, self._environment, self._timed = folder, environment(home), timed
        self._home, self._project = home, folder / "python"
        self._project.mkdir(parents=True)
        self._source = self._project / "service.py"
        self._source.write_text(service)
        (self._project / "bentofile.yaml").write_text(BENTOFILE)
        self._build("p1")

    def _build(self, version: str) -> None:
        command = [binary(), "build", self._project, "--version", version]
        self._timed(command, env=self._environment)

    def _containerize(self, version: str, name: str) -> tuple[float, Image]:
        layout = self._folder / name
        tag = f"iris_classifier:{version}"
        command = [binary(), "containerize", tag, "--output", f"{layout}/"]
        return self._timed(command, env=self._environment), Image(layout)

    def measure(self) -> dict[str, float]:
        """Seconds, bytes, and whether twice the same bento is the same image."""
        shutil.rmtree(self._home / "cache", ignore_errors=True)
        cold, first = self._containerize("p1", "cold")
        shutil.rmtree(self._home / "cache")
        _, again = self._containerize("p1", "again")
        unchanged, _ = self._containerize("p1", "unchanged")
        self._source.write_text(self._source.read_text() + "# one line more\n")
        self._build("p2")
        _, changed = self._containerize("p2", "changed")
        known = {one["digest"] for one in first.layers}
        new = [one["size"] for one in changed.layers if one["digest"] not in known]
        root = self._folder / "root"
        first.unpack(root)
        return {
            "cold": cold,
            "unchanged": unchanged,
            "compressed": sum(one["size"] for one in first.layers),
            "unpacked": bytes_below(root),
            "new": sum(new),
            "digests": len({first.digest, again.digest}),
        }
