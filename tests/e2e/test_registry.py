# SPDX-License-Identifier: Apache-2.0
"""Models and bentos go through a registry, and what is wrong there is refused."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from harness.client import call
from harness.program import binary, environment, eventually, run
from harness.registry import Registry, breaking
from harness.server import Server
from harness.store import loan_home

FAILED, NOT_FOUND, INVALID, TEMPORARY = 1, 3, 4, 75
DATA = 3_000_000  # Bytes that no compression makes smaller.


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a model and two bentos that share a large one."""
    home = loan_home(tmp_path_factory.mktemp("home"), "b1", "b2")
    big = home / "models" / "big" / "v1"
    shutil.copytree(home / "models" / "loan" / "v1", big)
    manifest = big / "model.yaml"
    manifest.write_text(manifest.read_text().replace("name: loan", "name: big", 1))
    (big / "noise.bin").write_bytes(os.urandom(DATA))
    (big.parent / "latest").write_text("v1")
    return home


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(one.relative_to(folder)): one.read_bytes()
        for one in sorted(folder.rglob("*"))
        if one.is_file()
    }


def assert_nothing_entered(home: Path) -> None:
    for kind in ("models", "bentos"):
        assert not (home / kind).exists() or not list((home / kind).iterdir())


def push(tag: str, target: str, home: Path, *more: str, model: bool = False) -> str:
    """The digest that was printed."""
    done = run(*(["models"] if model else []), "push", tag, target, *more, home=home)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[-1]


def test_a_model_goes_through_a_registry(registry: Registry, home: Path, tmp_path: Path) -> None:
    digest = push("loan:v1", f"{registry.host}/team/loan", home, model=True)
    done = run("models", "pull", f"{registry.host}/team/loan:v1", home=tmp_path)
    said = f'Model(tag="loan:v1") pulled from {registry.host}/team/loan:v1\ndigest  {digest}\n'
    assert (done.returncode, done.stdout) == (0, said), done.stderr
    assert files_of(tmp_path / "models/loan/v1") == files_of(home / "models/loan/v1")
    assert (tmp_path / "models/loan/latest").read_text() == "v1"

    again = run("models", "pull", f"{registry.host}/team/loan@{digest}", home=tmp_path)
    assert again.returncode == 0
    assert again.stdout.startswith('Model(tag="loan:v1") is in the store')
    assert [one.name for one in (tmp_path / "tmp").iterdir()] == ["models.lock"]


def test_a_bento_is_served_where_it_was_pulled(
    registry: Registry, home: Path, tmp_path: Path
) -> None:
    push("loan:b1", f"{registry.host}/bentos/loan", home)
    done = run("pull", f"{registry.host}/bentos/loan:b1", home=tmp_path / "home")
    assert done.returncode == 0, done.stderr
    pulled = tmp_path / "home/bentos/loan/b1"
    assert files_of(pulled) == files_of(home / "bentos/loan/b1")
    with Server(tmp_path / "server", tmp_path / "home", "loan:b1") as server:
        assert call(server.url, "/readyz").status == 200


def test_bentos_share_the_blobs_of_their_models(registry: Registry, home: Path) -> None:
    for version in ("b1", "b2"):
        push(f"loan:{version}", f"{registry.host}/shared/loan", home)
    push("loan:v1", f"{registry.host}/shared/model", home, model=True)
    one, two, model = (
        [layer["digest"] for layer in registry.manifest(f"shared/{name}")["layers"]]
        for name in ("loan:b1", "loan:b2", "model:v1")
    )
    assert one[0] == two[0] == model[0]
    assert one[1] != two[1]
    sent = run("push", "loan:b2", f"{registry.host}/shared/loan:again", home=home)
    assert [line.split()[0] for line in sent.stderr.splitlines()] == ["there"] * 3


def test_an_artifact_says_what_it_is(registry: Registry, home: Path) -> None:
    push("loan:v1", f"{registry.host}/said/loan", home, model=True)
    manifest = registry.manifest("said/loan:v1")
    assert manifest["artifactType"] == "application/vnd.cncf.model.manifest.v1+json"
    assert manifest["config"]["mediaType"] == "application/vnd.cncf.model.config.v1+json"
    (layer,) = manifest["layers"]
    assert layer["mediaType"] == "application/vnd.cncf.model.weight.v1.tar+gzip"
    assert layer["annotations"] == {
        "org.cncf.model.filepath": "models/loan/v1",
        "org.opencontainers.image.title": "models/loan/v1.tar.gz",
    }


