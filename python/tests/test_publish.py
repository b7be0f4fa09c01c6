# SPDX-License-Identifier: Apache-2.0
"""Several writers at once, and writers that are killed."""

from __future__ import annotations

import fcntl
import functools
import itertools
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ekiben
from ekiben.model import Model

# Saves models without end; each has a file that says which version it belongs to.
WRITER = """
import pathlib, sys
import ekiben
print("ready", flush=True)
while True:
    with ekiben.models.create("rules") as model:
        for part in range(8):
            pathlib.Path(model.path_of(str(part))).write_text(str(model.tag) * 1000)
    if len(sys.argv) > 1:
        ekiben.models.delete(model.tag)
"""

SAVE_SOME = """
import pathlib
import ekiben
for _ in range(15):
    with ekiben.models.create("rules") as model:
        pathlib.Path(model.path_of("0")).write_text(str(model.tag) * 1000)
"""


def assert_whole(home: Path) -> None:
    """Every model is complete, and `latest` names the newest or a model that it had to."""
    folder = home / "models" / "rules"
    models = ekiben.models.list()
    assert {entry.name for entry in folder.iterdir() if entry.is_dir()} == {
        model.tag.version for model in models
    }
    for model in models:
        parts = [part for part in Path(model.path).iterdir() if part.name != "model.yaml"]
        assert parts
        assert all(part.read_text() == str(model.tag) * 1000 for part in parts)
    assert ekiben.models.get("rules") in models


def test_killed_writers_leave_a_whole_store(home: Path) -> None:
    with ekiben.models.create("rules:first") as model:
        Path(model.path_of("0")).write_text(str(model.tag) * 1000)
    chance = random.Random(0)
    for attempt in range(12):
        arguments = ["delete"] if attempt % 3 == 2 else []
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, *arguments], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        killer = threading.Timer(chance.uniform(0.0, 0.15), writer.kill)
        killer.start()
        assert writer.wait() == -9
        writer.stdout.close()
        assert_whole(home)
    with ekiben.models.create("rules") as last:
        Path(last.path_of("0")).write_text(str(last.tag) * 1000)
    assert ekiben.models.get("rules") == last


def saved() -> Model:
    with ekiben.models.create("rules") as model:
        Path(model.path_of("0")).write_text(str(model.tag) * 1000)
    return model


def dies(act: Callable[[], object], deadly: int) -> bool:
    """Whether a process that acts is killed by its `deadly`th call to the disk."""
    child = os.fork()
    if child == 0:
        calls = itertools.count(1)
        for name in ("fsync", "rename", "replace", "mkdir", "rmdir", "unlink", "open"):
            setattr(os, name, functools.partial(count, getattr(os, name), calls, deadly))
        try:
            act()
        except BaseException:
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) in (0, -signal.SIGKILL)
    return os.waitstatus_to_exitcode(status) != 0


def count(call: Callable[..., Any], calls: Iterator[int], deadly: int, *a: Any, **kw: Any) -> Any:
    """Call `call`, unless this is the deadly call."""
    if next(calls) == deadly:
        os.kill(os.getpid(), signal.SIGKILL)
    return call(*a, **kw)


def test_dying_at_any_step_of_a_save_leaves_a_whole_store(home: Path) -> None:
    saved()
    steps = 1
    while dies(saved, steps):
        assert_whole(home)
        shutil.rmtree(home / "tmp")  # What is left there costs the next writer a call each.
        steps += 1
    assert steps > 10
    assert ekiben.models.get("rules") == ekiben.models.list("rules")[0]


def test_dying_at_any_step_of_a_delete_leaves_a_whole_store(home: Path) -> None:
    kept = saved()
    steps = 1
    while dies(functools.partial(ekiben.models.delete, (doomed := saved()).tag), steps):
        assert_whole(home)
        shutil.rmtree(home / "tmp")  # What is left there costs the next writer a call each.
        steps += 1
    assert steps > 5
    assert doomed not in ekiben.models.list()
    assert kept in ekiben.models.list()


def test_writers_at_once_save_every_model(home: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", SAVE_SOME]) for _ in range(4)]
    assert [writer.wait() for writer in writers] == [0] * 4
    models = ekiben.models.list("rules")
    assert len(models) == 60
    assert ekiben.models.get("rules") == models[0]
    assert_whole(home)
    assert [entry.name for entry in (home / "tmp").iterdir()] == ["models.lock"]


def test_what_crashes_left_is_swept_after_a_day_unless_somebody_holds_it(home: Path) -> None:
    ekiben.models.list()
    left = {name: home / "tmp" / (name * 32) for name in "abcd"}
    for name, path in left.items():
        path.mkdir(parents=True)
        (path / "0").write_text("half")
        age = 23 if name == "b" else 25
        os.utime(path, (time.time() - age * 3600,) * 2)
    left["c"].rename(home / "tmp" / "not_a_writers")
    held = os.open(left["d"], os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_SH)
    with ekiben.models.create("rules") as slow:
        os.utime(slow.path, (0, 0))
        with ekiben.models.create("rules"):
            pass
        assert Path(slow.path).exists()
    os.close(held)
    names = {entry.name for entry in (home / "tmp").iterdir()}
    assert names == {"models.lock", left["b"].name, left["d"].name, "not_a_writers"}
    with ekiben.models.create("rules"):
        pass
    assert not left["d"].exists()


def test_threads_that_want_one_version_leave_it_to_one_of_them(home: Path) -> None:
    outcomes: list[str] = []

    def save(number: int) -> None:
        try:
            with ekiben.models.create("rules:v1") as model:
                Path(model.path_of("0")).write_text(str(number))
            outcomes.append("saved")
        except ekiben.FailedPrecondition:
            outcomes.append("refused")

    threads = [threading.Thread(target=save, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused"] * 7 + ["saved"]
    assert [str(model.tag) for model in ekiben.models.list()] == ["rules:v1"]


def test_savers_and_deleters_do_not_disturb_readers(home: Path) -> None:
    with ekiben.models.create("rules:kept") as kept:
        Path(kept.path_of("0")).write_text(str(kept.tag) * 1000)
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, "delete"], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    writer.stdout.readline()
    for _ in range(300):
        assert kept in ekiben.models.list()
        assert ekiben.models.get("rules").info.name == "rules"
    writer.kill()
    writer.wait()
    writer.stdout.close()
