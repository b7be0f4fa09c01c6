# SPDX-License-Identifier: Apache-2.0
"""Commands to be disturbed while they write, on a store that each has made for itself."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .faults import Command
from .program import run
from .registry import Registry
from .service import PLAIN, write_service
from .store import loan_home
from .whole_store import contents

NOISE = 400_000  # Bytes that no compression makes smaller.
Files = dict[str, tuple[int, bytes]]


@dataclass(frozen=True)
class Job:
    """A command, and what it writes beside the store: a file or folder, alone in its folder."""

    command: Command
    output: Path | None = None
    has_threads: bool = False  # They share its calls, so that a call may come in another or never.

    @property
    def home(self) -> Path:
        return self.command.home

    def made(self) -> Files:
        """What there is of it; of what has no bytes, nothing."""
        return contents(self.output) if self.output and self.output.exists() else {}

    def beside(self) -> Files:
        """The same, and whatever lies beside it."""
        return contents(self.output.parent) if self.output else {}


# Makes a job whose files all lie below the first folder; what it needs may lie in the second.
Make = Callable[[Path, Path, Registry], Job]


def fill(place: Path, original: Path) -> None:
    """With copies of what is in `original`, and nothing else."""
    for one in place.iterdir():
        shutil.rmtree(one)
    shutil.copytree(original, place, symlinks=True, dirs_exist_ok=True)


def models_import(place: Path, beside: Path, _: Registry) -> Job:
    archive = beside / "loan.tar"
    _run("models", "export", "loan:v1", archive, home=_noisy_model(beside / "home"))
    return Job(Command(("models", "import", archive), place / "home"))


def build_of_a_service(place: Path, beside: Path, _: Registry) -> Job:
    words = ("build", ".", "--python", sys.executable, "--version", "v1")
    return Job(Command(words, loan_home(place / "home"), _noisy_service(beside / "project")))


def build_of_a_model(place: Path, beside: Path, _: Registry) -> Job:
    words = ("build", "loan:v1", "--version", "b1")
    return Job(Command(words, _noisy_model(place / "home")))


def import_of_a_bento(place: Path, beside: Path, _: Registry) -> Job:
    archive = beside / "loan.bento"
    _run("export", "loan:b1", archive, home=_noisy_bento(beside / "home"))
    return Job(Command(("import", archive), loan_home(place / "home", "b0")))


def pull(place: Path, beside: Path, registry: Registry) -> Job:
    name = f"{registry.host}/{place.parents[1].name}/loan:b1"
    _run("push", "loan:b1", name, home=_noisy_bento(beside / "home"))
    return Job(Command(("pull", name, "--threads", "1"), loan_home(place / "home", "b0")))


def delete(place: Path, beside: Path, _: Registry) -> Job:
    home = _noisy_bento(place / "home")
    _run("build", "loan:v1", "--version", "b2", home=home)
    return Job(Command(("delete", "loan:b2", "-y"), home))


def models_delete(place: Path, beside: Path, _: Registry) -> Job:
    words = ("models", "delete", "loan:v1", "-y")
    return Job(Command(words, _noisy_model(place / "home")))


def export_as(form: str) -> Make:
    def export(place: Path, beside: Path, _: Registry) -> Job:
        output = place / "output" / f"loan.{form}"
        output.parent.mkdir()
        words = ("export", "loan:b1", output, "-o", form)
        return Job(Command(words, _noisy_bento(place / "home")), output)

    return export


def image_in(name: str, in_cache: bool = True) -> Make:
    """`containerize` into a file or folder; its layers are in the cache, or nothing is."""

    def containerize(place: Path, beside: Path, _: Registry) -> Job:
        output, home = place / "output" / name, loan_home(place / "home", "b1")
        output.parent.mkdir()
        words = ("containerize", "loan:b1", "--output")
        if in_cache:
            _run(*words, beside / "first.tar", home=home)
        return Job(Command((*words, f"{place}/output/{name}"), home), output, has_threads=True)

    return containerize


def image_of_a_service(place: Path, beside: Path, _: Registry) -> Job:
    home, output = place / "home", place / "output" / "plain.tar"
    output.parent.mkdir()
    python = ("--python", sys.executable)
    _run("build", _noisy_service(beside / "project"), "--version", "v1", *python, home=home)
    command = Command(("containerize", "plain:v1", "--output", output, *python), home)
    return Job(command, output, has_threads=True)


def push_of_an_image(place: Path, beside: Path, registry: Registry) -> Job:
    home = loan_home(place / "home", "b1")
    words = ("containerize", "loan:b1")
    _run(*words, "--output", beside / "first.tar", home=home)
    name = f"{registry.host}/{place.parents[1].name}/image:1"
    return Job(Command((*words, "--push", "--threads", "1", "-t", name), home), has_threads=True)


def _run(*words: str | Path, home: Path) -> None:
    done = run(*words, home=home)
    assert done.returncode == 0, done.stderr


def _noisy_model(home: Path) -> Path:
    """A home with the model loan:v1, made larger."""
    loan_home(home)
    (home / "models/loan/v1/noise.bin").write_bytes(os.urandom(NOISE))
    return home


def _noisy_bento(home: Path) -> Path:
    """A home with the bento loan:b1 of that model."""
    _run("build", "loan:v1", "--version", "b1", home=_noisy_model(home))
    return home


def _noisy_service(project: Path) -> Path:
    """A project whose files are as large, in several pieces."""
    write_service(project, PLAIN)
    for number in range(4):
        (project / f"noise{number}.bin").write_bytes(os.urandom(NOISE // 4))
    return project
