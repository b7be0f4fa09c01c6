# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import pytest

from ekiben.home import home


def test_ekiben_home_comes_first(user: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EKIBEN_HOME", "/a")
    monkeypatch.setenv("BENTOML_HOME", "/b")
    assert home() == Path("/a")


def test_bentoml_home_is_next(user: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EKIBEN_HOME", "")
    monkeypatch.setenv("BENTOML_HOME", "/b")
    assert home() == Path("/b")


def test_a_user_of_bentoml_keeps_the_store_there_is(user: Path) -> None:
    (user / "bentoml").mkdir()
    assert home() == user / "bentoml"


def test_a_store_of_ekiben_wins_over_one_of_bentoml(user: Path) -> None:
    (user / "bentoml").mkdir()
    (user / "ekiben").mkdir()
    assert home() == user / "ekiben"


def test_a_new_user_gets_a_store_of_ekiben(user: Path) -> None:
    assert home() == user / "ekiben"


def test_a_relative_home_is_made_absolute(user: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(user)
    monkeypatch.setenv("EKIBEN_HOME", "store")
    assert home() == user / "store"
