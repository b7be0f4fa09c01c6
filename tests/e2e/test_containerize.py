# SPDX-License-Identifier: Apache-2.0
"""`ekiben containerize`: images of bentos of models, which are really run."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.containers import (
    Archive,
    Podman,
    Unpacked,
    checked,
    containers_can_run,
    predicts,
)
from harness.program import binary, environment, eventually, run
from harness.store import Store

# podman takes no HEALTHCHECK out of an OCI image; docker does.
HEALTH = ["--health-cmd", '["/usr/bin/ekiben", "healthcheck"]']
ROW = b"[[5.9, 3.0, 5.1, 1.8]]"


def containerize(*words: str | Path, home: Path, **variables: str) -> str:
    """What it prints, having made an image."""
    done = run("containerize", *words, home=home, **variables)
    assert done.returncode == 0, done.stderr
    return done.stdout


def digest(said: str) -> str:
    (line,) = [line for line in said.splitlines() if line.startswith("digest")]
    return line.split()[1]


A_DIGEST = "iris@sha256:" + 64 * "a"


@pytest.fixture(scope="module")
def home(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the bento iris_clf:b1, of a model alone."""
    home = tmp_path_factory.mktemp("home") / "home"
    shutil.copytree(store.home, home)
    built = run("build", "iris_clf:latest", "--version", "b1", home=home)
    assert built.returncode == 0, built.stderr
    return home


