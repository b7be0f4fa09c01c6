# SPDX-License-Identifier: Apache-2.0
"""Packages out of git: packed as wheels, with what they need in the lock."""

from __future__ import annotations

import subprocess
import textwrap
import zipfile
from pathlib import Path

import pytest
import yaml
from harness.program import run

SERVICE = """import ekiben
from ekiben.io import Text
svc = ekiben.Service("plain")
@svc.api(input=Text(), output=Text())
def echo(text):
    return text
"""
# A build backend within the repository, so that none has to be fetched. What it writes has the
# time that SOURCE_DATE_EPOCH says.
BACKEND = """
    import os, time, zipfile

    def write(folder, name, needs):
        moment = time.gmtime(int(os.environ["SOURCE_DATE_EPOCH"]))[:6]
        about = f"Metadata-Version: 2.1\\nName: {name}\\nVersion: 1.0\\n{needs}"
        wheel = f"{name}-1.0-py3-none-any.whl"
        info = f"{name}-1.0.dist-info"
        files = {
            f"{name}.py": "x = 1\\n",
            f"{info}/METADATA": about,
            f"{info}/WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
            f"{info}/RECORD": "",
        }
        with zipfile.ZipFile(os.path.join(folder, wheel), "w") as archive:
            for path, text in files.items():
                archive.writestr(zipfile.ZipInfo(path, moment), text)
        return wheel

    def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
        needs = "Requires-Dist: leaf\\nProvides-Extra: more\\n"
        needs += "Requires-Dist: twig; extra == 'more'\\n"
        return write(wheel_directory, "tiny", needs)
"""
PYPROJECT = """
    [project]
    name = "tiny"
    version = "1.0"
    [build-system]
    requires = []
    build-backend = "backend"
    backend-path = ["."]
"""


def git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    done = subprocess.run(
        ["git", *who, *words], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def wheel(folder: Path, name: str) -> None:
    scope: dict[str, object] = {}
    exec(textwrap.dedent(BACKEND), scope)
    folder.mkdir(exist_ok=True)
    scope["write"](folder, name, "")  # type: ignore[operator]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The package `tiny` in the folder python/, on the branch `packed` and under the tag v1."""
    folder = tmp_path / "repository"
    (folder / "python").mkdir(parents=True)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "begin")
    git(folder, "switch", "--quiet", "--create", "packed")
    (folder / "python" / "backend.py").write_text(textwrap.dedent(BACKEND))
    (folder / "python" / "pyproject.toml").write_text(textwrap.dedent(PYPROJECT))
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "a package")
    git(folder, "tag", "v1")
    git(folder, "switch", "--quiet", "main")
    return folder


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "315532800")
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "service.py").write_text(SERVICE)
    for name in ("leaf", "twig"):
        wheel(folder / "links", name)
    return folder


def write_bentofile(project: Path, requirement: str, **python: object) -> None:
    options = {"packages": [requirement], "find_links": "./links", "no_index": True, **python}
    (project / "bentofile.yaml").write_text(
        yaml.safe_dump({"include": ["*.py"], "python": options})
    )


def build(project: Path, home: Path, version: str = "v1") -> Path:
    done = run("build", project, "--version", version, home=home)
    assert done.returncode == 0, done.stderr
    return home / "bentos" / "plain" / version


@pytest.mark.parametrize("revision", ["packed", "v1", "commit"])
def test_a_package_out_of_git_is_packed_and_what_it_needs_is_locked(
    project: Path, repository: Path, tmp_path: Path, revision: str
) -> None:
    commit = git(repository, "rev-parse", "packed")
    at = commit[:12] if revision == "commit" else revision
    url = f"file://{repository}"
    write_bentofile(project, f"tiny[more] @ git+{url}@{at}#subdirectory=python")
    python = build(project, tmp_path / "home") / "env" / "python"
    assert sorted(one.name for one in python.iterdir()) == [
        "requirements.lock.txt",
        "requirements.txt",
        "version.txt",
        "wheels",
    ]
    packed = python / "wheels" / "tiny-1.0-py3-none-any.whl"
    assert zipfile.ZipFile(packed).testzip() is None
    assert (python / "requirements.txt").read_text() == (
        f"# wheels/{packed.name}: {url} at {commit}\n"
    )
    lock = (python / "requirements.lock.txt").read_text()
    assert "leaf==1.0" in lock and "twig==1.0" in lock and "--hash=sha256:" in lock
    assert "tiny" not in lock.replace("# via tiny", "")
    dockerfile = (python.parent / "docker" / "Dockerfile").read_text()
    assert "env/python/wheels/*.whl" in dockerfile and " git" not in dockerfile


def test_the_same_commit_gives_the_same_bento(
    project: Path, repository: Path, tmp_path: Path
) -> None:
    write_bentofile(project, f"git+file://{repository}@packed#egg=tiny&subdirectory=python")
    digests = set()
    for version in ("v1", "v2"):
        bento = build(project, tmp_path / "home", version)
        digests.add(yaml.safe_load((bento / "bento.yaml").read_text())["ekiben"]["digest"])
    assert len(digests) == 1


def test_a_package_out_of_git_may_be_left_to_the_image(
    project: Path, repository: Path, tmp_path: Path
) -> None:
    requirement = f"tiny @ git+file://{repository}@packed#subdirectory=python"
    write_bentofile(project, requirement, pack_git_packages=False, lock_packages=False)
    bento = build(project, tmp_path / "home")
    assert not (bento / "env" / "python" / "wheels").exists()
    assert (bento / "env" / "python" / "requirements.txt").read_text() == requirement + "\n"
    assert "--no-install-recommends git" in (bento / "env/docker/Dockerfile").read_text()


def test_what_a_wheel_of_the_bento_needs_is_locked(project: Path, tmp_path: Path) -> None:
    scope: dict[str, object] = {}
    exec(textwrap.dedent(BACKEND), scope)
    scope["build_wheel"](project)  # type: ignore[operator]
    write_bentofile(project, "twig", wheels=["./tiny-1.0-py3-none-any.whl"])
    python = build(project, tmp_path / "home") / "env" / "python"
    lock = (python / "requirements.lock.txt").read_text()
    assert "leaf==1.0" in lock and "twig==1.0" in lock and "./wheels" not in lock
    assert not (python / "wheels.in").exists()


@pytest.mark.parametrize(
    ("rest", "why"),
    [
        ("@nowhere#subdirectory=python", "git ended with"),
        ("@packed", "uv ended with"),
    ],
)
def test_a_package_that_cannot_be_packed_ends_the_build(
    project: Path, repository: Path, tmp_path: Path, rest: str, why: str
) -> None:
    write_bentofile(project, f"tiny @ git+file://{repository}{rest}")
    done = run("build", project, home=tmp_path / "home")
    assert done.returncode != 0
    assert f"'file://{repository}': {why}" in done.stderr
    assert "pack_git_packages: false" in done.stderr
    assert not (tmp_path / "home" / "bentos" / "plain").exists()


def test_a_login_within_a_url_stays_out_of_what_is_said_and_packed(
    project: Path, tmp_path: Path
) -> None:
    write_bentofile(project, "tiny @ git+http://me:t0ken@127.0.0.1:9/tiny")
    done = run("build", project, home=tmp_path / "home")
    assert done.returncode != 0
    (error,) = [line for line in done.stderr.splitlines() if line.startswith("error:")]
    assert "'http://127.0.0.1:9/tiny'" in error and "t0ken" not in error
