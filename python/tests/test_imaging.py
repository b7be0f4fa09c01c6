# SPDX-License-Identifier: Apache-2.0
"""What images of services are put together of: requirements, packages, what is left out."""

import json
import sys
from pathlib import Path

import pytest

from ekiben.errors import FailedPrecondition, InvalidArgument, NotFound
from ekiben.imaging.at_hand import AtHand, copy
from ekiben.imaging.interpreter import Interpreter
from ekiben.imaging.names import package_names, requirements
from ekiben.imaging.shelf import Shelf
from ekiben.imaging.tidying import tidy

LOCK = """# a comment
--index-url https://example.org/simple
numpy==2.4.6 \\
    --hash=sha256:0123 \\
    --hash=sha256:4567
    # via -r requirements.txt
scikit_learn == 1.9.1 ; python_version > "3"  # why
tool @ git+https://example.org/tool
"""


def install(site: Path, name: str, version: str = "1.0", requires: str = "", **files: str) -> Path:
    """Put a package where pip would have put it."""
    about = site / f"{name}-{version}.dist-info"
    about.mkdir(parents=True)
    lines = "".join(f"Requires-Dist: {one}\n" for one in requires.split(",") if one)
    (about / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{lines}"
    )
    (site / name).mkdir()
    (site / name / "__init__.py").write_text("")
    paths = [f"{name}/__init__.py", f"{about.name}/METADATA", f"{about.name}/RECORD"]
    (about / "RECORD").write_text("".join(f"{path},,\n" for path in [*paths, *files]))
    return about


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which this interpreter finds packages."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    return folder


def test_a_lock_names_its_packages() -> None:
    assert package_names(LOCK) == ["numpy", "scikit_learn", "tool"]
    assert list(requirements(LOCK))[1] == 'scikit_learn == 1.9.1 ; python_version > "3"'


def test_what_is_needed_in_turn_is_at_hand_too(site: Path) -> None:
    install(site, "first_one", requires="second.one>=1; python_version > '3',none; extra == 'x'")
    install(site, "second_one", requires="first-one")
    at_hand = AtHand([])
    at_hand.add("First-One", "the bento")
    assert [one.name for one in at_hand.found] == ["first_one", "second_one"]


def test_extras_bring_what_they_need(site: Path) -> None:
    install(site, "first_one", requires="second_one; extra == 'more'")
    install(site, "second_one")
    at_hand = AtHand([])
    at_hand.add("first_one", "the bento")
    assert [one.name for one in at_hand.found] == ["first_one"]
    at_hand.add("first_one[more]", "the bento")
    assert [one.name for one in at_hand.found] == ["first_one", "second_one"]


def test_what_comes_from_elsewhere_is_not_taken(site: Path) -> None:
    install(site, "first_one")
    at_hand = AtHand(["first.one"])
    at_hand.add("first-one", "ekiben")
    assert at_hand.found == []


def test_what_is_not_at_hand_is_refused_with_who_needs_it(site: Path) -> None:
    install(site, "first_one", requires="never_heard_of")
    with pytest.raises(NotFound, match="'never_heard_of' that first_one needs"):
        AtHand([]).add("first_one", "the bento")
    with pytest.raises(FailedPrecondition, match=r"the bento needs 'first_one>=2', and 1\.0 is"):
        AtHand([]).add("first_one>=2", "the bento")
    with pytest.raises(InvalidArgument, match="names no package"):
        AtHand([]).add("git+https://example.org/tool", "the bento")


def test_a_package_whose_files_are_not_known_is_refused(site: Path) -> None:
    (install(site, "old_one") / "RECORD").unlink()
    with pytest.raises(FailedPrecondition, match="was not installed by pip"):
        AtHand([]).add("old_one", "the bento")
    about = install(site, "linked")
    (about / "direct_url.json").write_text(json.dumps({"dir_info": {"editable": True}}))
    with pytest.raises(FailedPrecondition, match="is installed in editable mode"):
        AtHand([]).add("linked", "the bento")


def test_a_copy_has_the_files_of_the_package_alone(site: Path, tmp_path: Path) -> None:
    install(site, "first_one", **{"../../../bin/first": ""})
    (site / "first_one" / "left_over.py").write_text("")
    at_hand = AtHand([])
    at_hand.add("first_one", "the bento")
    copy(at_hand.found[0], tmp_path / "copy")
    names = {str(one.relative_to(tmp_path / "copy")) for one in (tmp_path / "copy").rglob("*.*")}
    assert names == {"first_one/__init__.py", "first_one-1.0.dist-info"}


@pytest.mark.parametrize(
    "first",
    [
        "#!/somewhere/staging/python\n",
        "#!/bin/sh\n'''exec' '/some where/python' \"$0\" \"$@\"\n' '''\n",
    ],
)
def test_what_an_installer_leaves_is_tidied_away(tmp_path: Path, first: str) -> None:
    site = tmp_path / "usr" / "lib" / "python3" / "site-packages"
    about = install(site, "one", **{"bin/one": "", "one/tests/test_it.py": ""})
    for name in ("direct_url.json", "REQUESTED", "uv_cache.json"):
        (about / name).write_text("{}")
    (site / "one" / "tests").mkdir()
    (site / "one" / "tests" / "test_it.py").write_text("")
    (site / "one" / "__pycache__").mkdir()
    (site / "bin").mkdir()
    (site / "bin" / "one").write_text(f"{first}import sys\n")
    (site / ".lock").write_text("")
    tidy(site, "/environment")
    script = tmp_path / "usr" / "bin" / "one"
    assert script.read_text() == "#!/environment/bin/python\nimport sys\n"
    assert sorted(one.name for one in site.iterdir()) == ["one", "one-1.0.dist-info"]
    assert [one.name for one in (site / "one").iterdir()] == ["__init__.py"]
    assert sorted(one.name for one in about.iterdir()) == ["INSTALLER", "METADATA", "RECORD"]
    assert "tests" not in (about / "RECORD").read_text()


def test_a_shelf_makes_a_folder_once(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "shelf")
    calls = []

    def fill(folder: Path) -> None:
        calls.append(folder)
        (folder / "file").write_text("")

    first = shelf.get("name", ["a", "b"], fill)
    assert shelf.get("name", ["a", "b"], fill) == first
    assert shelf.get("name", ["ab"], fill) != first
    assert len(calls) == 2
    assert (first / "file").exists()


def test_a_folder_that_could_not_be_filled_is_not_there(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "shelf")

    def fail(folder: Path) -> None:
        (folder / "half").write_text("")
        raise NotFound("no")

    with pytest.raises(NotFound):
        shelf.get("name", ["a"], fail)
    assert list((tmp_path / "shelf").iterdir()) == []


def test_the_interpreter_is_the_one_below_the_environment() -> None:
    interpreter = Interpreter.at_hand()
    assert interpreter.program.is_file() and not interpreter.program.is_symlink()
    assert not interpreter.program.is_relative_to(Path(sys.prefix)) or sys.prefix == sys.base_prefix
    names = [one.name for one in interpreter.needs()]
    assert names[0].startswith("python")
    assert not any(name.startswith(("_tkinter", "_test")) for name in names)