def test_pushing_again_changes_nothing_and_other_things_need_force(
    registry: Registry, home: Path
) -> None:
    target = f"{registry.host}/force/loan:stable"
    digest = push("loan:b1", target, home)
    again = run("push", "loan:b1", target, home=home)
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout.startswith('Bento(tag="loan:b1") is in the registry as')

    other = run("push", "loan:b2", target, home=home)
    assert other.returncode == FAILED
    assert other.stderr.splitlines() == [
        f"error: '{target}' is something else in the registry: {digest}",
        "hint: give it another tag, or --force to replace it",
    ]
    assert push("loan:b2", target, home, "--force") != digest


def test_tags_are_listed_and_an_older_version_comes_back(
    registry: Registry, home: Path, tmp_path: Path
) -> None:
    name = f"{registry.host}/listed/loan"
    for version in ("b1", "b2"):
        push(f"loan:{version}", name, home, "--latest")
    assert run("tags", name, home=home).stdout.split() == ["b1", "b2", "latest"]
    listed = json.loads(run("tags", name, "-o", "json", home=home).stdout)
    assert listed[0] == {"tag": "b1", "name": f"{name}:b1"}

    assert 'Bento(tag="loan:b2")' in run("pull", name, home=tmp_path).stdout
    assert 'Bento(tag="loan:b1")' in run("pull", f"{name}:b1", home=tmp_path).stdout
    missing = run("pull", f"{name}:b3", home=tmp_path)
    assert missing.returncode == NOT_FOUND
    assert missing.stderr.splitlines()[1] == "hint: there are: b1, b2, latest"


def test_the_registry_may_come_from_the_environment(
    registry: Registry, home: Path, tmp_path: Path
) -> None:
    variables = {"EKIBEN_REGISTRY": f"{registry.host}/environment"}
    done = run("push", "loan:b1", home=home, **variables)
    assert done.returncode == 0, done.stderr
    done = run("pull", "loan:b1", home=tmp_path, **variables)
    assert done.returncode == 0, done.stderr
    lost = run("push", "loan:b1", home=home)
    assert lost.returncode == INVALID
    assert lost.stderr.startswith("error: 'loan:b1' names no registry\nhint: ")


def test_an_upload_that_is_broken_off_ends_well(registry: Registry, home: Path) -> None:
    with breaking(registry.host, breaks=2, to_server=1_000_000) as way:
        done = run("models", "push", "big:v1", f"{way.host}/broken/up", home=home)
        assert done.returncode == 0, done.stderr
        assert way.broken
    layer = registry.manifest("broken/up:v1")["layers"][0]
    assert registry.blob_file(layer["digest"]).stat().st_size == layer["size"]


def test_a_download_goes_on_where_it_was_broken_off(
    registry: Registry, home: Path, tmp_path: Path
) -> None:
    push("big:v1", f"{registry.host}/broken/down", home, model=True)
    with breaking(registry.host, breaks=3, to_client=700_000) as way:
        done = run("models", "pull", f"{way.host}/broken/down:v1", home=tmp_path)
        assert done.returncode == 0, done.stderr
        assert way.broken
        ranges = [line for line in way.requests if line.lower().startswith("range:")]
    assert len(ranges) >= 3
    assert files_of(tmp_path / "models/big/v1") == files_of(home / "models/big/v1")


