# SPDX-License-Identifier: Apache-2.0
"""`ekiben containerize` of services in Python: what is in the image, and that it serves."""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.client import call
from harness.containers import Podman, Unpacked, containers_can_run
from harness.image import Image
from harness.program import MINUTES, ROOT, binary, environment, eventually, run
from harness.store import Store

ROW = b"[[5.9, 3, 5.1, 1.8]]"
NO_LOCK = """service: "service:svc"
python:
  packages: [numpy, scikit-learn]
  lock_packages: false
"""
PLAIN = """import bentoml
from bentoml.io import JSON
svc = bentoml.Service("plain")
@svc.api(input=JSON(), output=JSON())
def echo(value):
    {body}
"""
RETRAIN = """import ekiben
from sklearn import datasets, svm
rows, kinds = datasets.load_iris(return_X_y=True)
ekiben.sklearn.save_model("iris_clf", svm.SVC(C=2.0).fit(rows, kinds))
"""
SAVE_GREETER = """import ekiben
def greet(whom):
    return f"hello {whom}"
ekiben.picklable_model.save_model("greeter", greet)
"""
GREETING = """import bentoml
from bentoml.io import JSON
runner = bentoml.picklable_model.get("greeter:latest").to_runner()
svc = bentoml.Service("greeting", runners=[runner])
@svc.api(input=JSON(), output=JSON())
async def greet(whom):
    return await runner.async_run(whom)
"""
WHEEL = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"
UNCHECKED_HASH = 1  # The flags of a compiled file, as PEP 552 has them.


def build(folder: Path, home: Path, version: str, **variables: str) -> str:
    done = run("build", folder, "--version", version, "-o", "tag", home=home, **variables)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def containerize(
    tag: str | Path, home: Path, out: Path | None, *more: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [binary(), "containerize", tag, *(["--output", f"{out}/"] if out else []), *more],
        env=environment(home, **variables),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=MINUTES,
        check=False,
    )


def made(tag: str, home: Path, out: Path, **variables: str) -> Image:
    done = containerize(tag, home, out, **variables)
    assert done.returncode == 0, done.stderr
    return Image(out)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The iris service, without a lock: this Python's own packages are what the image gets."""
    folder = tmp_path_factory.mktemp("iris")
    shutil.copy(ROOT / "examples" / "iris" / "service.py", folder)
    (folder / "bentofile.yaml").write_text(NO_LOCK)
    return folder


