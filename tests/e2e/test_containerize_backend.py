# SPDX-License-Identifier: Apache-2.0
"""`ekiben containerize --backend`: the bento's Dockerfile, built by a tool that runs it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.base_image import PATH, Buildah, fill
from harness.client import call
from harness.containers import checked, containers_can_run
from harness.program import MINUTES, binary, eventually, run
from harness.service import PLAIN

import ekiben

BENTOFILE = """service: "service:svc"
docker: {base_image: "localhost/base:1"}
python: {wheels: [WHEEL], lock_packages: false}
"""
WHEEL = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def version() -> str:
    return checked(binary(), "version").split()[1]


def ekibens_wheel(folder: Path) -> Path:
    """The program under test and its package as pip installs them."""
    package, name = Path(ekiben.__file__).parent, f"ekiben-{version()}"
    wheel = folder / f"{name}-py3-none-any.whl"
    plugins = (binary().parents[1] / "lib" / "ekiben" / "runtimes").glob("*.so")
    with zipfile.ZipFile(wheel, "w") as archive:
        for file in sorted(package.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                archive.write(file, f"ekiben/{file.relative_to(package)}")
        archive.write(binary(), f"{name}.data/scripts/ekiben")
        for plugin in plugins:
            archive.write(plugin, f"{name}.data/data/lib/ekiben/runtimes/{plugin.name}")
        about = f"Metadata-Version: 2.1\nName: ekiben\nVersion: {version()}\n"
        archive.writestr(f"{name}.dist-info/METADATA", about)
        archive.writestr(f"{name}.dist-info/WHEEL", WHEEL)
        names = [*archive.namelist(), f"{name}.dist-info/RECORD"]
        archive.writestr(names[-1], "".join(f"{one},,\n" for one in names))
    return wheel


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the bento plain:v1, which brings ekiben itself as a wheel."""
    folder = tmp_path_factory.mktemp("backend")
    project = folder / "project"
    project.mkdir()
    (project / "service.py").write_text(PLAIN)
    wheel = ekibens_wheel(project)
    (project / "bentofile.yaml").write_text(BENTOFILE.replace("WHEEL", wheel.name))
    done = run("build", project, "--version", "v1", home=folder / "home", timeout=MINUTES)
    assert done.returncode == 0, done.stderr
    return folder / "home"


@pytest.fixture
def buildah(tmp_path: Path) -> Iterator[Buildah]:
    made = Buildah(tmp_path / "buildah")
    yield made
    made.remove()


def test_the_dockerfile_is_built_and_its_image_serves(
    request: pytest.FixtureRequest, home: Path, tmp_path: Path
) -> None:
    if not containers_can_run():
        assert "FROM localhost/base:1" in dockerfile(home)
        return
    buildah, network = request.getfixturevalue("buildah"), request.getfixturevalue("network")
    buildah.make_base("localhost/base:1")
    words = ["plain:v1", "--backend", "buildah", "-t", "localhost/plain:v1", "--label", "a=b"]
    options = ["--opt", "isolation=chroot", "--opt", "pull=never"]
    done = run("containerize", *words, *options, home=home, timeout=MINUTES, **buildah.variables)
    assert done.returncode == 0, done.stdout + done.stderr
    said = "podman run -it --rm -p 3000:3000 localhost/plain:v1 serve --production"
    assert said in done.stdout

    def podman(*words: str) -> str:
        return checked("podman", *words, **buildah.variables)

    template = "{{.Config.User}} {{.Config.Labels.a}}"
    shown = podman("image", "inspect", "--format", template, "localhost/plain:v1")
    assert shown.split() == ["bentoml", "b"]
    log = tmp_path / "log"
    options = ["--network", f"ns:/run/netns/{network.name}", "--log-opt", f"path={log}"]
    options += ["--log-driver", "k8s-file", "--name", "plain", "--detach"]
    podman("run", *options, "localhost/plain:v1", "serve", "--production", "--api-workers", "1")
    eventually("the container is ready", lambda: "ready" in log.read_text())
    assert call(f"http://{network.there}:3000", "/echo", b'["said"]').json() == ["said"]
    podman("rm", "--force", "--time", "10", "plain")


def test_docker_builds_it_too(request: pytest.FixtureRequest, home: Path, tmp_path: Path) -> None:
    if not containers_can_run():
        assert "FROM localhost/base:1" in dockerfile(home)
        return
    docker = request.getfixturevalue("docker")
    fill(tmp_path / "root")
    checked("tar", "-C", tmp_path / "root", "-cf", tmp_path / "base.tar", ".")
    changes = [f"--change=ENV PATH={PATH}", "--change=ENV PIP_NO_INDEX=1"]
    docker.run("import", *changes, tmp_path / "base.tar", "localhost/base:1")
    words = ["plain:v1", "--backend", "docker", "-t", "plain:v1", "--opt", "network=host"]
    done = run("containerize", *words, home=home, timeout=MINUTES, DOCKER_HOST=docker.host)
    assert done.returncode == 0, done.stdout + done.stderr
    # The entrypoint gives a port, and who runs the image another.
    serve = ["serve", "--production", "--port", "0", "--api-workers", "1"]
    name = docker.run("run", "--detach", "--network=host", "plain:v1", *serve).strip()

    def url() -> str:
        lines = [line.split() for line in docker.run("logs", name).splitlines()]
        return next((line[1] for line in lines if line and line[0] == "ready"), "")

    eventually("the container is ready", url)
    assert call(url().replace("0.0.0.0", "127.0.0.1"), "/echo", b"1").json() == 1
    docker.run("rm", "--force", name)


def dockerfile(home: Path) -> str:
    return (home / "bentos" / "plain" / "v1" / "env" / "docker" / "Dockerfile").read_text()


def test_what_the_tool_says_of_a_dockerfile_that_fails_is_shown(home: Path, tmp_path: Path) -> None:
    broken = tmp_path / "tool"
    broken.mkdir()
    (broken / "docker").write_text("#!/bin/sh\necho no space left >&2\nexit 7\n")
    (broken / "docker").chmod(0o755)
    done = run(
        "containerize", "plain:v1", "--backend", "docker", home=home, PATH=f"{broken}:/usr/bin"
    )
    assert done.returncode == 1
    assert "no space left" in done.stderr
    assert "'docker build' ended with exit status 7" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["--backend", "buildah", "--output", "x.tar"],
            "--output and --backend do not go together",
        ),
        (["--opt", "network=host"], "--opt is for --backend"),
        (["--backend", "kaniko"], "kaniko"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    home: Path, tmp_path: Path, words: list[str], said: str
) -> None:
    done = run("containerize", "plain:v1", *words, home=home, cwd=tmp_path)
    assert done.returncode != 0
    assert said in done.stderr
    assert list(tmp_path.iterdir()) == []
