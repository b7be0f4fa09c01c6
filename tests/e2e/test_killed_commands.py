# SPDX-License-Identifier: Apache-2.0
"""Whatever kills a command: what it writes, or brings into the store, is whole or not there.

Each command is killed at calls that are spread over its run; `make test-faults` takes every call.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from harness import jobs
from harness.disk import disk
from harness.faults import EVERY_CALL, KILLED
from harness.jobs import Files, Make, fill
from harness.registry import Registry
from harness.whole_store import errors, findings, kept, repair

# How many calls the gate takes.
JOBS = {
    "pull": (jobs.pull, 6),
    "delete": (jobs.delete, 5),
    "models delete": (jobs.models_delete, 3),
    "export to a file": (jobs.export_as("bento"), 3),
    "export to a folder": (jobs.export_as("folder"), 3),
    "containerize to a folder": (jobs.image_in("image/"), 2),
    "containerize into a registry": (jobs.push_of_an_image, 2),
}
if EVERY_CALL in os.environ:
    JOBS |= {
        "export to a zip": (jobs.export_as("zip"), 3),
        "containerize to a file": (jobs.image_in("image.tar"), 3),
    }


def named(files: Files) -> Files:
    """All but what says which version is the newest, which can be found anew."""
    return {name: file for name, file in files.items() if Path(name).name != "latest"}


def is_done(said: str) -> bool:
    """Whether a command that is repeated says that it has happened."""
    return "is not in the store" in said or "is a folder that is there" in said


def assert_whole_after_kills(make: Make, most: int, folder: Path, registry: Registry) -> None:
    """Kills a job at `most` of its calls, on a store that is below `folder`."""
    place, beside = folder / "place", folder / "beside"
    place.mkdir()
    beside.mkdir()
    job = make(place, beside, registry)
    before = kept(job.home)
    shutil.copytree(place, beside / "original", symlinks=True)
    faults = job.command.faults(beside / "trace", most, place)
    after, whole = kept(job.home), job.made()
    killed = 0
    for fault in faults:
        fill(place, beside / "original")
        killed += job.command.run_with(fault, "signal=KILL").returncode == KILLED
        assert named(kept(job.home)) in (named(before), named(after)), str(fault)
        assert job.made() in ({}, whole), str(fault)
        assert errors(job.home) == [], str(fault)

        again = job.command.run()
        assert again.returncode == 0 or is_done(again.stderr), f"{fault}: {again.stderr}"
        assert job.made() == whole, str(fault)
        repair(job.home)
        assert kept(job.home) == after, str(fault)
        assert findings(job.home) == [], str(fault)
    assert killed > len(faults) // 2 or job.has_threads


@pytest.mark.parametrize("which", JOBS)
def test_what_a_killed_command_writes_is_whole_or_not_there(
    which: str, registry: Registry, tmp_path: Path
) -> None:
    make, most = JOBS[which]
    with disk(tmp_path / "disk") as one:  # In memory, where nobody waits until it is flushed.
        assert_whole_after_kills(make, most, one.folder, registry)
