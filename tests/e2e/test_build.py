# SPDX-License-Identifier: Apache-2.0
"""`ekiben build`: what is in a bento, BentoML reads it, and nothing half built is left."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml
from harness.program import ROOT, binary, environment, eventually, run, run_python
from harness.service import PLAIN
from harness.store import Store

# Locks without a network: what it is asked is what it answers.
UV = """#!/bin/sh
echo "$@" > "$UV_ASKED"
printf 'numpy==1.0 \\\\\\n    --hash=sha256:0\\n' > requirements.lock.txt
"""
WHEEL = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


@pytest.fixture(scope="module")
def uv(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("uv")
    (folder / "uv").write_text(UV)
    (folder / "uv").chmod(0o755)
    path = os.pathsep.join([str(folder), os.environ["PATH"]])
    return {"PATH": path, "UV_ASKED": str(folder / "asked")}


def build(*words: str | Path, home: Path, **variables: str) -> Path:
    """The folder of what was built."""
    done = run("build", *words, "-o", "tag", home=home, **variables)
    assert done.returncode == 0, done.stderr
    name, version = done.stdout.strip().split(":")
    return home / "bentos" / name / version


def manifest(bento: Path) -> dict[str, object]:
    return yaml.safe_load((bento / "bento.yaml").read_text())


def files(bento: Path) -> set[str]:
    return {str(one.relative_to(bento)) for one in bento.rglob("*") if one.is_file()}


def expected_digest(bento: Path) -> str:
    """As docs/formats/bento.md has it."""
    text = "".join(
        line
        for line in (bento / "bento.yaml").read_text().splitlines(keepends=True)
        if not line.startswith(("creation_time:", "version:", "  digest:"))
    )
    lines = []
    for path in sorted(files(bento) - {"bento.yaml"}, key=os.fsencode):
        data, mode = (bento / path).read_bytes(), (bento / path).stat().st_mode
        kind = "x" if mode & 0o100 else "-"
        lines.append(f"{path}\0{kind}\0{len(data)}\0{hashlib.sha256(data).hexdigest()}\n")
    data = text.encode()
    lines.append(f"bento.yaml\0-\0{len(data)}\0{hashlib.sha256(data).hexdigest()}\n")
    return f"sha256:{hashlib.sha256(''.join(lines).encode()).hexdigest()}"


def test_iris_is_built_with_all_that_it_is_served_with(
    own_store: Store, uv: dict[str, str]
) -> None:
    bento = build(ROOT / "examples" / "iris", home=own_store.home, **uv)
    model = own_store.folder("iris_clf")
    copies = {f"models/iris_clf/{model.name}/{one}" for one in files(model)}
    assert files(bento) == copies | {
        "README.md",
        "apis/openapi.yaml",
        "bento.yaml",
        "env/docker/Dockerfile",
        "env/docker/entrypoint.sh",
        "env/python/requirements.lock.txt",
        "env/python/requirements.txt",
        "env/python/version.txt",
        "models/iris_clf/latest",
        "src/service.py",
    }
    about = manifest(bento)
    assert list(about)[:5] == ["service", "name", "version", "bentoml_version", "creation_time"]
    assert list(about)[-1] == "ekiben"
    assert about["service"] == "service:svc"
    assert about["labels"] == {"team": "botany"}
    assert about["runners"][0]["runnable_type"] == "SklearnRunnable"
    assert about["apis"][0]["input_type"] == "NumpyNdarray"
    assert about["ekiben"]["digest"] == expected_digest(bento)
    assert (bento.parent / "latest").read_text() == bento.name
    assert (bento / "env/python/requirements.txt").read_text() == "numpy\nscikit-learn\n"
    assert "--generate-hashes" in Path(uv["UV_ASKED"]).read_text()
    assert yaml.safe_load((bento / "apis/openapi.yaml").read_text())["paths"]["/classify"]
    readme = (bento / "README.md").read_text()
    assert "| `POST /classify` | NumpyNdarray | NumpyNdarray |" in readme


def test_what_is_built_is_told_with_what_to_type_next(project: Path, tmp_path: Path) -> None:
    done = run("build", project, "--version", "v1", home=tmp_path / "home")
    assert done.returncode == 0, done.stderr
    assert 'Successfully built Bento(tag="plain:v1").' in done.stdout
    assert "ekiben serve plain:v1" in done.stdout
    assert "ekiben get plain:v1 -o tree" in done.stdout


def test_the_same_inputs_give_the_same_digest(project: Path, tmp_path: Path) -> None:
    first = build(project, home=tmp_path / "home")
    second = build(project, "--version", "v2", home=tmp_path / "other")
    assert manifest(first)["ekiben"]["digest"] == manifest(second)["ekiben"]["digest"]
    (project / "service.py").write_text(PLAIN + "\n")
    third = build(project, home=tmp_path / "home")
    assert manifest(third)["ekiben"]["digest"] != manifest(first)["ekiben"]["digest"]
    assert not list(project.rglob("*.pyc"))


def test_a_model_alone_is_a_bento_without_python(own_store: Store) -> None:
    bento = build("iris_clf:latest", "--label", "stage=test", home=own_store.home)
    again = run("build", "iris_clf:latest", "--version", "v1", home=own_store.home)
    assert "ekiben containerize iris_clf:v1" in again.stdout
    assert "ekiben containerize iris_clf" in (bento / "README.md").read_text()
    about = manifest(bento)
    assert bento.parent.name == "iris_clf"
    assert about["service"] == f"model:iris_clf:{own_store.folder('iris_clf').name}"
    assert about["ekiben"]["kind"] == "model"
    assert about["labels"] == {"stage": "test"}
    assert not (bento / "src").exists()
    assert not (bento / "env" / "python").exists()
    assert "/predict" in yaml.safe_load((bento / "apis/openapi.yaml").read_text())["paths"]


def test_a_model_that_only_python_can_run_needs_a_service(own_store: Store) -> None:
    done = run("build", "only_python", home=own_store.home)
    assert done.returncode == 1
    assert "cannot be served without Python" in done.stderr
    assert not (own_store.home / "bentos" / "only_python").exists()


def test_bentoml_lists_and_gets_it(own_store: Store, uv: dict[str, str]) -> None:
    default = ROOT / "build" / "venv-bentoml-1.1" / "bin" / "python"
    python = Path(os.environ.get("EKIBEN_TEST_BENTOML_1_1_PYTHON", default))
    bento = build(ROOT / "examples" / "iris", home=own_store.home, **uv)
    variables = environment(own_store.home) | {
        "BENTOML_HOME": str(own_store.home),
        "BENTOML_DO_NOT_TRACK": "True",
    }
    tag = f"{bento.parent.name}:{bento.name}"
    for words in (["list"], ["get", tag]):
        done = subprocess.run(
            [python, "-m", "bentoml", *words, "-o", "json"],
            env=variables,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        if words == ["list"]:
            assert [one["tag"] for one in found] == [tag]
        else:
            assert found["service"] == "service:svc"
            assert found["models"][0]["module"] == "bentoml.sklearn"


def test_a_wrong_key_is_shown_with_a_caret(project: Path, tmp_path: Path) -> None:
    (project / "bentofile.yaml").write_text("service: service:svc\npython:\n  pakages: [numpy]\n")
    done = run("build", project, home=tmp_path / "home")
    assert done.returncode == 4
    assert done.stderr == (
        "error: bentofile.yaml:3:3: unknown key 'python.pakages'\n"
        "  3 |   pakages: [numpy]\n"
        "    |   ^^^^^^^\n"
        "hint: did you mean 'packages'?\n"
    )


def test_pyproject_says_the_same_as_a_bentofile(project: Path, tmp_path: Path) -> None:
    (project / "pyproject.toml").write_text(
        '[tool.bentoml.build]\nservice = "service.py:svc"\ninclude = ["*.py"]\n'
        'labels = {owner = "me"}\n[tool.bentoml.build.docker]\nsystem_packages = ["git"]\n'
    )
    bento = build(project, home=tmp_path / "home")
    about = manifest(bento)
    assert about["service"] == "service:svc"
    assert about["labels"] == {"owner": "me"}
    assert "install -y --no-install-recommends git" in (bento / "env/docker/Dockerfile").read_text()


def test_options_name_files_that_are_packed(project: Path, tmp_path: Path) -> None:
    for name, text in {
        "about.md": "# About\n",
        "setup.sh": "#!/bin/sh\n",
        ".env": "# none\nexport MODE='fast'\n",
        "r.txt": "-r base.txt\nnumpy\n",
        "base.txt": "pyyaml\n",
    }.items():
        (project / name).write_text(text)
    (project / "bentofile.yaml").write_text(
        "service: service:svc\ndescription: 'file: ./about.md'\ninclude: ['*.py']\n"
        "docker: {setup_script: ./setup.sh, env: ./.env}\nenvs: [{name: TOKEN}]\n"
        "python: {requirements_txt: ./r.txt, lock_packages: no}\n"
        "conda: {dependencies: [ffmpeg], pip: [pandas]}\n"
    )
    bento = build(project, home=tmp_path / "home")
    assert (bento / "README.md").read_text() == "# About\n"
    assert (bento / "env/docker/setup_script").stat().st_mode & 0o777 == 0o755
    assert (bento / "env/python/requirements.txt").read_text() == "pyyaml\nnumpy\n"
    assert yaml.safe_load((bento / "env/conda/environment.yml").read_text()) == {
        "channels": ["conda-forge"],
        "dependencies": ["ffmpeg", "pip", {"pip": ["pandas"]}],
    }
    about = manifest(bento)
    assert about["docker"]["env"] == {"MODE": "fast"}
    assert about["ekiben"]["required_env"] == ["TOKEN"]
    assert 'ENV MODE="fast"' in (bento / "env/docker/Dockerfile").read_text()


@pytest.mark.parametrize(
    ("bentofile", "said"),
    [
        ("include: ['servce.py']\n", "include: 'servce.py' matches no file"),
        ("include: ['*.txt']\n", "no file of"),
        ("exclude: ['service.py']\n", "'service.py', where the service is, is not among"),
        ("models: ['none:latest']\n", "model 'none' is not in the store"),
        ("service: 'servce:svc'\n", "there is no module 'servce'"),
        ('docker: {base_image: "a\\nRUN b"}\n', "expected an image's name"),
        ("include: ['../*.py']\n", "is outside of the folder"),
    ],
)
def test_what_cannot_be_built_leaves_nothing(
    project: Path, tmp_path: Path, bentofile: str, said: str
) -> None:
    (project / "other.md").write_text("x")
    (project / "bentofile.yaml").write_text(bentofile)
    home = tmp_path / "home"
    done = run("build", project, home=home)
    assert done.returncode != 0
    assert said in done.stderr
    assert not (home / "bentos").exists()
    assert not [one for one in home.glob("tmp/*") if one.is_dir()]


def test_an_error_of_the_service_has_the_users_lines(project: Path, tmp_path: Path) -> None:
    (project / "service.py").write_text("print('loading')\nraise ValueError('no')\n")
    done = run("build", project, "-o", "tag", home=tmp_path / "home")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "service.py:2" in done.stderr
    assert "ValueError: no" in done.stderr


def test_without_uv_there_is_a_way_out(project: Path, tmp_path: Path) -> None:
    (project / "bentofile.yaml").write_text("python: {packages: [numpy]}\n")
    python = tmp_path / "python"
    python.write_text(
        f'#!/bin/sh\n[ "$1" = -c ] && exit 1\nexec {sys.executable} "$@"\n', encoding="utf-8"
    )
    python.chmod(0o755)
    home = tmp_path / "home"
    done = run("build", project, "--python", str(python), home=home, PATH="/nowhere")
    assert done.returncode == 3
    assert "there is no uv" in done.stderr
    assert "lock_packages: false" in done.stderr
    assert not (home / "bentos").exists()


def wheel(folder: Path) -> None:
    """The smallest package there is."""
    folder.mkdir()
    records = {
        "tiny.py": "",
        "tiny-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
        "tiny-1.0.dist-info/WHEEL": WHEEL,
    }
    lines = []
    with zipfile.ZipFile(folder / "tiny-1.0-py3-none-any.whl", "w") as archive:
        for name, text in records.items():
            archive.writestr(name, text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
            lines.append(f"{name},sha256={digest.decode().rstrip('=')},{len(text)}\n")
        archive.writestr("tiny-1.0.dist-info/RECORD", "".join(lines))


def test_packages_are_locked_with_their_hashes(project: Path, tmp_path: Path) -> None:
    wheel(project / "wheels")
    (project / "bentofile.yaml").write_text(
        "python: {packages: [tiny], find_links: ./wheels, no_index: true}\n"
    )
    bento = build(project, home=tmp_path / "home", UV_OFFLINE="1")
    lock = (bento / "env/python/requirements.lock.txt").read_text()
    packed = (project / "wheels" / "tiny-1.0-py3-none-any.whl").read_bytes()
    assert f"--hash=sha256:{hashlib.sha256(packed).hexdigest()}" in lock
    assert "tiny==1.0" in lock
    assert str(tmp_path) not in lock


def test_a_build_that_is_killed_leaves_the_store_as_it_was(project: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = build(project, home=home)
    os.mkfifo(tmp_path / "gate")
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "uv").write_text(f"#!/bin/sh\n: > {tmp_path}/waits\nexec cat {tmp_path}/gate\n")
    (folder / "uv").chmod(0o755)
    (project / "bentofile.yaml").write_text("python: {packages: [numpy]}\n")
    path = os.pathsep.join([str(folder), os.environ["PATH"]])
    process = subprocess.Popen(
        [binary(), "build", project], env=environment(home, PATH=path), stdout=subprocess.DEVNULL
    )
    eventually("it locks", lambda: (tmp_path / "waits").exists())
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert [one.name for one in (home / "bentos" / "plain").iterdir() if one.is_dir()] == [
        first.name
    ]
    (project / "bentofile.yaml").unlink()
    assert build(project, home=home).is_dir()


def test_a_bento_is_built_from_python(project: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    script = tmp_path / "script.py"
    script.write_text(
        "import os, sys, ekiben\n"
        "os.chdir(sys.argv[1])\n"
        "bento = ekiben.bentos.build('service:svc', labels={'a': 'b'}, version='v1',\n"
        "    include=('*.py',))\n"
        "print(bento.tag, bento.info.labels)\n"
        "try:\n"
        "    ekiben.bentos.build('service:svc', docker={'dstro': 'x'})\n"
        "except ekiben.exceptions.InvalidArgument as error:\n"
        "    print(error.message.splitlines()[0], '|', error.hint)\n"
    )
    done = run_python(script, project, home=home, EKIBEN_PROGRAM=str(binary()))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "plain:v1 {'a': 'b'}",
        "bentofile.yaml:2:3: unknown key 'docker.dstro' | did you mean 'distro'?",
    ]


def test_a_bentofile_is_built_from_python_with_other_words(project: Path, tmp_path: Path) -> None:
    (project / "bentofile.yaml").write_text("service: 'service:svc'\nargs: {size: 1, kept: yes}\n")
    script = tmp_path / "script.py"
    script.write_text(
        "import sys, ekiben, yaml\n"
        "bento = ekiben.bentos.build_bentofile(build_ctx=sys.argv[1], name='other', version='v1',\n"
        "    labels={'a': 'b'}, args={'size': 3, 'names': ['x', 'y']})\n"
        "with open(bento.path_of('bento.yaml')) as file:\n"
        "    print(bento.tag, bento.info.labels, yaml.safe_load(file)['ekiben']['args'])\n"
    )
    done = run_python(script, project, home=tmp_path / "home", EKIBEN_PROGRAM=str(binary()))
    assert done.returncode == 0, done.stderr
    arguments = "{'kept': True, 'size': 3, 'names': ['x', 'y']}"
    assert done.stdout == f"other:v1 {{'a': 'b'}} {arguments}\n"
