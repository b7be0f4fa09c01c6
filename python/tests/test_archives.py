# SPDX-License-Identifier: Apache-2.0
"""Models as archives: BentoML's forms, and what strangers may send."""

from __future__ import annotations

import io
import json
import os
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from test_bentoml import bentoml

import ekiben
from ekiben import FailedPrecondition, InvalidArgument, NotFound

MANIFEST = (
    "name: rules\nversion: v1\nmodule: ''\nlabels: {team: fraud}\noptions: {}\nmetadata: {}\n"
    "context: {framework_name: '', framework_versions: {}, bentoml_version: 1.4.39,"
    " python_version: 3.11.2}\nsignatures: {}\napi_version: v1\n"
    "creation_time: '2026-11-22T10:00:00+00:00'\nunknown_key: kept\n"
)
FORMS = ["bentomodel", "gz", "xz", "bz2", "tar", "zip"]


@pytest.fixture
def rules(home: Path) -> ekiben.Model:
    with ekiben.models.create("rules", labels={"team": "fraud"}) as model:
        Path(model.path_of("rules.txt")).write_text("amount > 1000")
        Path(model.path_of("deep/er")).mkdir(parents=True)
        Path(model.path_of("deep/er/more.bin")).write_bytes(bytes(100_000))
    return model


def contents(folder: str | Path) -> dict[str, bytes]:
    folder = Path(folder)
    files = (one for one in folder.rglob("*") if one.is_file())
    return {one.relative_to(folder).as_posix(): one.read_bytes() for one in files}


def tar_of(path: Path, *members: tuple[str, bytes, dict[str, Any]], mode: str = "w:xz") -> Path:
    """A tar with a manifest and these members: name, contents, attributes of the header."""
    with tarfile.open(path, mode) as archive:
        for name, data, more in [("model.yaml", MANIFEST.encode(), {}), *members]:
            header = tarfile.TarInfo(name)
            header.size = len(data)
            for key, value in more.items():
                setattr(header, key, value)
            archive.addfile(header, io.BytesIO(data))
    return path


def is_empty(home: Path) -> bool:
    return not (home / "models").exists() and not any(
        one for one in (home / "tmp").iterdir() if one.is_dir()
    )


@pytest.mark.parametrize("form", [*FORMS, "folder"])
def test_a_model_comes_back_as_it_was(form: str, rules: ekiben.Model, tmp_path: Path) -> None:
    before = contents(rules.path)
    path = ekiben.models.export_model(rules.tag, str(tmp_path / "out" / "model"), form)
    ekiben.models.delete(rules.tag)
    model = ekiben.models.import_model(path, form)
    assert model == rules
    assert contents(model.path) == before
    assert ekiben.models.get("rules:latest").info.labels == {"team": "fraud"}


def test_the_name_of_the_file_is_made_where_a_folder_is_given(
    rules: ekiben.Model, tmp_path: Path
) -> None:
    version = rules.tag.version
    export = ekiben.models.export_model
    assert export("rules", str(tmp_path)) == str(tmp_path / f"rules-{version}.bentomodel")
    assert export("rules:latest", f"{tmp_path}/new/", "zip") == str(
        tmp_path / "new" / f"rules-{version}.zip"
    )
    assert export("rules", tmp_path / "a.tar.gz") == str(tmp_path / "a.tar.gz")
    assert export("rules", str(tmp_path / "b")) == str(tmp_path / "b.bentomodel")
    assert export("rules", f"file://{tmp_path}/c.tar") == str(tmp_path / "c.tar")
    assert export("rules", str(tmp_path), subpath="d.zip") == str(tmp_path / "d.zip")
    with tarfile.open(tmp_path / "a.tar.gz", "r:gz") as archive:
        assert archive.getnames()[0] == "deep"
    for file in ("a.tar.gz", "b.bentomodel", "c.tar", "d.zip"):
        ekiben.models.delete("rules")
        assert ekiben.models.import_model(tmp_path / file) == rules


def test_a_manifest_is_kept_byte_by_byte(home: Path, tmp_path: Path) -> None:
    model = ekiben.models.import_model(tar_of(tmp_path / "a.bentomodel"))
    assert (Path(model.path) / "model.yaml").read_text() == MANIFEST


def test_a_version_that_is_there_is_not_replaced(rules: ekiben.Model, tmp_path: Path) -> None:
    path = ekiben.models.export_model("rules", tmp_path / "a")
    with pytest.raises(FailedPrecondition, match="is in the store already"):
        ekiben.models.import_model(path)


def member(name: str, data: bytes = b"x", **more: Any) -> tuple[str, bytes, dict[str, Any]]:
    return (name, data, more)


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ([member("../evil")], "leaves the folder"),
        ([member("a/../../evil")], "leaves the folder"),
        ([member("/tmp/evil")], "is absolute"),
        ([member("a", b"", type=tarfile.SYMTYPE, linkname="/etc/passwd")], "neither a file nor"),
        ([member("a", b"", type=tarfile.LNKTYPE, linkname="model.yaml")], "neither a file nor"),
        ([member("a", b"", type=tarfile.CHRTYPE)], "neither a file nor"),
        ([member("a", b"", type=tarfile.FIFOTYPE)], "neither a file nor"),
        ([member("a"), member("./a")], "is there twice"),
        ([member("a"), member("a/b")], "lies under a file"),
        ([member("a/b"), member("a")], "is a folder, too"),
        ([member("a"), member("a", b"", type=tarfile.DIRTYPE)], "is there twice"),
        ([member("a\\..\\b")], "other systems read otherwise"),
    ],
)
def test_a_hostile_archive_is_refused_and_nothing_is_written(
    members: list[Any], why: str, home: Path, tmp_path: Path
) -> None:
    archive = tar_of(tmp_path / "a.bentomodel", *members)
    with pytest.raises(InvalidArgument, match=why):
        ekiben.models.import_model(archive)
    assert is_empty(home)
    assert not (home / "evil").exists()
    assert not Path("/tmp/evil").exists()


