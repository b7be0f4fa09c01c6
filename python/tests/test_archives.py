# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

import ekiben
from ekiben.exceptions import FailedPrecondition, InvalidArgument, NotFound


@pytest.fixture
def model(home: Path) -> ekiben.Model:
    """A model with files in folders, and a key in its manifest that ekiben does not know."""
    with ekiben.models.create("rules:v1", labels={"team": "fraud"}) as made:
        Path(made.path, "deep/er").mkdir(parents=True)
        Path(made.path, "deep/er/rules.txt").write_text("amount > 1000")
        Path(made.path, "empty").write_bytes(b"")
    manifest = Path(made.path, "model.yaml")
    manifest.write_text(manifest.read_text() + "unknown: kept\n")
    return made


def contents(folder: str) -> dict[str, bytes]:
    root = Path(folder)
    return {
        str(one.relative_to(root)): one.read_bytes() for one in root.rglob("*") if one.is_file()
    }


@pytest.mark.parametrize("suffix", ["bentomodel", "xz", "gz", "bz2", "tar", "zip"])
def test_what_is_exported_is_imported_as_it_was(
    model: ekiben.Model, tmp_path: Path, suffix: str
) -> None:
    before = contents(model.path)
    path = ekiben.models.export_model("rules", tmp_path / f"model.{suffix}")
    assert path == str(tmp_path / f"model.{suffix}")
    ekiben.models.delete("rules:v1")
    taken = ekiben.models.import_model(path)
    assert str(taken.tag) == "rules:v1" and taken.info.labels == {"team": "fraud"}
    assert contents(taken.path) == before
    assert ekiben.models.get("rules:latest") == taken
    with pytest.raises(FailedPrecondition, match="is in the store already"):
        ekiben.models.import_model(path)


def test_a_folder_gets_a_file_of_the_tags_name(model: ekiben.Model, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert model.export(tmp_path / "out") == str(tmp_path / "out/rules-v1.bentomodel")
    assert model.export(f"{tmp_path}/new/", "zip") == str(tmp_path / "new/rules-v1.zip")
    assert model.export(tmp_path / "plain") == str(tmp_path / "plain.bentomodel")
    assert sorted(one.name for one in tmp_path.iterdir() if one.name.startswith(".")) == []


def test_a_model_can_be_exported_as_a_folder(model: ekiben.Model, tmp_path: Path) -> None:
    path = model.export(tmp_path / "copy", "folder")
    assert contents(path) == contents(model.path)
    with pytest.raises(FailedPrecondition, match="is not empty"):
        model.export(path, "folder")
    ekiben.models.delete("rules")
    assert contents(ekiben.models.import_model(path).path) == contents(path)


def packed(path: Path, *members: tarfile.TarInfo, manifest: bytes = b"") -> Path:
    with tarfile.open(path, "w:xz") as tar:
        if manifest:
            entry = tarfile.TarInfo("./model.yaml")
            entry.size = len(manifest)
            tar.addfile(entry, io.BytesIO(manifest))
        for member in members:
            tar.addfile(member, io.BytesIO(b"x" * member.size))
    return path


def entry(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, target
    made.size = 1 if kind == tarfile.REGTYPE else 0
    return made


@pytest.mark.parametrize(
    "member",
    [
        entry("../outside"),
        entry("/etc/outside"),
        entry("a/../../outside"),
        entry("link", tarfile.SYMTYPE, "/etc/passwd"),
        entry("link", tarfile.LNKTYPE, "model.yaml"),
        entry("device", tarfile.CHRTYPE),
        entry("pipe", tarfile.FIFOTYPE),
    ],
    ids=lambda member: f"{member.name} {member.type!r}",
)
def test_an_archive_that_reaches_out_is_refused(
    home: Path, tmp_path: Path, member: tarfile.TarInfo
) -> None:
    path = packed(tmp_path / "bad.bentomodel", member)
    with pytest.raises(InvalidArgument, match=r"is refused: '.*' in it"):
        ekiben.models.import_model(path)
    assert ekiben.models.list() == [] and list((home / "tmp").iterdir()) == []
    assert not (tmp_path / "outside").exists()


def test_a_zip_with_a_link_is_refused(home: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        member = zipfile.ZipInfo("link")
        member.external_attr = 0o120777 << 16
        archive.writestr(member, "/etc/passwd")
    with pytest.raises(InvalidArgument, match="is a link or a device"):
        ekiben.models.import_model(tmp_path / "bad.zip")


def test_what_is_no_model_is_refused(home: Path, tmp_path: Path) -> None:
    (tmp_path / "text.bentomodel").write_text("hello")
    (tmp_path / "text.zip").write_text("hello")
    packed(tmp_path / "none.xz", entry("file"))
    packed(tmp_path / "wrong.xz", manifest=b"name: [1]\n")
    packed(tmp_path / "twice.xz", entry("file"), entry("./file"), manifest=b"name: a\n")
    whole = packed(tmp_path / "cut.xz", entry("file"), manifest=b"name: a\n" * 999)
    whole.write_bytes(whole.read_bytes()[:100])
    for name, why in (
        ("text.bentomodel", "is not a whole archive"),
        ("text.zip", "is not a whole archive"),
        ("cut.xz", "is not a whole archive"),
        ("none.xz", r"no model\.yaml at its root"),
        ("wrong.xz", r"is not a model: 'model\.yaml' is damaged"),
    ):
        with pytest.raises(InvalidArgument, match=why):
            ekiben.models.import_model(tmp_path / name)
    with pytest.raises(InvalidArgument, match="is there twice"):
        ekiben.models.import_model(tmp_path / "twice.xz")
    with pytest.raises(NotFound, match="there is no archive"):
        ekiben.models.import_model(tmp_path / "nothing.xz")
    assert ekiben.models.list() == []


def test_wrong_formats_and_urls_are_refused(model: ekiben.Model, tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument, match="'rar' is not a format of archives"):
        model.export(tmp_path / "x", "rar")
    with pytest.raises(InvalidArgument, match="'s3://bucket/x' is not a path of this machine"):
        model.export("s3://bucket/x")
