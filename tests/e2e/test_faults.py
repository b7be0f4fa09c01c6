# SPDX-License-Identifier: Apache-2.0
"""Whatever kills a build or an import, or leaves it without disk: the store is whole afterwards.

Each command runs with a fault at calls that are spread over its run; `make test-faults` takes every
call.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from harness.faults import KILLED, Command, Fault
from harness.jobs import Files
from harness.program import run
from harness.registry import Registry
from harness.whole_store import contents, errors, findings, repair

SERVICE = """
import ekiben
from ekiben.io import Text

svc = ekiben.Service("greeter")

@svc.api(input=Text(), output=Text())
def greet(name):
    return "hello " + name
"""


@dataclass(frozen=True)
class Case:
    """A command that adds `tag` to the store, and how the store is asked."""

    command: Command
    group: tuple[str, ...]  # ("models",) or ().
    tag: str

    @property
    def home(self) -> Path:
        return self.command.home

    def items(self) -> dict[str, Files]:
        """Tag to what its files are, of all that the store lists."""
        done = run(*self.group, "list", "-o", "json", home=self.home)
        assert (done.returncode, done.stderr.replace("note: there are no", "")) == (0, ""), done
        return {one["tag"]: contents(Path(one["path"])) for one in json.loads(done.stdout)}

    def assert_whole(self, before: dict[str, Files], after: dict[str, Files]) -> bool:
        """The store is `before` or `after`, and nothing else is wrong; whether it is `after`."""
        items = self.items()
        assert items.keys() in (before.keys(), after.keys())
        assert all(items[tag] == before[tag] for tag in before)
        is_new = self.tag in items
        if is_new and not self.is_built:
            assert items[self.tag] == after[self.tag]
        got = run(*self.group, "get", self.tag.partition(":")[0], home=self.home)
        assert got.returncode == (0 if items else 3), got.stderr
        assert errors(self.home) == []
        repair(self.home)
        assert findings(self.home) == []
        return is_new

    @property
    def is_built(self) -> bool:
        """Its time is another one each time."""
        return "build" in self.command.arguments


def models_import(home: Path, tmp_path: Path) -> Case:
    other = tmp_path / "other"
    for version in ("v1", "v2"):
        file = tmp_path / f"{version}.onnx"
        file.write_bytes(os.urandom(200_000))
        given = ("--name", f"iris:{version}")
        none = {"EKIBEN_RUNTIMES": str(tmp_path / "none")}  # Any bytes will do.
        assert run("models", "import", file, *given, home=other, **none).returncode == 0
        archive = tmp_path / f"{version}.tar"
        assert run("models", "export", f"iris:{version}", archive, home=other).returncode == 0
    assert run("models", "import", tmp_path / "v1.tar", home=home).returncode == 0
    return Case(Command(("models", "import", tmp_path / "v2.tar"), home), ("models",), "iris:v2")


def build_case(home: Path, tmp_path: Path) -> Case:
    project = tmp_path / "greeter"
    project.mkdir()
    (project / "service.py").write_text(SERVICE)
    arguments = ("build", ".", "--python", sys.executable, "--version")
    assert Command((*arguments, "v1"), home, project).run().returncode == 0
    return Case(Command((*arguments, "v2"), home, project), (), "greeter:v2")


def import_case(home: Path, tmp_path: Path) -> Case:
    built = build_case(tmp_path / "other", tmp_path)
    assert built.command.run().returncode == 0
    for version in ("v1", "v2"):
        done = run("export", f"greeter:{version}", tmp_path / f"{version}.bento", home=built.home)
        assert done.returncode == 0, done.stderr
    assert run("import", tmp_path / "v1.bento", home=home).returncode == 0
    return Case(Command(("import", tmp_path / "v2.bento"), home), (), "greeter:v2")


CASES = {
    "models import": (models_import, 24),
    "import": (import_case, 24),
    "build": (build_case, 10),
}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Case, int]:
    make, most = CASES[request.param]
    return make(tmp_path / "home", tmp_path), most


@contextmanager
def each(case: Case, tmp_path: Path, most: int) -> Iterator[list[Fault]]:
    """The faults, on a copy of the store that `again()` makes anew."""
    shutil.copytree(case.home, tmp_path / "before")
    yield case.command.faults(tmp_path / "trace", most)


def again(case: Case, tmp_path: Path) -> None:
    shutil.rmtree(case.home)
    shutil.copytree(tmp_path / "before", case.home)


def test_a_command_that_is_killed_has_happened_or_not(
    case: tuple[Case, int], tmp_path: Path
) -> None:
    one, most = case
    before = one.items()
    seen = set()
    with each(one, tmp_path, most) as faults:
        after = one.items()
        for fault in faults:
            again(one, tmp_path)
            done = one.command.run_with(fault, "signal=KILL")
            assert done.returncode == KILLED, f"{fault}: {done.stderr}"
            is_new = one.assert_whole(before, after)
            seen.add(is_new)
            repeated = one.command.run()
            if is_new:
                assert "is in the store already" in repeated.stderr, fault
            else:
                assert repeated.returncode == 0, f"{fault}: {repeated.stderr}"
    assert seen == {False, True}


def test_a_command_without_disk_fails_and_leaves_the_store_as_it_was(
    case: tuple[Case, int], tmp_path: Path
) -> None:
    one, most = case
    before = one.items()
    with each(one, tmp_path, most // 2) as faults:
        after = one.items()
        for fault in faults:
            again(one, tmp_path)
            done = one.command.run_with(fault, "error=ENOSPC")
            is_new = one.assert_whole(before, after)
            # What is there may lack its `latest`, or be left over; what is not there was told.
            assert is_new or done.returncode != 0, f"{fault}: {done.stdout}"
            assert done.returncode == 0 or "No space left on device" in done.stderr, fault


def test_a_killed_push_leaves_the_store_as_it_was_and_can_be_repeated(
    registry: Registry, tmp_path: Path
) -> None:
    case = build_case(tmp_path / "home", tmp_path)
    before = case.items()
    words = ("push", "greeter:v1", "--threads", "1")
    first = Command((*words, f"{registry.host}/whole"), case.home)
    shutil.copytree(case.home, tmp_path / "kept", symlinks=True)
    killed = 0
    for number, fault in enumerate(first.faults(tmp_path / "calls", most=12)):
        # A store that has pushed nothing yet, so that the calls are the same.
        shutil.rmtree(case.home)
        shutil.copytree(tmp_path / "kept", case.home, symlinks=True)
        command = Command((*words, f"{registry.host}/killed{number}"), case.home)
        killed += command.run_with(fault, "signal=KILL").returncode == KILLED
        assert case.items() == before, str(fault)
        assert errors(case.home) == [], str(fault)
        again = command.run()
        assert again.returncode == 0, f"{fault}: {again.stderr}"
        repair(case.home)
        assert findings(case.home) == [], str(fault)
    assert killed > 3
