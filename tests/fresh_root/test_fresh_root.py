# SPDX-License-Identifier: Apache-2.0
"""The wheel, in a Debian that has Python and nothing that we need besides."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from harness.client import call
from harness.program import ROOT
from harness.server import Server

HERE = Path(__file__).parent
CACHE = ROOT / "build" / "fresh_root"
PYTHON = "3.11"  # Debian 12's.
MINUTES = 600.0
MIB = 1 << 20

# What may be taken from the system: glibc and libstdc++.
SYSTEM_LIBRARIES = {
    "ld-linux-x86-64.so.2",
    "libc.so.6",
    "libdl.so.2",
    "libgcc_s.so.1",
    "libm.so.6",
    "libpthread.so.0",
    "libstdc++.so.6",
    "linux-vdso.so.1",
}


def checked(*command: str | Path) -> str:
    """What the command prints; a failure shows all of it."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=MINUTES, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def as_root() -> list[str]:
    if os.geteuid() == 0:
        return []
    assert shutil.which("sudo"), "a fresh Debian can only be made and entered by root or with sudo"
    return ["sudo", "--non-interactive", "--preserve-env=PATH"]


@pytest.fixture(scope="module")
def wheel() -> Path:
    """EKIBEN_TEST_WHEEL, else the one that `make install` built."""
    if named := os.environ.get("EKIBEN_TEST_WHEEL"):
        return Path(named)
    built = list((ROOT / "build" / "dist").glob("ekiben-*.whl"))
    assert built, "there is no wheel in build/dist; `make install` builds it"
    return built[0]


class FreshRoot:
    """A Debian in a folder, with the wheel and what it depends on in an environment at /srv."""

    def __init__(self, wheel: Path) -> None:
        self._folder, self._wheels = CACHE / "root", CACHE / "wheels"
        self._wheels.mkdir(parents=True, exist_ok=True)
        checked(*as_root(), HERE / "make_root.sh", self._folder)
        self._download(wheel)
        self.run("rm", "-rf", "/srv/venv", "/root/ekiben")
        self.run("python3", "-m", "venv", "/srv/venv")
        pip = [
            "/srv/venv/bin/python",
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-index",
            "--no-compile",
        ]
        self.run(*pip, "--find-links", "/mnt", f"/mnt/{wheel.name}", "scikit-learn")

    def command(self, *command: str) -> list[str | Path]:
        return [*as_root(), HERE / "enter_root.sh", self._folder, self._wheels, *command]

    def run(self, *command: str) -> str:
        return checked(*self.command(*command))

    def _download(self, wheel: Path) -> None:
        """What the wheel depends on, and scikit-learn to train a model with, for that Python."""
        glibcs = [f"manylinux_2_{minor}_x86_64" for minor in range(17, 37)]
        target = ["--python-version", PYTHON, "--only-binary", ":all:"]
        for platform in ["linux_x86_64", "manylinux2014_x86_64", *glibcs]:
            target += ["--platform", platform]
        pinned = ["--constraint", ROOT / "tools" / "requirements.txt"]
        download = [sys.executable, "-m", "pip", "download", "--quiet", "--dest", self._wheels]
        for old in self._wheels.glob("ekiben-*"):
            old.unlink()
        checked(*download, *target, *pinned, wheel, "scikit-learn")


@pytest.fixture(scope="module")
def fresh(wheel: Path) -> FreshRoot:
    return FreshRoot(wheel)


def test_the_wheel_fits_every_python_3(wheel: Path) -> None:
    assert wheel.name.endswith("-py3-none-linux_x86_64.whl")
    with zipfile.ZipFile(wheel) as archive:
        (tags,) = [name for name in archive.namelist() if name.endswith(".dist-info/WHEEL")]
        assert "Tag: py3-none-linux_x86_64" in archive.read(tags).decode()


def test_the_wheel_has_what_it_needs_and_no_more(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        files = {info.filename: info for info in archive.infolist()}
    distribution = wheel.name.removesuffix("-py3-none-linux_x86_64.whl")

    def of(folder: str) -> set[str]:
        prefix = f"{distribution}.{folder}/"
        return {name.removeprefix(prefix) for name in files if name.startswith(prefix)}

    assert of("data/scripts") == {"ekiben"}
    assert of("data/data/lib/ekiben/runtimes") == {"echo.so", "onnx.so"}
    assert of("dist-info/licenses") == {"LICENSE", "THIRD_PARTY_NOTICES.txt"}
    assert "ekiben/__init__.py" in files
    assert "ekiben/py.typed" in files
    assert not [name for name in files if "libonnxruntime" in name or "tests" in name]
    executable = files[f"{distribution}.data/scripts/ekiben"].external_attr >> 16
    assert executable & 0o111
    assert wheel.stat().st_size < 8 * MIB


def test_no_library_is_missing(fresh: FreshRoot) -> None:
    for file in ("bin/ekiben", "lib/ekiben/runtimes/onnx.so"):
        needed = fresh.run("ldd", f"/srv/venv/{file}")
        assert "not found" not in needed
        names = {Path(line.split()[0]).name for line in needed.splitlines()}
        assert names <= SYSTEM_LIBRARIES


def test_the_command_and_the_package_work(fresh: FreshRoot) -> None:
    assert "serve" in fresh.run("/srv/venv/bin/ekiben", "--help")
    version = fresh.run("/srv/venv/bin/ekiben", "version").split()[1]
    ask = "import importlib.metadata, ekiben; print(importlib.metadata.version('ekiben'))"
    assert fresh.run("/srv/venv/bin/python", "-c", ask).strip() == version


def test_a_model_is_saved_served_and_asked(fresh: FreshRoot, tmp_path: Path) -> None:
    train = (ROOT / "examples" / "iris" / "train.py").read_text()
    saved = fresh.run("/srv/venv/bin/python", "-c", train)
    assert saved.startswith('Model(tag="iris_clf:')
    assert "iris_clf" in fresh.run("/srv/venv/bin/ekiben", "models", "list")
    enter = fresh.command("/srv/venv/bin/ekiben")
    with Server(tmp_path, Path("/root/ekiben"), "iris_clf", program=enter) as server:
        assert call(server.url, "/predict", b"[[5.9, 3, 5.1, 1.8]]").body == b"[2]"