@pytest.fixture(scope="module")
def archive(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Its image."""
    path = tmp_path_factory.mktemp("image") / "iris.tar"
    containerize("iris_clf:b1", "--output", path, home=home)
    return Archive(path)


@pytest.fixture(scope="module")
def unpacked(archive: Archive, tmp_path_factory: pytest.TempPathFactory) -> Unpacked:
    return Unpacked(archive, tmp_path_factory.mktemp("root") / "root")


@pytest.fixture(scope="module")
def podman(archive: Archive, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Podman]:
    """podman, with the image loaded."""
    made = Podman(tmp_path_factory.mktemp("podman") / "store")
    made.run("load", "--input", archive.path)
    yield made
    made.remove()


def test_the_image_has_nothing_but_what_it_needs(archive: Archive) -> None:
    names = archive.names()
    assert {"usr/bin/ekiben", "tmp", "etc/passwd", "home/ekiben/bento/bento.yaml"} <= names
    programs = {name for name in names if name.startswith(("bin/", "usr/bin/", "sbin/"))}
    assert programs == {"usr/bin/ekiben"}
    assert {"var/lib/dpkg/status.d/libc6", "usr/share/doc/libc6/copyright"} <= names
    assert "usr/share/doc/libonnxruntime/LICENSE" in names
    assert not [name for name in names if name.endswith((".py", ".pyc"))]
    config = archive.config["config"]
    assert config["User"] == "65532:65532"
    assert config["ExposedPorts"] == {"3000/tcp": {}}
    assert archive.config["created"].endswith("Z")


def test_the_program_in_the_image_serves_the_bento(unpacked: Unpacked, store: Store) -> None:
    with unpacked.serving() as url:
        assert predicts(url, ROW) == [2]
        said = unpacked.run("healthcheck", "--port", url.rsplit(":", 1)[1])
        assert (said.returncode, said.stdout) == (0, "ok\n")


@pytest.mark.parametrize(
    "words",
    [
        ["serve", "--production"],
        ["--production"],
        ["serve-http", "--api-workers", "1"],
        ["bentoml", "serve", "--production", "--timeout", "5"],
        ["serve", "--development"],
    ],
)
def test_an_image_takes_the_words_that_bentomls_images_take(
    unpacked: Unpacked, words: list[str]
) -> None:
    with unpacked.serving(*words) as url:
        assert predicts(url, ROW) == [2]


def test_other_words_are_the_programs_own(unpacked: Unpacked) -> None:
    assert unpacked.run("version").stdout.startswith("ekiben ")
    assert unpacked.run("healthcheck", "--port", "1").returncode == 75
    unknown = unpacked.run("bash", "-c", "true")
    assert unknown.returncode == 2
    assert "unknown command 'bash'" in unknown.stdout


def test_the_platforms_port_is_taken(unpacked: Unpacked) -> None:
    said = unpacked.run("serve", PORT="no-port")
    assert said.returncode == 2
    assert "no-port" in said.stdout


def test_a_container_answers_from_another_network_namespace(
    request: pytest.FixtureRequest, unpacked: Unpacked
) -> None:
    """What `docker run … serve --production` does, without rights and on a read-only root."""
    if not containers_can_run():
        with unpacked.serving("serve", "--production") as url:
            assert predicts(url, ROW) == [2]
        return
    podman, network = request.getfixturevalue("podman"), request.getfixturevalue("network")
    options = ["--read-only", "--read-only-tmpfs=false", "--cap-drop=ALL", *HEALTH]
    words = ["serve", "--production"]
    with podman.serving(network, "iris_clf:b1", *words, options=options) as name:
        assert predicts(f"http://{network.there}:3000", ROW) == [2]
        assert network.listening() == {f"00000000:{3000:04X}"}
        podman.run("healthcheck", "run", name)
        podman.run("stop", "--time", "10", name)
        assert podman.run("inspect", "--format", "{{.State.ExitCode}}", name).strip() == "0"


def test_docker_has_the_image_at_once_and_runs_it(
    request: pytest.FixtureRequest, unpacked: Unpacked, home: Path
) -> None:
    if not containers_can_run():
        assert unpacked.run("version").returncode == 0
        return
    docker = request.getfixturevalue("docker")
    said = containerize("iris_clf:b1", "-t", "iris:v1", home=home, DOCKER_HOST=docker.host)
    assert "docker run -it --rm -p 3000:3000 iris:v1 serve --production" in said
    rights = ["--read-only", "--cap-drop=ALL", "--network=host", "--health-interval=1s"]
    words = ["iris:v1", "serve", "--production", "--port", "0"]
    name = docker.run("run", "--detach", *rights, *words).strip()

    def url() -> str:
        lines = [line.split() for line in docker.run("logs", name).splitlines()]
        return next((line[1] for line in lines if line and line[0] == "ready"), "")

    eventually("the container is ready", url)
    assert predicts(url(), ROW) == [2]
    health = ["inspect", "--format", "{{.State.Health.Status}}", name]
    eventually("docker finds it healthy", lambda: docker.run(*health).strip() == "healthy")
    docker.run("stop", "--time", "10", name)
    assert docker.run("inspect", "--format", "{{.State.ExitCode}}", name).strip() == "0"
    docker.run("rm", name)


def test_health_is_asked_at_the_port_that_is_served(
    request: pytest.FixtureRequest, unpacked: Unpacked
) -> None:
    if not containers_can_run():
        assert unpacked.run("healthcheck", PORT="1").returncode == 75
        return
    podman, network = request.getfixturevalue("podman"), request.getfixturevalue("network")
    with podman.serving(network, "iris_clf:b1", options=["--env", "PORT=8080", *HEALTH]) as name:
        assert predicts(f"http://{network.there}:8080", ROW) == [2]
        podman.run("healthcheck", "run", name)
    with podman.serving(network, "iris_clf:b1", "serve", "--port", "8081", options=HEALTH) as name:
        podman.run("healthcheck", "run", name)


def test_the_same_bento_gives_the_same_digest(home: Path, archive: Archive, tmp_path: Path) -> None:
    other = tmp_path / "home"
    shutil.copytree(home / "bentos", other / "bentos")
    for path in other.rglob("*"):
        os.utime(path, (1, 1))
    first = containerize("iris_clf:b1", "--output", tmp_path / "a.tar", home=home)
    second = containerize("iris_clf:b1", "--output", tmp_path / "b.tar", home=other)
    assert digest(first) == digest(second)
    assert (tmp_path / "a.tar").read_bytes() == (tmp_path / "b.tar").read_bytes()


def test_of_an_unchanged_bento_nothing_is_written_again(home: Path, tmp_path: Path) -> None:
    containerize("iris_clf:b1", "--output", tmp_path / "a.tar", home=home)
    again = run("containerize", "iris_clf:b1", "--output", tmp_path / "b.tar", home=home)
    lines = [line.split()[0] for line in again.stderr.splitlines()]
    assert lines
    assert set(lines) == {"cached"}


def test_an_image_has_all_the_names_and_labels_that_it_is_given(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "image.tar"
    said = containerize(
        *["iris_clf", "-t", "iris:v1", "-t", "registry.example:5000/team/iris:v1"],
        *["--label", "stage=test", "--label", "owner=me=you", "--output", path],
        home=home,
    )
    image = Archive(path)
    assert image.manifest["RepoTags"] == ["iris:v1", "registry.example:5000/team/iris:v1"]
    labels = image.config["config"]["Labels"]
    assert labels["stage"] == "test"
    assert labels["owner"] == "me=you"
    assert labels["ekiben.bento"] == "iris_clf:b1"
    assert f"docker load --input {path}" in said
    assert "docker run -it --rm -p 3000:3000 iris:v1 serve --production" in said


def test_a_layout_is_read_by_others(home: Path, tmp_path: Path) -> None:
    layout = tmp_path / "layout"
    said = containerize("iris_clf:b1", "-t", "iris:v1", "--output", f"{layout}/", home=home)
    assert f"skopeo copy oci:{layout}:v1 docker://REGISTRY/iris:v1" in said
    found = json.loads(checked("skopeo", "inspect", f"oci:{layout}:v1"))
    assert found["Digest"] == digest(said)
    for blob in (layout / "blobs" / "sha256").iterdir():
        assert hashlib.sha256(blob.read_bytes()).hexdigest() == blob.name
    # Once more into the same folder: it is replaced as a whole.
    containerize("iris_clf:b1", "-t", "iris:v2", "--output", f"{layout}/", home=home)
    checked("skopeo", "inspect", f"oci:{layout}:v2")


def test_what_is_in_it_and_how_it_was_made_belongs_to_it(home: Path, tmp_path: Path) -> None:
    layout, sbom = tmp_path / "layout", tmp_path / "sbom.json"
    words = ["iris_clf:b1", "--output", f"{layout}/", "--sbom", sbom]
    image = digest(containerize(*words, home=home))

    def blob(name: str) -> bytes:
        return (layout / "blobs" / name.replace(":", "/")).read_bytes()

    names = {
        one["annotations"]["org.opencontainers.image.ref.name"]: one["digest"]
        for one in json.loads((layout / "index.json").read_bytes())["manifests"]
    }
    assert names["b1"] == image
    referrers = json.loads(blob(names[image.replace(":", "-")]))["manifests"]
    contents = {}
    for one in referrers:
        manifest = json.loads(blob(one["digest"]))
        assert manifest["subject"]["digest"] == image
        assert manifest["artifactType"] == one["artifactType"]
        contents[one["artifactType"]] = blob(manifest["layers"][0]["digest"])
    bill = json.loads(contents["application/vnd.cyclonedx+json"])
    assert sbom.read_bytes() == contents["application/vnd.cyclonedx+json"]
    by_name = {one["name"]: one for one in bill["components"]}
    assert by_name["libc6"]["purl"].startswith("pkg:deb/debian/libc6@")
    assert by_name["libonnxruntime"]["purl"].startswith("pkg:generic/libonnxruntime@1.")
    native = next((home / "bentos" / "iris_clf" / "b1").rglob("predict.onnx")).read_bytes()
    model = by_name["iris_clf"]
    assert model["type"] == "machine-learning-model"
    assert model["hashes"][0]["content"] == hashlib.sha256(native).hexdigest()
    statement = json.loads(contents["application/vnd.in-toto+json"])
    assert statement["subject"][0]["digest"] == {"sha256": image.removeprefix("sha256:")}
    assert statement["predicateType"] == "https://slsa.dev/provenance/v1"


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["none:v1", "--output", "x.tar"], 3, "none"),
        (["iris_clf:b1", "--output", "x.zip"], 4, "is neither a .tar nor a folder"),
        (["iris_clf:b1", "--output", "full/"], 1, "is there and is no layout of an image"),
        (["iris_clf:b1", "-t", "Iris", "--output", "x.tar"], 4, "cannot be the name of an image"),
        (
            ["iris_clf:b1", "-t", A_DIGEST, "--output", "x.tar"],
            4,
            "cannot be the name of an image",
        ),
        (["iris_clf:b1", "--label", "x", "--output", "x.tar"], 4, "expected KEY=VALUE, got 'x'"),
        (["iris_clf:b1", "--platform", "linux/riscv64", "--output", "x.tar"], 4, "linux/riscv64"),
        (["iris_clf:b1", "--output", "no/folder/x.tar"], 3, "no/folder"),
    ],
)
def test_what_cannot_be_made_is_refused_and_leaves_nothing(
    home: Path, tmp_path: Path, words: list[str], status: int, said: str
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("x")
    done = subprocess.run(
        [binary(), "containerize", *words],
        cwd=tmp_path,
        env=environment(home),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stderr
    assert said in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["full"]
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine"]


def test_without_docker_and_podman_a_file_is_the_way_out(home: Path) -> None:
    done = run("containerize", "iris_clf:b1", home=home, PATH="/nowhere")
    assert done.returncode == 1
    assert "there is no 'docker' in PATH; there is no 'podman' in PATH" in done.stderr
    assert "--output image.tar" in done.stderr


def test_a_bento_that_was_changed_is_no_image(home: Path, tmp_path: Path) -> None:
    copy = tmp_path / "bento"
    shutil.copytree(home / "bentos" / "iris_clf" / "b1", copy)
    (copy / "README.md").write_text("other")
    done = run("containerize", copy, "--output", tmp_path / "x.tar", home=home)
    assert done.returncode != 0
    assert "is not as it was built: written later: 'README.md'" in done.stderr


def test_what_is_killed_leaves_no_file(home: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "home"
    shutil.copytree(home / "bentos", fresh / "bentos")
    output = tmp_path / "out"
    output.mkdir()
    process = subprocess.Popen(
        [binary(), "containerize", "iris_clf:b1", "--output", output / "x.tar"],
        env=environment(fresh),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    process.stderr.readline()  # A layer is there, others are not.
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert not (output / "x.tar").exists()
    containerize("iris_clf:b1", "--output", output / "x.tar", home=fresh)
    assert Archive(output / "x.tar").config
