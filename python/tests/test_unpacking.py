# SPDX-License-Identifier: Apache-2.0
"""Archives of models that strangers send, and those that BentoML sends and takes."""

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
from ekiben import InvalidArgument, ResourceExhausted, unpacking

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


def member(name: str, data: bytes = b"x", **more: Any) -> tuple[str, bytes, dict[str, Any]]:
    return (name, data, more)


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ([member("../evil")], "leaves the folder"),
        ([member("a/../../evil")], "leaves the folder"),
        ([member("/tmp/evil")], "is absolute"),
        ([member("a", b"", type=tarfile.SYMTYPE, linkname="/etc/passwd")], "is a link or a device"),
        ([member("a", b"", type=tarfile.LNKTYPE, linkname="model.yaml")], "is a link or a device"),
        ([member("a", b"", type=tarfile.CHRTYPE)], "is a link or a device"),
        ([member("a", b"", type=tarfile.FIFOTYPE)], "is a link or a device"),
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
    with pytest.raises(InvalidArgument, match="is a link or a device"):
        ekiben.models.import_model(tmp_path / "a.zip")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "model.yaml").write_text(MANIFEST)
    (folder / "link").symlink_to("/etc/passwd")
    with pytest.raises(InvalidArgument, match="is a link or a device"):
        ekiben.models.import_model(folder)
    os.mkfifo(tmp_path / "pipe")
    shutil.rmtree(folder)
    assert is_empty(home)


@pytest.mark.parametrize("mode", ["w:xz", "w:gz", "w:bz2"])
def test_a_bomb_is_refused_before_it_fills_the_disk(
    mode: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "ALLOWANCE", 1 << 20)
    form = mode.partition(":")[2]
    bomb = tar_of(tmp_path / f"a.{form}", member("zeros", bytes(8 << 20)), mode=mode)
    with pytest.raises(ResourceExhausted, match="becomes more than"):
        ekiben.models.import_model(bomb)
    assert is_empty(home)


def test_a_zip_bomb_and_too_many_files_are_refused(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "ALLOWANCE", 1 << 20)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(8 << 20))
    with pytest.raises(ResourceExhausted, match="becomes more than"):
        ekiben.models.import_model(tmp_path / "a.zip")
    monkeypatch.setattr(unpacking, "MOST_FILES", 10)
    many = tar_of(tmp_path / "a.tar", *[member(f"{i}") for i in range(20)], mode="w")
    with pytest.raises(ResourceExhausted, match="more than 10 files"):
        ekiben.models.import_model(many)
    assert is_empty(home)


def test_a_header_of_the_size_of_a_file_is_refused(home: Path, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w", format=tarfile.PAX_FORMAT) as archive:
        header = tarfile.TarInfo("a")
        header.pax_headers = {"comment": "x" * (8 << 20)}
        archive.addfile(header)
    with pytest.raises(InvalidArgument, match="a header is larger than any can be"):
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
    with pytest.raises(InvalidArgument, match="is not a whole archive"):
        ekiben.models.import_model(path, form)
    assert is_empty(home)


@pytest.mark.parametrize(
    ("manifest", "why"),
    [
        (None, r"has no model\.yaml at its root"),
        ("name: [", "is damaged"),
        ("just text", "is damaged"),
        (MANIFEST.replace("rules", "../../rules"), "is damaged"),
        (MANIFEST.replace("v1", "latest"), "is no tag of one"),
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
        (
            lambda path: ekiben.models.import_model("a", protocol="ftp"),
            InvalidArgument,
            "'ftp' is not a protocol of this machine",
        ),
        (lambda path: ekiben.models.import_model(path, colour=1), TypeError, "colour"),
    ],
)
def test_what_cannot_be_is_said(
    act: Callable[[Path], Any], error: type, why: str, rules: ekiben.Model, tmp_path: Path
) -> None:
    with pytest.raises(error, match=why):
        act(tmp_path)


def test_bentomls_words_for_a_path_are_taken(rules: ekiben.Model, tmp_path: Path) -> None:
    export = ekiben.models.export_model
    assert export("rules", f"file://{tmp_path}/c.tar") == str(tmp_path / "c.tar")
    path = export("rules", str(tmp_path), protocol="file", subpath="d.zip")
    assert path == str(tmp_path / "d.zip")
    ekiben.models.delete("rules")
    assert ekiben.models.import_model(str(tmp_path), subpath="d.zip") == rules


def test_bentoml_imports_what_ekiben_exported_and_the_reverse(
    rules: ekiben.Model, home: Path, tmp_path: Path
) -> None:
    before = contents(rules.path)
    forms = ("bentomodel", "gz", "zip")
    for form in forms:
        ekiben.models.export_model("rules", tmp_path / f"ours.{form}")
    script = (
        "import bentoml, json, sys\n"
        "for form in sys.argv[2:]:\n"
        "    model = bentoml.models.import_model(f'{sys.argv[1]}/ours.{form}')\n"
        "    bentoml.models.export_model(model.tag, f'{sys.argv[1]}/theirs.{form}')\n"
        "    bentoml.models.delete(model.tag)\n"
        "print(json.dumps([str(model.tag), model.info.labels]))"
    )
    printed = bentoml(tmp_path / "bentoml", "-c", script, str(tmp_path), *forms)
    assert json.loads(printed.splitlines()[-1]) == [str(rules.tag), {"team": "fraud"}]
    for form in forms:
        ekiben.models.delete("rules")
        model = ekiben.models.import_model(tmp_path / f"theirs.{form}")
        assert model == rules
        after = contents(model.path)
        assert {**after, "model.yaml": b""} == {**before, "model.yaml": b""}