def test_a_pull_that_was_killed_goes_on_from_what_had_come(
    registry: Registry, home: Path, tmp_path: Path
) -> None:
    push("big:v1", f"{registry.host}/killed/down", home, model=True)
    size = registry.manifest("killed/down:v1")["layers"][0]["size"]
    with breaking(registry.host, breaks=1000, to_client=500_000) as way:
        name = f"{way.host}/killed/down:v1"
        process = subprocess.Popen(
            [binary(), "models", "pull", name], env=environment(tmp_path), stderr=subprocess.PIPE
        )
        eventually("some has come", lambda: partly(tmp_path) > 200_000)
        process.kill()
        process.wait()
        process.stderr.close()
    assert_nothing_entered(tmp_path)
    assert 0 < partly(tmp_path) < size
    had = partly(tmp_path)
    with breaking(registry.host, breaks=0) as way:
        done = run("models", "pull", f"{way.host}/killed/down:v1", home=tmp_path)
        assert done.returncode == 0, done.stderr
        assert f"Range: bytes={had}-" in way.requests
    assert files_of(tmp_path / "models/big/v1") == files_of(home / "models/big/v1")


def partly(home: Path) -> int:
    """How much of a blob has come."""
    tmp = home / "tmp"
    files = (
        [one for one in tmp.iterdir() if one.is_file() and len(one.name) == 32]
        if tmp.exists()
        else []
    )
    return max((one.stat().st_size for one in files), default=0)


def test_other_bytes_than_the_digest_says_are_refused(
    registry: Registry, home: Path, tmp_path: Path
) -> None:
    push("big:v1", f"{registry.host}/lying/model", home, model=True)
    layer = registry.manifest("lying/model:v1")["layers"][0]
    kept = registry.blob_file(layer["digest"])
    whole = kept.read_bytes()
    try:
        kept.write_bytes(whole[:-5] + b"other")
        done = run("models", "pull", f"{registry.host}/lying/model:v1", home=tmp_path)
        assert done.returncode == FAILED
        error = f"error: registry '{registry.host}' sends other bytes than '{layer['digest']}' says"
        assert done.stderr.splitlines()[-2] == error
        assert_nothing_entered(tmp_path)
        assert partly(tmp_path) == 0
    finally:
        kept.write_bytes(whole)


def test_a_size_that_the_bytes_have_not_is_refused(
    registry: Registry, home: Path, tmp_path: Path
) -> None:
    push("big:v1", f"{registry.host}/lying/size", home, model=True)
    manifest = registry.manifest("lying/size:v1")
    layer = manifest["layers"][0]
    for size in (layer["size"] + 1, 1 << 62):
        layer["size"] = size
        registry.put_manifest("lying/size:large", manifest)
        done = run("models", "pull", f"{registry.host}/lying/size:large", home=tmp_path)
        assert done.returncode == FAILED, done.stderr
        assert f"sends other bytes than '{layer['digest']}' says" in done.stderr
        assert_nothing_entered(tmp_path)