@pytest.mark.parametrize("name", ["../evil", "/tmp/evil", "a/../../evil"])
def test_a_hostile_zip_is_refused(name: str, home: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("model.yaml", MANIFEST)
        archive.writestr(name, "x")
    with pytest.raises(InvalidArgument, match=r"leaves the folder|is absolute"):
        ekiben.models.import_model(tmp_path / "a.zip")
    assert is_empty(home)


def test_links_in_zips_and_folders_are_refused(home: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(InvalidArgument, match="neither a file nor a folder"):
        ekiben.models.import_model(tmp_path / "a.zip")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "model.yaml").write_text(MANIFEST)
    (folder / "link").symlink_to("/etc/passwd")
    with pytest.raises(InvalidArgument, match="neither a file nor a folder"):
        ekiben.models.import_model(folder)
    os.mkfifo(tmp_path / "pipe")
    shutil.rmtree(folder)
    assert is_empty(home)


def test_a_header_of_the_size_of_a_file_is_refused(home: Path, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w", format=tarfile.PAX_FORMAT) as archive:
        header = tarfile.TarInfo("a")
        header.pax_headers = {"comment": "x" * (8 << 20)}
        archive.addfile(header)
    with pytest.raises(InvalidArgument, match="header"):
        ekiben.models.import_model(tmp_path / "a.tar")
    assert is_empty(home)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("damage", ["empty", "text", "half"])
def test_a_damaged_archive_is_refused(form: str, damage: str, home: Path, tmp_path: Path) -> None:
    path = tmp_path / f"a.{form}"
    if damage == "half":
        noise = member("noise", os.urandom(50_000))
        if form == "zip":
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("model.yaml", MANIFEST)
        else:
            mode = "w" if form == "tar" else f"w:{'xz' if form == 'bentomodel' else form}"
            tar_of(path, noise, mode=mode)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    else:
        path.write_bytes(b"" if damage == "empty" else b"this is text, not an archive")
    with pytest.raises(InvalidArgument, match="that can be taken"):
        ekiben.models.import_model(path, form)
    assert is_empty(home)


@pytest.mark.parametrize(
    ("manifest", "why"),
    [
        (None, "is no model: it has no model.yaml"),
        ("name: [", "is no model: model.yaml"),
        ("just text", "is no model: model.yaml"),
        (MANIFEST.replace("rules", "../../rules"), "is no model: model.yaml"),
        (MANIFEST.replace("v1", "latest"), "'latest' is no version"),
    ],
)
def test_an_archive_of_something_else_is_no_model(
    manifest: str | None, why: str, home: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    if manifest is not None:
        (folder / "model.yaml").write_text(manifest)
    with pytest.raises(InvalidArgument, match=why):
        ekiben.models.import_model(folder)
    assert is_empty(home)


@pytest.mark.parametrize(
    ("act", "error", "why"),
    [
        (lambda path: ekiben.models.export_model("none", path), NotFound, "is not in the store"),
        (
            lambda path: ekiben.models.export_model("rules", path, "rar"),
            InvalidArgument,
            "format 'rar' is not known",
        ),
        (
            lambda path: ekiben.models.export_model("rules", "nowhere://bucket/a"),
            InvalidArgument,
            "'nowhere://' is not known",
        ),
        (
            lambda path: ekiben.models.import_model("s3://bucket/a", protocol="ftp"),
            InvalidArgument,
            "is no path of 'ftp'",
        ),
        (
            lambda path: ekiben.models.import_model("https://me:pw@localhost/a.zip"),
            InvalidArgument,
            "takes no user and password",
        ),
        (
            lambda path: ekiben.models.import_model(path / "none.zip"),
            NotFound,
            "cannot import",
        ),
        (
            lambda path: ekiben.models.export_model("rules", path, "folder"),
            FailedPrecondition,
            "is a folder that is there",
        ),
        (lambda path: ekiben.models.import_model(path, colour=1), TypeError, "colour"),
    ],
)
def test_what_cannot_be_is_said(
    act: Callable[[Path], Any], error: type, why: str, rules: ekiben.Model, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(error, match=why):
        act(tmp_path)


@pytest.mark.parametrize("form", ["bentomodel", "gz", "zip"])
def test_bentoml_imports_what_ekiben_exported_and_the_reverse(
    form: str, rules: ekiben.Model, home: Path, tmp_path: Path
) -> None:
    before = contents(rules.path)
    ours = ekiben.models.export_model("rules", tmp_path / f"ours.{form}")
    theirs = str(tmp_path / f"theirs.{form}")
    other = tmp_path / "bentoml"
    script = (
        "import bentoml, json, sys\n"
        "model = bentoml.models.import_model(sys.argv[1])\n"
        "bentoml.models.export_model(model.tag, sys.argv[2])\n"
        "print(json.dumps([str(model.tag), model.info.labels]))"
    )
    tag, labels = json.loads(bentoml(other, "-c", script, ours, theirs).splitlines()[-1])
    assert (tag, labels) == (str(rules.tag), {"team": "fraud"})
    ekiben.models.delete("rules")
    model = ekiben.models.import_model(theirs)
    assert model == rules
    after = contents(model.path)
    assert {name: after[name] for name in before if name != "model.yaml"} == {
        name: data for name, data in before.items() if name != "model.yaml"
    }
