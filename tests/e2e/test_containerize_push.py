# SPDX-License-Identifier: Apache-2.0
"""Images that go straight to a registry: `ekiben containerize --push` and `ekiben build --push`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.containers import (
    Network,
    Podman,
    Unpacked,
    checked,
    containers_can_run,
    predicts,
)
from harness.image import Image
from harness.program import run
from harness.registry import Registry, breaking
from harness.store import Store, loan_home

INVALID, TEMPORARY = 4, 75
ROW = b"[[5.9, 3.0, 5.1, 1.8]]"
SBOM, PROVENANCE = "application/vnd.cyclonedx+json", "application/vnd.in-toto+json"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with two bentos of one model."""
    return loan_home(tmp_path_factory.mktemp("home"), "b1", "b2")


def push(home: Path, bento: str, *names: str, **variables: str) -> tuple[str, list[str]]:
    """The digest that was printed, and what became of each blob."""
    targets = [word for name in names for word in ("-t", name)]
    done = run("containerize", bento, "--push", *targets, home=home, **variables)
    assert done.returncode == 0, done.stderr
    (digest,) = [line.split()[1] for line in done.stdout.splitlines() if "digest" in line]
    ends = ("sent", "there", "mounted")
    return digest, [word for line in done.stderr.splitlines() if (word := line.split()[0]) in ends]


def test_an_image_is_pushed_under_all_its_names(registry: Registry, home: Path) -> None:
    names = [f"{registry.host}/{name}" for name in ("names/loan:1.0", "names/loan:stable")]
    digest, _ = push(home, "loan:b1", *names)
    for name in names:
        image = json.loads(checked("skopeo", "inspect", "--tls-verify=false", f"docker://{name}"))
        assert image["Digest"] == digest
    said = run("containerize", "loan:b1", "--push", "-t", names[0], home=home).stdout.splitlines()
    assert f"pushed  {names[0]}" in said
    assert said[-1] == f"run     docker run -it --rm -p 3000:3000 {names[0]} serve --production"


def test_what_is_there_is_not_sent_again(registry: Registry, home: Path) -> None:
    name = f"{registry.host}/again/loan"
    first, _ = push(home, "loan:b1", name)
    second, ends = push(home, "loan:b1", name)
    assert first == second
    assert set(ends) == {"there"}


def test_layers_of_another_bento_are_there_but_for_its_own(registry: Registry, home: Path) -> None:
    _, before = push(home, "loan:b1", f"{registry.host}/sharing/loan:b1")
    _, ends = push(home, "loan:b2", f"{registry.host}/sharing/loan:b2")
    # The bento without its models, the config, and what is said of the image.
    assert ends.count("there") >= len(before) - 4
    assert ends.count("sent") == 4


def test_another_repository_of_the_registry_gives_its_blobs(
    registry: Registry, tmp_path: Path
) -> None:
    home = loan_home(tmp_path / "home", "b1")
    _, before = push(home, "loan:b1", f"{registry.host}/mount/one:1")
    assert set(before) == {"sent", "there"}  # The config of both attachments is one.
    digest, ends = push(home, "loan:b1", f"{registry.host}/mount/two:1")
    assert set(ends) == {"mounted", "there"}
    assert registry.manifest("mount/two:1") == registry.manifest(f"mount/one@{digest}")


def test_what_is_said_of_the_image_goes_along(registry: Registry, home: Path) -> None:
    digest, _ = push(home, "loan:b1", f"{registry.host}/said/image:1")
    listed = registry.manifest(f"said/image:{digest.replace(':', '-')}")
    assert [one["artifactType"] for one in listed["manifests"]] == [SBOM, PROVENANCE]
    for one in listed["manifests"]:
        attached = registry.manifest(f"said/image@{one['digest']}")
        assert attached["subject"]["digest"] == digest
        (layer,) = attached["layers"]
        document = json.loads(registry.blob_file(layer["digest"]).read_bytes())
        if layer["mediaType"] == PROVENANCE:
            assert document["subject"][0]["digest"]["sha256"] == digest.removeprefix("sha256:")
        else:
            assert document["bomFormat"] == "CycloneDX"


def test_what_others_have_attached_stays(registry: Registry, home: Path) -> None:
    digest, _ = push(home, "loan:b1", f"{registry.host}/attached/image:1")
    tag = f"attached/image:{digest.replace(':', '-')}"
    listed = registry.manifest(tag)
    other = listed["manifests"].pop()
    other["annotations"] = {"by": "another"}
    registry.put_manifest(tag, listed | {"manifests": [other]})
    push(home, "loan:b1", f"{registry.host}/attached/image:1")
    now = registry.manifest(tag)["manifests"]
    assert now[0] == other
    assert [one["artifactType"] for one in now] == [PROVENANCE, SBOM]


