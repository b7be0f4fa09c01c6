# SPDX-License-Identifier: Apache-2.0
"""A disk that fills while a command writes: it says so, and what was there stays as it was.

What a command needs is measured; then the disk has room for a part of that. `make test-faults`
takes more parts than the gate, and images of which nothing is in the cache.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import jobs
from harness.disk import ROOM, Disk, disk
from harness.faults import EVERY_CALL
from harness.jobs import Job, fill
from harness.program import run
from harness.registry import Registry
from harness.store import loan_home
from harness.whole_store import errors, kept, left_over

ALL = EVERY_CALL in os.environ
PARTS = (0.01, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.97) if ALL else (0.15, 0.9)
JOBS = {
    "models import": jobs.models_import,
    "build of a service": jobs.build_of_a_service,
    "build of a model": jobs.build_of_a_model,
    "import": jobs.import_of_a_bento,
    "pull": jobs.pull,
    "export to a file": jobs.export_as("bento"),
    "export to a folder": jobs.export_as("folder"),
    "containerize to a file": jobs.image_in("image.tar"),
    "containerize to a folder": jobs.image_in("image/"),
}
if ALL:
    JOBS |= {
        "export to a zip": jobs.export_as("zip"),
        "containerize anew": jobs.image_in("image.tar", in_cache=False),
        "containerize a service anew": jobs.image_of_a_service,
    }


def on_small_disks(
    job: Job, small: Disk, beside: Path
) -> Iterator[subprocess.CompletedProcess[str]]:
    """The command, run without room for all that it needs."""
    used = small.used
    done = job.command.run()
    assert done.returncode == 0, done.stderr
    need = small.used - used
    for part in PARTS:
        fill(small.folder, beside / "original")
        small.resize(small.used + int(part * need))
        yield job.command.run()
        small.resize(ROOM)


def on_failing_disks(
    job: Job, small: Disk, beside: Path
) -> Iterator[subprocess.CompletedProcess[str]]:
    """The same where nobody can mount a disk: some write finds it full."""
    calls = job.command.changes(beside / "trace", small.folder)
    writes = [fault for fault in calls if fault.call == "write"]
    for part in PARTS:
        fill(small.folder, beside / "original")
        fault = writes[int(part * (len(writes) - 1))]
        done = job.command.run_with(fault, "error=ENOSPC")
        if done.returncode != 0 or not job.has_threads:
            yield done


@pytest.mark.parametrize("which", JOBS)
def test_a_disk_that_fills_is_said_and_what_was_there_stays(
    which: str, registry: Registry, tmp_path: Path
) -> None:
    with disk(tmp_path / "disk") as small, disk(tmp_path / "beside") as large:
        beside = large.folder
        job = JOBS[which](small.folder, beside, registry)
        before = kept(job.home)
        shutil.copytree(small.folder, beside / "original", symlinks=True)
        runs = on_small_disks if small.mounted else on_failing_disks
        for done in runs(job, small, beside):
            assert done.returncode == 1, done.stderr
            error, hint = done.stderr.splitlines()[-2:]
            assert error.startswith("error: cannot ")
            assert f"{small.folder}/" in error
            assert error.endswith(": No space left on device")
            assert hint.startswith("hint: ")
            assert "Traceback" not in done.stderr
            assert kept(job.home) == before
            assert job.beside() == {}
            assert left_over(job.home) == []
            assert errors(job.home) == []
        done = job.command.run()
        assert done.returncode == 0, done.stderr
        assert bool(job.made()) == bool(job.output)
        assert (kept(job.home) == before) == bool(job.output)


@pytest.mark.parametrize("group", [(), ("models",)])
def test_what_is_deleted_makes_room_on_a_full_disk(group: tuple[str, ...], tmp_path: Path) -> None:
    with disk(tmp_path / "disk") as full:
        home = loan_home(full.folder / "home", "v1")
        if full.mounted:
            full.resize(full.used)
        done = run(*group, "delete", "loan:v1", "-y", home=home)
        assert done.returncode == 0, done.stderr
        assert run(*group, "get", "loan:v1", home=home).returncode == 3
        assert left_over(home) == []
        assert errors(home) == []