def test_an_image_is_not_taken_for_a_bento(registry: Registry, home: Path, tmp_path: Path) -> None:
    layout = tmp_path / "layout"
    done = run("containerize", "loan:b1", "--output", f"{layout}/", "-t", "loan:b1", home=home)
    assert done.returncode == 0, done.stderr
    copied = subprocess.run(
        ["skopeo", "copy", "--dest-tls-verify=false", f"oci:{layout}:b1",
         f"docker://{registry.host}/image:b1"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert copied.returncode == 0, copied.stderr
    done = run("pull", f"{registry.host}/image:b1", home=tmp_path / "home")
    assert done.returncode == FAILED
    assert "it is a container image, and no bento or model" in done.stderr
    assert_nothing_entered(tmp_path / "home")


def test_without_a_registry_the_error_says_so(home: Path, tmp_path: Path) -> None:
    done = run("pull", "localhost:1/no/registry:v1", home=tmp_path)
    assert done.returncode == TEMPORARY
    assert done.stderr.startswith("error: cannot connect to 'localhost:1'")


def test_a_bento_and_its_image_share_their_layers(
    registry: Registry, home: Path, tmp_path: Path
) -> None:
    push("loan:b1", f"{registry.host}/images/loan", home)
    layout = tmp_path / "layout"
    done = run("containerize", "loan:b1", "--output", f"{layout}/", home=home)
    assert done.returncode == 0, done.stderr
    kept = {f"sha256:{one.name}" for one in (layout / "blobs/sha256").iterdir()}
    layers = {one["digest"] for one in registry.manifest("images/loan:b1")["layers"]}
    assert len(layers) == 2
    assert layers < kept


def test_skopeo_copies_what_was_pushed(registry: Registry, home: Path, tmp_path: Path) -> None:
    digest = push("loan:v1", f"{registry.host}/skopeo/model", home, model=True)
    copied = subprocess.run(
        ["skopeo", "copy", "--src-tls-verify=false", "--dest-tls-verify=false",
         f"docker://{registry.host}/skopeo/model:v1", f"docker://{registry.host}/skopeo/copy:v1"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert copied.returncode == 0, copied.stderr
    done = run("pull", f"{registry.host}/skopeo/copy@{digest}", home=tmp_path)
    assert done.returncode == 0, done.stderr


def test_a_bento_of_bentoml_brings_its_models_along(
    registry: Registry, home: Path, tmp_path: Path
) -> None:
    """BentoML 1.1 and later leave models beside the bento."""
    made = tmp_path / "made"
    shutil.copytree(home / "models" / "loan", made / "models" / "loan")
    bento = made / "bentos" / "theirs" / "b1"
    (bento / "src").mkdir(parents=True)
    (bento / "src" / "service.py").write_text("svc = None\n")
    (bento / "bento.yaml").write_text(
        "service: service:svc\nname: theirs\nversion: b1\nbentoml_version: 1.1.11\n"
        "creation_time: '2026-11-22T14:03:08+00:00'\nlabels: {}\nmodels:\n- tag: loan:v1\n"
        "  module: bentoml.onnx\n  creation_time: '2026-11-22T14:03:08+00:00'\n"
    )
    push("theirs:b1", f"{registry.host}/theirs", made)
    user = tmp_path / "user"
    done = run("pull", f"{registry.host}/theirs:b1", home=user)
    assert done.returncode == 0, done.stderr
    assert files_of(user / "models/loan/v1") == files_of(made / "models/loan/v1")
    assert files_of(user / "bentos/theirs/b1") == files_of(bento)


def with_more(layer: bytes, name: str, kind: bytes = tarfile.REGTYPE) -> bytes:
    """A layer with one member more."""
    out = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(layer)) as old,
        tarfile.open(fileobj=out, mode="w:gz") as new,
    ):
        for member in old:
            new.addfile(member, old.extractfile(member) if member.isfile() else None)
        more = tarfile.TarInfo(name)
        more.type, more.linkname, more.size = (
            kind,
            "/etc/passwd",
            4 if kind == tarfile.REGTYPE else 0,
        )
        new.addfile(more, io.BytesIO(b"evil"))
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "kind", "says"),
    [
        ("home/ekiben/bento/models/loan/v1/more.txt", tarfile.REGTYPE, "another digest"),
        ("home/ekiben/other.txt", tarfile.REGTYPE, "home/ekiben/other.txt"),
        ("home/ekiben/bento/models/loan/v1/../../../../../evil", tarfile.REGTYPE, ".."),
        ("/tmp/evil", tarfile.REGTYPE, "/tmp/evil"),
        ("home/ekiben/bento/models/loan/v1/link", tarfile.SYMTYPE, "link"),
        ("home/ekiben/bento/models/loan/v1/MODEL.YAML", tarfile.REGTYPE, "MODEL.YAML"),
    ],
)
def test_a_layer_that_somebody_has_changed_is_refused(
    registry: Registry, home: Path, tmp_path: Path, name: str, kind: bytes, says: str
) -> None:
    """Blob and manifest fit each other: whoever changed one has changed the other."""
    push("loan:v1", f"{registry.host}/changed/loan", home, model=True)
    manifest = registry.manifest("changed/loan:v1")
    layer = manifest["layers"][0]
    changed = with_more(registry.blob_file(layer["digest"]).read_bytes(), name, kind)
    layer.update(registry.put_blob("changed/loan", changed))
    registry.put_manifest("changed/loan:evil", manifest)
    done = run("pull", f"{registry.host}/changed/loan:evil", home=tmp_path)
    assert done.returncode == FAILED
    error = next(line for line in done.stderr.splitlines() if line.startswith("error: "))
    assert "model 'loan:v1' of the registry is not what it says: " in error
    assert says in error
    assert_nothing_entered(tmp_path)
    assert not [one for one in (tmp_path / "tmp").iterdir() if len(one.name) == 32]
