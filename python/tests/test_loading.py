# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import ekiben
from ekiben.exceptions import ImportServiceError

SERVICE = """
import pathlib
import ekiben
svc = ekiben.Service("flowers")
here = pathlib.Path.cwd()
number = 3
"""


@pytest.fixture(autouse=True)
def clean_imports(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if not name.startswith(("ekiben", "numpy")):
            del sys.modules[name]


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".py").write_text(text)
    return folder


@pytest.mark.parametrize("target", ["service:svc", "service", "service.py:svc", "./service.py"])
def test_a_service_is_found_by_module_or_file(tmp_path: Path, target: str) -> None:
    folder = write(tmp_path, service=SERVICE)
    before = Path.cwd()
    assert ekiben.load(target, working_dir=folder).name == "flowers"
    assert sys.modules["service"].here == folder and Path.cwd() == before


def test_a_module_of_a_package_is_found_by_dots_or_path(tmp_path: Path) -> None:
    folder = write(tmp_path, pkg__inner=SERVICE)
    assert ekiben.load("pkg.inner:svc", working_dir=folder).name == "flowers"
    assert ekiben.load("pkg/inner.py:svc", folder) is ekiben.load("pkg.inner", folder)


def test_a_folder_names_its_service_in_its_bentofile(tmp_path: Path) -> None:
    write(tmp_path, other=SERVICE.replace("flowers", "roses"), service=SERVICE)
    assert ekiben.load(tmp_path).name == "flowers"
    (tmp_path / "bentofile.yaml").write_text("service: other.py:svc\n")
    assert ekiben.load(str(tmp_path)).name == "roses"
    (tmp_path / "bentofile.yaml").write_text("labels: {}\n")
    with pytest.raises(ImportServiceError, match="does not say which service"):
        ekiben.load(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ImportServiceError, match=r"has neither bentofile\.yaml nor service.py"):
        ekiben.load("empty", working_dir=tmp_path)


def test_the_same_module_name_in_another_folder_is_another_module(tmp_path: Path) -> None:
    one = write(tmp_path / "one", service=SERVICE)
    two = write(tmp_path / "two", service=SERVICE.replace("flowers", "roses"))
    assert ekiben.load("service:svc", one).name == "flowers"
    assert ekiben.load("service:svc", two).name == "roses"


@pytest.mark.parametrize(
    ("target", "message", "hint"),
    [
        ("service:svcc", "has no 'svcc'", "did you mean 'service:svc'?"),
        ("service:xyz", "has no 'xyz'", "did you mean 'service:svc'?"),
        ("service:number", "'service:number' is a int, not", "write 'service:svc'"),
        ("servce:svc", "there is no module 'servce'", "did you mean 'service'?"),
        ("servce.py", "there is no file '.*servce.py'", "did you mean 'service'?"),
        (":svc", "':svc' names no module", "service:svc"),
        ("two", "module 'two', in '.*two.py', has 2 services", "write 'two:a' or 'two:b'"),
        ("none", "has no service", "write svc = ekiben.Service"),
    ],
)
def test_a_service_that_is_not_there_is_answered_with_the_nearest(
    tmp_path: Path, target: str, message: str, hint: str
) -> None:
    two = "import ekiben\na = ekiben.Service('a')\nb = ekiben.Service('b')\n"
    folder = write(tmp_path, service=SERVICE, two=two, none="")
    with pytest.raises(ImportServiceError, match=message) as error:
        ekiben.load(target, working_dir=folder)
    assert hint in error.value.hint


def test_a_file_outside_of_the_working_directory_is_refused(tmp_path: Path) -> None:
    write(tmp_path, service=SERVICE)
    (tmp_path / "in").mkdir()
    with pytest.raises(ImportServiceError, match="is not under the working directory"):
        ekiben.load("../service.py", working_dir=tmp_path / "in")


def test_an_error_of_the_users_module_keeps_the_users_frames_only(tmp_path: Path) -> None:
    helper = "import json\n\n\ndef load():\n    return json.loads('{')\n"
    folder = write(tmp_path, service="import helper\nhelper.load()\n", helper=helper)
    with pytest.raises(ImportServiceError) as error:
        ekiben.load("service:svc", working_dir=folder)
    assert f"cannot import 'service:svc': {folder}/helper.py:5: JSONDecodeError" in str(error.value)
    trace = error.value.trace
    assert f'File "{folder}/service.py", line 2' in trace and "helper.py" in trace
    assert "importlib" not in trace and "decoder.py" not in trace and "loading.py" not in trace
    assert trace.endswith("(char 1)\n")


def test_a_missing_package_is_told_with_the_line_that_installs_it(tmp_path: Path) -> None:
    folder = write(tmp_path, service="\nimport nosuchpackage.inner\n")
    with pytest.raises(ImportServiceError, match=r"service\.py:2: .*'nosuchpackage'") as error:
        ekiben.load("service:svc", working_dir=folder)
    assert error.value.hint == "pip install nosuchpackage"


@pytest.mark.parametrize("arguments", ["", "(workers=2)"])
def test_a_service_that_is_a_class_is_told_to_be_of_another_style(
    tmp_path: Path, arguments: str
) -> None:
    text = (
        f"import ekiben as bentoml\n\n\n@bentoml.service{arguments}\nclass Greeter:\n"
        "    @bentoml.api\n    def hi(self, name: str) -> str:\n        return name\n"
    )
    folder = write(tmp_path, service=text)
    with pytest.raises(ImportServiceError, match="cannot import 'service:Greeter'") as error:
        ekiben.load("service:Greeter", working_dir=folder)
    assert "this version has those of 1.0 and 1.1" in error.value.hint


def test_a_missing_model_is_told_with_the_users_line(tmp_path: Path, home: Path) -> None:
    text = "import ekiben\nrunner = ekiben.sklearn.get('rose:latest').to_runner()\n"
    folder = write(tmp_path / "app", service=text)
    with pytest.raises(ImportServiceError, match=r"service\.py:2: model 'rose:latest' is not"):
        ekiben.load("service:svc", working_dir=folder)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def f(:\n", r"service\.py:1: SyntaxError"),
        ("raise SystemExit(3)\n", r"service\.py:1: SystemExit: 3"),
    ],
)
def test_a_module_that_does_not_compile_or_exits_is_an_error(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(ImportServiceError, match=message):
        ekiben.load("service:svc", working_dir=write(tmp_path, service=text))


def test_a_bento_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / "bento.yaml").write_text("service: service:svc\n")
    with pytest.raises(ImportServiceError, match="is a bento; this version") as error:
        ekiben.load(tmp_path)
    assert error.value.hint == f"its source is in '{tmp_path}/src'"
    with pytest.raises(ImportServiceError, match="'flowers:v1' is the tag of a bento"):
        ekiben.load(ekiben.Tag("flowers", "v1"))
