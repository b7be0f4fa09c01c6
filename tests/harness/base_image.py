# SPDX-License-Identifier: Apache-2.0
"""An image to build on, of this machine's own files: what a bento's Dockerfile runs of it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from importlib.metadata import distribution
from pathlib import Path

from .containers import SETTINGS, checked
from .program import binary

PROGRAMS = ["sh", "groupadd", "useradd", "chmod", "mkdir", "rm", "uname"]
# pip, and what ekiben needs to serve.
PACKAGES = ["pip", "numpy", "joblib", "cloudpickle", "pyyaml"]
LIBRARY = re.compile(r"(?:=> )?(/\S+) \(0x")
PATH = f"{sys.base_prefix}/bin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# pip looks for packages in no index: an image of a test needs no network.
DOCKERFILE = f"""FROM scratch
COPY root /
ENV PATH={PATH} PIP_NO_INDEX=1
"""


class Buildah:
    """buildah and podman with one store of images of their own."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        (folder / "containers.conf").write_text(SETTINGS)
        (folder / "storage.conf").write_text(
            "[storage]\n"
            f'driver = "overlay"\ngraphroot = "{folder}/root"\nrunroot = "{folder}/run"\n'
        )

    @property
    def variables(self) -> dict[str, str]:
        """With which both tools use this store."""
        return {
            "CONTAINERS_CONF": str(self.folder / "containers.conf"),
            "CONTAINERS_STORAGE_CONF": str(self.folder / "storage.conf"),
        }

    def make_base(self, name: str) -> None:
        """An image with a shell, this Python and the packages that ekiben needs."""
        context = self.folder / "context"
        fill(context / "root")
        (context / "Dockerfile").write_text(DOCKERFILE)
        words = ["--isolation", "chroot", "--tag", name, str(context)]
        checked("buildah", "build", *words, **self.variables)
        shutil.rmtree(context)

    def remove(self) -> None:
        """Everything, its mounts as well."""
        subprocess.run(
            ["podman", "system", "reset", "--force"],
            env=os.environ | self.variables,
            capture_output=True,
            check=False,
        )
        shutil.rmtree(self.folder, ignore_errors=True)


def fill(root: Path) -> None:
    """Put the base image's files there."""
    root.mkdir(parents=True)
    for name in ("bin", "sbin", "lib", "lib64"):
        (root / "usr" / name).mkdir(parents=True, exist_ok=True)
        (root / name).symlink_to(f"usr/{name}")
    interpreter = Path(sys._base_executable).resolve()
    programs = [Path(found) for name in PROGRAMS if (found := shutil.which(name))]
    assert len(programs) == len(PROGRAMS)
    library = Path(sysconfig.get_path("stdlib"))
    ignored = shutil.ignore_patterns("__pycache__", "test", "*-packages", "EXTERNALLY-MANAGED")
    shutil.copytree(library, inside(root, library), ignore=ignored, symlinks=False)
    for program in (interpreter, *programs):
        copy(root, program)
    (root / "usr" / "local" / "bin").mkdir(parents=True, exist_ok=True)
    for name in ("python", "python3"):
        (root / "usr" / "local" / "bin" / name).symlink_to(interpreter)
    packages = base_packages(interpreter)
    for package in PACKAGES:
        copy_package(package, inside(root, packages))
    copy_libraries(root, [interpreter, binary(), *programs, *root.rglob("*.so")])
    (root / "etc").mkdir(exist_ok=True)
    (root / "etc" / "passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    (root / "etc" / "group").write_text("root:x:0:\n")
    (root / "tmp").mkdir(mode=0o1777)


def inside(root: Path, path: Path) -> Path:
    """Where a path of this machine is in the image."""
    return root / path.relative_to("/")


def copy(root: Path, file: Path) -> None:
    target = inside(root, file)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(file.resolve(), target)


def copy_package(name: str, target: Path) -> None:
    one = distribution(name)
    for file in one.files or ():
        found = Path(str(one.locate_file(file)))
        if ".." in file.parts or file.suffix == ".pyc" or not found.is_file():
            continue
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(found, target / file)


def copy_libraries(root: Path, programs: Iterable[Path]) -> None:
    """What the loader finds for them, but what they bring themselves."""
    said = [
        subprocess.run(["ldd", one], capture_output=True, text=True, check=False).stdout
        for one in programs
    ]
    for text in set(LIBRARY.findall("\n".join(said))):
        library = Path(text)
        if not library.is_relative_to(root):
            copy(root, library)


def base_packages(interpreter: Path) -> Path:
    """Where the interpreter itself, without an environment, has its packages."""
    command = [interpreter, "-I", "-c", "import site; print(site.getsitepackages()[0])"]
    return Path(checked(*command).strip())