def test_a_registry_that_breaks_off_gets_all_of_it(registry: Registry, home: Path) -> None:
    with breaking(registry.host, breaks=2, to_server=300_000) as way:
        push(home, "loan:b1", f"{way.host}/broken/image:1")
        assert way.broken
    for layer in registry.manifest("broken/image:1")["layers"]:
        assert registry.blob_file(layer["digest"]).stat().st_size == layer["size"]


def test_a_name_without_a_registry_is_below_the_environment_s(
    registry: Registry, home: Path
) -> None:
    push(home, "loan:b1", EKIBEN_REGISTRY=f"{registry.host}/below")
    push(home, "loan:b1", "named:1", EKIBEN_REGISTRY=f"{registry.host}/below")
    assert registry.manifest("below/loan:b1") == registry.manifest("below/named:1")

    lost = run("containerize", "loan:b1", "--push", "-t", "team/loan:1", home=home)
    assert lost.returncode == INVALID
    assert lost.stderr.splitlines() == [
        "error: --push: 'team/loan:1' names no registry",
        "hint: HOST:PORT/PATH/NAME:TAG, or let EKIBEN_REGISTRY name the registry",
    ]
    both = run("containerize", "loan:b1", "--push", "--output", "x.tar", home=home)
    assert both.returncode == INVALID
    assert both.stderr.startswith("error: --push and --output do not go together\n")


def test_a_registry_that_does_not_answer_is_an_error(home: Path) -> None:
    done = run("containerize", "loan:b1", "--push", "-t", "localhost:1/loan:1", home=home)
    assert done.returncode == TEMPORARY
    assert "error: cannot connect to 'localhost:1'" in done.stderr


def test_a_build_pushes_the_bento_or_its_image(
    registry: Registry, home: Path, tmp_path: Path
) -> None:
    below = {"EKIBEN_REGISTRY": f"{registry.host}/built"}
    built = run("build", "loan:v1", "--version", "p1", "--push", home=home, **below)
    assert built.returncode == 0, built.stderr
    assert f'Bento(tag="loan:p1") pushed to {registry.host}/built/loan:p1' in built.stdout
    pulled = run("pull", f"{registry.host}/built/loan:p1", home=tmp_path)
    assert pulled.returncode == 0, pulled.stderr

    name = f"{registry.host}/built/image:p2"
    words = ["--version", "p2", "--containerize", "--push", "-t", name, "-o", "tag"]
    built = run("build", "loan:v1", *words, home=home)
    assert (built.returncode, built.stdout) == (0, "loan:p2\n"), built.stderr
    assert f"pushed  {name}" in built.stderr
    config = registry.manifest("built/image:p2")["config"]
    assert config["mediaType"] == "application/vnd.oci.image.config.v1+json"


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["--push"], "error: --push: 'loan:x1' names no registry"),
        (["--containerize", "--push", "-t", "a:1"], "error: --push: 'a:1' names no registry"),
        (["-t", "a:1"], "error: -t is for --containerize and --push, of which none is given"),
        (["--push", "-t", "localhost:1/a", "-t", "localhost:1/b"], "error: -t: a bento is pushed"),
    ],
)
def test_nothing_is_built_that_could_not_be_pushed(
    home: Path, words: list[str], error: str
) -> None:
    done = run("build", "loan:v1", "--version", "x1", *words, home=home)
    assert done.returncode == INVALID
    assert done.stderr.startswith(error)
    assert not (home / "bentos/loan/x1").exists()


@pytest.fixture(scope="module")
def podman(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Podman]:
    made = Podman(tmp_path_factory.mktemp("podman") / "store")
    yield made
    made.remove()


def test_what_was_pushed_is_pulled_and_run(
    registry: Registry, store: Store, podman: Podman, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(store.home, home)
    built = run("build", "iris_clf:latest", "--version", "b1", home=home)
    assert built.returncode == 0, built.stderr
    name = f"{registry.host}/team/iris:1.0"
    digest, _ = push(home, "iris_clf:b1", name)
    if not containers_can_run():
        layout = tmp_path / "layout"
        checked("skopeo", "copy", "--src-tls-verify=false", f"docker://{name}", f"oci:{layout}:1")
        with Unpacked(Image(layout), tmp_path / "root" / "root").serving("serve") as url:
            assert predicts(url, ROW) == [2]
        return
    podman.run("pull", "--tls-verify=false", name)
    assert podman.run("inspect", "--format", "{{.Digest}}", name).strip() == digest
    network = Network()
    try:
        options = ["--read-only", "--cap-drop=ALL"]
        with podman.serving(network, name, "serve", "--production", options=options):
            assert predicts(f"http://{network.there}:3000", ROW) == [2]
    finally:
        network.remove()
