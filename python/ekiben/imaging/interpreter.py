# SPDX-License-Identifier: Apache-2.0
"""The interpreter: its program and its standard library, without what no service uses."""

from __future__ import annotations

import re
import shutil
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import translate
from pathlib import Path

from ..errors import NotFound
from .compiling import CACHE, compile_tree
from .shelf import Shelf

# Of the standard library: tests, what has windows, what installs, and what extensions are built
# with. By their names there, as fnmatch takes them.
_LEFT_OUT = (
    *("test", "tests", "idlelib", "turtledemo", "turtle.py", "tkinter", "ensurepip", "pydoc_data"),
    *("site-packages", "dist-packages", "config-*", "ctypes/test", "distutils/tests"),
    *("lib2to3/tests", "sqlite3/test", "unittest/test", CACHE, f"*/{CACHE}"),
    *("lib-dynload/_tkinter.*", "lib-dynload/_test*", "lib-dynload/_ctypes_test.*"),
    *("lib-dynload/_xxtestfuzz.*", "lib-dynload/xxlimited*", "EXTERNALLY-MANAGED"),
)
_IS_LEFT_OUT = re.compile("|".join(translate(one) for one in _LEFT_OUT)).match
_ENVIRONMENT = Path("usr", "lib", "ekiben", "python")


@dataclass(frozen=True)
class Interpreter:
    """A Python of this machine.

    Attributes:
        program: The interpreter itself, never that of a virtual environment.
        library: Its standard library.
        version: "3.11.7".
    """

    program: Path
    library: Path
    version: str

    @classmethod
    def at_hand(cls) -> Interpreter:
        """The one that runs this.

        Raises:
            NotFound: If its standard library is not where it says that it is.
        """
        program = Path(getattr(sys, "_base_executable", "") or sys.executable).resolve()
        library = Path(sysconfig.get_path("stdlib"))
        if not (library / "os.py").exists():
            raise NotFound(
                f"the standard library of '{program}' is not in '{library}'",
                hint="name another interpreter with --python",
            )
        return cls(program, library, ".".join(str(part) for part in sys.version_info[:3]))

    @property
    def minor(self) -> str:
        """The version of its packages: "3.11"."""
        return ".".join(self.version.split(".")[:2])

    @property
    def environment(self) -> Path:
        """Where the image has the packages: a virtual environment, relative to the root."""
        return _ENVIRONMENT

    @property
    def packages(self) -> Path:
        """The environment's site-packages, relative to the root."""
        return _ENVIRONMENT / "lib" / f"python{self.minor}" / "site-packages"

    def needs(self) -> list[Path]:
        """The program and its extension modules, where they lie now."""
        modules = (self.library / one for one in self._kept() if one.suffix == ".so")
        return [self.program, *sorted(modules)]

    def stage(self, shelf: Shelf) -> Path:
        """The folder of the interpreter's layer."""
        made_of = [sys.version, str(self.program), *self._stamps()]
        return shelf.get(f"python{self.minor}", made_of, self._fill)

    def _kept(self) -> Iterator[Path]:
        """The files of the standard library, relative to it."""
        folders = [Path()]
        while folders:
            folder = folders.pop()
            for found in sorted((self.library / folder).iterdir()):
                path = folder / found.name
                if _IS_LEFT_OUT(path.as_posix()):
                    continue
                if found.is_dir():
                    folders.append(path)
                elif found.is_file():
                    yield path

    def _stamps(self) -> Iterator[str]:
        """What changes when the interpreter is installed anew."""
        for file in [self.program, *(self.library / one for one in self._kept())]:
            about = file.stat()
            yield f"{file}:{about.st_size}:{about.st_mtime_ns}"

    def _fill(self, root: Path) -> None:
        print(f"  compiling the standard library of Python {self.version}", file=sys.stderr)
        name = f"python{self.minor}"
        programs = root / "usr" / "bin"
        programs.mkdir(parents=True)
        shutil.copy2(self.program, programs / name)
        (programs / "python3").symlink_to(name)
        library = root / "usr" / sys.platlibdir / name
        for one in self._kept():
            (library / one).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(self.library / one, library / one)
        compile_tree(root, library)
        self._make_environment(root / _ENVIRONMENT)

    def _make_environment(self, folder: Path) -> None:
        """What makes a folder a virtual environment of the interpreter in /usr/bin."""
        (folder / "bin").mkdir(parents=True)
        up = Path(*[".."] * (len(_ENVIRONMENT.parts)))
        (folder / "bin" / "python").symlink_to(up / "bin" / f"python{self.minor}")
        (folder / "bin" / "python3").symlink_to("python")
        (folder / "pyvenv.cfg").write_text(
            f"home = /usr/bin\ninclude-system-site-packages = false\nversion = {self.version}\n",
            encoding="utf-8",
        )
