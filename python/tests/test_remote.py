# SPDX-License-Identifier: Apache-2.0
"""Archives in a bucket: a real S3 server on loopback, and the clients that its users have."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

import ekiben
from ekiben import FailedPrecondition, InvalidArgument, NotFound
from ekiben.remote import remote_at

BENTO = (
    "service: service:svc\nname: iris\nversion: v1\nbentoml_version: 1.1.11\n"
    "creation_time: '2026-11-22T14:03:08+00:00'\nlabels: {}\nmodels: []\n"
)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    urllib.request.urlopen(
        urllib.request.Request(f"http://{host}:{port}/bucket", method="PUT"), timeout=60
    ).close()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(endpoint: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of a folder of a bucket, for which the environment has the credentials."""
    for name, value in {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "id",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    return f"s3://bucket/{home.parent.name.replace('[', '-').replace(']', '-')}"


@pytest.fixture
def rules(home: Path) -> ekiben.Model:
    with ekiben.models.create("rules") as model:
        Path(model.path_of("rules.txt")).write_text("amount > 1000")
    return model


@pytest.fixture
def iris(home: Path) -> ekiben.Bento:
    folder = home / "bentos" / "iris" / "v1"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "service.py").write_text("svc = 1\n")
    (folder / "bento.yaml").write_text(BENTO)
    return ekiben.bentos.get("iris:v1")


@pytest.mark.parametrize("form", [None, "zip", "folder"])
def test_a_model_goes_into_a_bucket_and_comes_back(
    form: str | None, s3: str, rules: ekiben.Model
) -> None:
    url = ekiben.models.export_model("rules", f"{s3}/model", form)
    assert url == (f"{s3}/model.bentomodel" if form is None else f"{s3}/model")
    ekiben.models.delete("rules")
    assert ekiben.models.import_model(url, form) == rules
    assert Path(ekiben.models.get("rules").path, "rules.txt").read_text() == "amount > 1000"


def test_a_bento_gets_its_name_in_a_folder_of_a_bucket(s3: str, iris: ekiben.Bento) -> None:
    url = iris.export(f"{s3}/")
    assert url == f"{s3}/iris-v1.bento"
    ekiben.delete("iris")
    assert ekiben.import_bento(url) == iris
    assert Path(iris.path, "src", "service.py").read_text() == "svc = 1\n"
    with pytest.raises(FailedPrecondition, match="is in the store already"):
        ekiben.bentos.import_bento(url)


def test_bentomls_other_ways_of_saying_it_mean_the_same(
    endpoint: str, s3: str, rules: ekiben.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    login = {
        "protocol": "s3",
        "user": "id",
        "passwd": "secret",
        "params": {"endpoint_url": endpoint, "region": "us-east-1", "acl": "public-read"},
    }
    folder = s3.removeprefix("s3://bucket/")
    url = ekiben.models.export_model("rules", "bucket", subpath=f"{folder}/a.zip", **login)
    assert url == f"{s3}/a.zip"
    ekiben.models.delete("rules")
    assert ekiben.models.import_model(f"bucket/{folder}/a.zip", **login) == rules
    ekiben.models.delete("rules")
    whole = f"s3://id:secret@bucket/{folder}/a.zip?endpoint_url={endpoint}"
    assert ekiben.models.import_model(whole) == rules


def test_the_command_says_where_it_went_without_the_password(
    endpoint: str, s3: str, rules: ekiben.Model
) -> None:
    command = [ekiben.server.program(), "models", "export", "rules"]
    place = s3.replace("s3://", "s3://id:secret@") + f"/b.gz?endpoint_url={endpoint}"
    done = subprocess.run(
        [*command, place, "--python", sys.executable],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.stdout, done.stderr) == (f'Model(tag="{rules.tag}") exported to {s3}/b.gz\n', "")


def test_what_is_not_there_or_hostile_leaves_the_store_alone(
    s3: str, home: Path, tmp_path: Path
) -> None:
    with pytest.raises(NotFound, match=f"cannot read '{s3}/none.zip'"):
        ekiben.models.import_model(f"{s3}/none.zip")
    import fsspec

    (tmp_path / "text.zip").write_text("no archive")
    fsspec.filesystem("s3").put_file(str(tmp_path / "text.zip"), f"{s3}/text.zip")
    with pytest.raises(InvalidArgument, match="no zip archive"):
        ekiben.import_bento(f"{s3}/text.zip")
    assert not (home / "bentos").exists()
    assert not [one for one in (home / "tmp").iterdir() if one.is_dir()]


def test_the_other_sides_refusal_is_said(s3: str, rules: ekiben.Model) -> None:
    with pytest.raises((FailedPrecondition, NotFound), match="cannot write 's3://nowhere/a"):
        ekiben.models.export_model("rules", "s3://nowhere/a.zip")


def test_a_missing_client_gives_the_line_that_installs_it(
    rules: ekiben.Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "without").mkdir()
    (tmp_path / "without" / "s3fs.py").write_text("raise ImportError('there is no s3fs')\n")
    path = os.pathsep.join([str(tmp_path / "without"), os.environ["PYTHONPATH"]])
    monkeypatch.setenv("PYTHONPATH", path)
    with pytest.raises(FailedPrecondition) as caught:
        ekiben.models.export_model("rules", "s3://bucket/a.zip")
    assert caught.value.hint == "pip install s3fs"


def test_a_url_is_shown_without_what_is_secret_in_it() -> None:
    remote = remote_at("s3://id:se%2Fcret@bucket/a.bento?region=eu-west-1&acl=private")
    assert remote.url == "s3://bucket/a.bento"
    assert remote.options == {
        "key": "id",
        "secret": "se/cret",
        "s3_additional_kwargs": {"ACL": "private"},
        "client_kwargs": {"region_name": "eu-west-1"},
    }
    assert remote_at("https://host/a.bento?x=1").url == "https://host/a.bento?x=1"