@pytest.fixture(scope="module")
def home(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home") / "home"
    shutil.copytree(store.home, folder)
    return folder


@pytest.fixture(scope="module")
def iris_image(project: Path, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Image:
    return made(build(project, home, "v1"), home, tmp_path_factory.mktemp("out") / "v1")


def test_the_image_of_iris_answers_as_a_user_without_rights_and_has_no_shell(
    iris_image: Image, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    container = Unpacked(iris_image, root)
    with container.serving("serve", "--production", "--api-workers", "1") as url:
        assert call(url, "/classify", ROW).json() == [2]
    assert not list(root.glob("bin/*")) and not (root / "usr/bin/sh").exists()


@pytest.fixture(scope="module")
def podman(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Podman]:
    made = Podman(tmp_path_factory.mktemp("podman") / "store")
    yield made
    made.remove()


def test_a_container_of_python_answers_read_only_and_without_rights(
    request: pytest.FixtureRequest, iris_image: Image, home: Path, tmp_path: Path
) -> None:
    if not containers_can_run():
        assert Unpacked(iris_image, tmp_path / "root").run("version").returncode == 0
        return
    podman, network = request.getfixturevalue("podman"), request.getfixturevalue("network")
    archive = tmp_path / "iris.tar"
    done = containerize("iris_classifier:v1", home, None, "--output", str(archive))
    assert done.returncode == 0, done.stderr
    podman.run("load", "--input", archive)
    options = ["--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges"]
    words = ["serve", "--production", "--api-workers", "1"]
    with podman.serving(network, "iris_classifier:v1", *words, options=options) as name:
        assert call(f"http://{network.there}:3000", "/classify", ROW).json() == [2]
        assert network.listening() == {f"00000000:{3000:04X}"}
        podman.run("stop", "--time", "20", name)
        assert podman.run("inspect", "--format", "{{.State.ExitCode}}", name).strip() == "0"


def test_docker_takes_the_image_of_python_and_runs_it(
    request: pytest.FixtureRequest, iris_image: Image, home: Path, tmp_path: Path
) -> None:
    if not containers_can_run():
        assert Unpacked(iris_image, tmp_path / "root").run("version").returncode == 0
        return
    docker = request.getfixturevalue("docker")
    done = containerize("iris_classifier:v1", home, None, "-t", "iris:v1", DOCKER_HOST=docker.host)
    assert done.returncode == 0, done.stderr
    assert "docker run -it --rm -p 3000:3000 iris:v1 serve --production" in done.stdout
    rights = ["--read-only", "--cap-drop=ALL", "--network=host", "--tmpfs=/tmp"]
    words = ["iris:v1", "serve", "--production", "--port", "0"]
    name = docker.run("run", "--detach", *rights, *words).strip()

    def url() -> str:
        lines = [line.split() for line in docker.run("logs", name).splitlines()]
        return next((line[1] for line in lines if line and line[0] == "ready"), "")

    eventually("the container is ready", url)
    assert call(url(), "/classify", ROW).json() == [2]
    docker.run("stop", "--time", "20", name)
    assert docker.run("inspect", "--format", "{{.State.ExitCode}}", name).strip() == "0"
    docker.run("rm", name)


def test_the_bill_of_materials_and_the_licences_cover_python(
    iris_image: Image, home: Path, tmp_path: Path
) -> None:
    sbom = tmp_path / "sbom.json"
    done = containerize("iris_classifier:v1", home, tmp_path / "out", "--sbom", str(sbom))
    assert done.returncode == 0, done.stderr
    bill = json.loads(sbom.read_text())
    known = {one["name"]: one.get("purl") for one in bill["components"]}
    version = importlib.metadata.version("scikit-learn")
    assert known["scikit-learn"] == f"pkg:pypi/scikit-learn@{version}"
    assert {"numpy", "scipy", "joblib", "pyyaml", "iris_clf"} <= known.keys()
    names = {name for layer in range(len(iris_image.layers)) for name in iris_image.files(layer)}
    about = f"scikit_learn-{version}.dist-info/"
    assert any(about in name and "COPYING" in name for name in names)
    assert any(name.startswith(f"usr/lib/{PYTHON}/LICENSE") for name in names)


def test_a_model_that_only_python_can_run_is_served_by_the_image(
    home: Path, tmp_path: Path
) -> None:
    (tmp_path / "save.py").write_text(SAVE_GREETER)
    assert run("python", tmp_path / "save.py", home=home).returncode == 0
    project = tmp_path / "project"
    project.mkdir()
    (project / "service.py").write_text(GREETING)
    (project / "bentofile.yaml").write_text(NO_LOCK.replace(", scikit-learn", ""))
    sbom = tmp_path / "sbom.json"
    done = containerize(build(project, home, "v1"), home, tmp_path / "out", "--sbom", str(sbom))
    assert done.returncode == 0, done.stderr
    components = json.loads(sbom.read_text())["components"]
    (model,) = [one for one in components if one["type"] == "machine-learning-model"]
    assert model["name"] == "greeter"
    container = Unpacked(Image(tmp_path / "out"), tmp_path / "root")
    with container.serving("serve", "--production", "--api-workers", "1") as url:
        assert call(url, "/greet", b'"you"').json() == "hello you"


def test_each_part_has_a_layer_and_the_source_is_last(iris_image: Image) -> None:
    about = [one["created_by"] for one in iris_image.config["history"]]
    order = ["system", "run models", "standard library", "packages", "program", "model", "bento"]
    assert len(about) == len(order)
    for text, part in zip(about, order, strict=True):
        assert part in text
    assert "home/ekiben/bento/src/service.py" in iris_image.files(-1)
    assert iris_image.config["config"]["User"] == "65532:65532"
    assert iris_image.environment["VIRTUAL_ENV"] == "/usr/lib/ekiben/python"


def test_all_python_but_the_bento_is_compiled_and_tests_are_left_out(
    iris_image: Image, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    iris_image.unpack(root)
    compiled = list(root.rglob("*.pyc"))
    assert {one.read_bytes()[4] for one in compiled} == {UNCHECKED_HASH}
    names = {one.relative_to(root).as_posix() for one in compiled}
    cache = f"__pycache__/{{}}.{sys.implementation.cache_tag}.pyc"
    packages = f"usr/lib/ekiben/python/lib/{PYTHON}/site-packages"
    for folder, module in [
        (f"usr/lib/{PYTHON}", "os"),
        (f"{packages}/sklearn", "base"),
        (f"{packages}/ekiben/worker", "__main__"),
    ]:
        assert f"{folder}/{cache.format(module)}" in names
    assert not any(name.startswith("home/") for name in names)
    files = {one.relative_to(root).as_posix() for one in root.rglob("*")}
    for left_out in ("sklearn/tests", "numpy/tests", "scipy/stats/tests"):
        assert f"{packages}/{left_out}" not in files
    assert not any("direct_url.json" in name for name in files)


def test_a_line_of_source_writes_one_small_layer(
    iris_image: Image, project: Path, home: Path, tmp_path: Path
) -> None:
    changed = tmp_path / "changed"
    shutil.copytree(project, changed)
    source = changed / "service.py"
    source.write_text(source.read_text() + "# a line more\n")
    again = made(build(changed, home, "v2"), home, tmp_path / "v2")
    before = {one["digest"] for one in iris_image.layers}
    new = [one for one in again.layers if one["digest"] not in before]
    assert new == [again.layers[-1]]
    assert new[0]["size"] <= 100_000


def test_another_model_writes_its_own_layer_and_the_bentos(
    iris_image: Image, project: Path, home: Path, tmp_path: Path
) -> None:
    other = tmp_path / "home"
    shutil.copytree(home, other, symlinks=True)
    (tmp_path / "train.py").write_text(RETRAIN)
    done = run("python", tmp_path / "train.py", home=other)
    assert done.returncode == 0, done.stderr
    again = made(build(project, other, "v6"), other, tmp_path / "v6")
    before = {one["digest"] for one in iris_image.layers}
    assert [one["digest"] not in before for one in again.layers] == 5 * [False] + 2 * [True]
    assert again.layers[-1]["size"] <= 100_000


def test_the_same_bento_has_the_same_digest_wherever_it_is_put_together(
    iris_image: Image, home: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(home, elsewhere, ignore=shutil.ignore_patterns("cache"))
    assert made("iris_classifier:v1", elsewhere, tmp_path / "again").digest == iris_image.digest
    assert made("iris_classifier:v1", home, tmp_path / "cached").digest == iris_image.digest


def test_without_a_lock_it_is_said_what_was_taken(
    project: Path, home: Path, tmp_path: Path
) -> None:
    build(project, home, "v3")
    done = containerize("iris_classifier:v3", home, tmp_path / "v3")
    assert done.returncode == 0, done.stderr
    version = importlib.metadata.version("scikit-learn")
    assert "the bento has no lock: the image has the versions at hand" in done.stderr
    assert f"scikit-learn {version}" in done.stderr


@pytest.fixture
def locked(tmp_path: Path, home: Path) -> tuple[Path, dict[str, str]]:
    """A service with a locked package, and the variables with which uv needs no network."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    make_wheel(wheels, "tiny", {"tiny/__init__.py": "WORD = 'said'\n", "tiny/tests/test_a.py": ""})
    folder = tmp_path / "project"
    folder.mkdir()
    body = "import tiny\n    return tiny.WORD + value"
    (folder / "service.py").write_text(PLAIN.format(body=body))
    (folder / "bentofile.yaml").write_text("service: 'service:svc'\npython: {packages: [tiny]}\n")
    return folder, {"UV_FIND_LINKS": str(wheels), "UV_NO_INDEX": "1", "UV_OFFLINE": "1"}


def make_wheel(folder: Path, name: str, files: dict[str, str]) -> Path:
    about = f"{name}-1.0.dist-info"
    files = files | {
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{about}/WHEEL": WHEEL,
        f"{about}/entry_points.txt": f"[console_scripts]\n{name} = {name}:main\n",
    }
    record = "".join(f"{path},{digest_of(text)},{len(text)}\n" for path, text in files.items())
    wheel = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
        archive.writestr(f"{about}/RECORD", f"{record}{about}/RECORD,,\n")
    return wheel


def digest_of(text: str) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
    return f"sha256={digest.decode().rstrip('=')}"


def test_locked_packages_are_installed_by_their_hashes_and_only_once(
    locked: tuple[Path, dict[str, str]], home: Path, tmp_path: Path
) -> None:
    folder, variables = locked
    tag = build(folder, home, "v1", **variables)
    image = made(tag, home, tmp_path / "v1", **variables)
    root = tmp_path / "root"
    container = Unpacked(image, root)
    script = root / "usr/lib/ekiben/python/bin/tiny"
    assert script.read_text().startswith("#!/usr/lib/ekiben/python/bin/python\n")
    with container.serving("serve", "--api-workers", "1") as url:
        assert call(url, "/echo", b'" so"').json() == "said so"

    # The lock is as it was: nobody asks where its packages come from.
    source = folder / "service.py"
    source.write_text(source.read_text() + "\n")
    nowhere = variables | {"UV_FIND_LINKS": str(tmp_path / "nowhere")}
    made(build(folder, home, "v2", **variables), home, tmp_path / "v2", **nowhere)


def test_wheels_of_the_project_lie_beside_locked_packages(
    locked: tuple[Path, dict[str, str]], home: Path, tmp_path: Path
) -> None:
    folder, variables = locked
    wheel = make_wheel(folder, "own", {"own/__init__.py": "END = '!'\n"})
    body = "import own, tiny\n    return tiny.WORD + value + own.END"
    (folder / "service.py").write_text(PLAIN.format(body=body))
    options = f"packages: [tiny], wheels: [{wheel.name}]"
    (folder / "bentofile.yaml").write_text(f"service: 'service:svc'\npython: {{{options}}}\n")
    image = made(build(folder, home, "v5", **variables), home, tmp_path / "v5", **variables)
    with Unpacked(image, tmp_path / "root").serving("serve", "--api-workers", "1") as url:
        assert call(url, "/echo", b'" so"').json() == "said so!"


def test_a_package_that_is_not_the_locked_one_is_refused(
    locked: tuple[Path, dict[str, str]], home: Path, tmp_path: Path
) -> None:
    folder, variables = locked
    tag = build(folder, home, "v4", **variables)
    shutil.rmtree(home / "cache" / "python", ignore_errors=True)
    make_wheel(tmp_path / "wheels", "tiny", {"tiny/__init__.py": "WORD = 'stolen'\n"})
    done = containerize(
        tag, home, tmp_path / "v4", **variables, UV_CACHE_DIR=str(tmp_path / "uv-cache")
    )
    assert done.returncode != 0
    assert "the bento's packages cannot be installed" in done.stderr
    assert not (tmp_path / "v4").exists()


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ("docker: {system_packages: [ffmpeg]}", "docker.system_packages (ffmpeg)"),
        ("docker: {cuda_version: '11.8'}", "docker.cuda_version '11.8'"),
        ("conda: {dependencies: [h2o]}", "conda"),
        ("image: {commands: [make]}", "image.commands"),
    ],
)
def test_what_would_have_to_run_in_the_image_is_refused_and_a_backend_named(
    options: str, named: str, home: Path, tmp_path: Path
) -> None:
    (tmp_path / "service.py").write_text(PLAIN.format(body="return value"))
    (tmp_path / "bentofile.yaml").write_text(f"service: 'service:svc'\n{options}\n")
    version = hashlib.sha256(options.encode()).hexdigest()[:8]
    done = containerize(build(tmp_path, home, version), home, tmp_path / "out")
    assert done.returncode != 0
    assert named in done.stderr
    assert "--backend docker|podman|buildah" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_bento_for_another_python_is_refused(home: Path, tmp_path: Path) -> None:
    (tmp_path / "service.py").write_text(PLAIN.format(body="return value"))
    other = f"3.{sys.version_info.minor + 1}"
    (tmp_path / "bentofile.yaml").write_text(
        f"service: 'service:svc'\ndocker: {{python_version: '{other}'}}\n"
    )
    done = containerize(build(tmp_path, home, "other"), home, tmp_path / "out")
    assert done.returncode != 0
    assert f"the bento is for Python {other}" in done.stderr
    assert "--python" in done.stderr


def test_a_backend_that_is_not_there_is_said(home: Path, project: Path, tmp_path: Path) -> None:
    tag = build(project, home, "v5")
    done = containerize(tag, home, None, "--backend", "buildah", PATH=str(tmp_path))
    assert done.returncode != 0
    assert "there is no 'buildah' in PATH" in done.stderr
