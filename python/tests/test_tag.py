# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re

import pytest

from ekiben import InvalidArgument, Tag


def test_a_tag_has_a_name_and_a_version() -> None:
    assert Tag.of("iris_clf:9f3a") == Tag("iris_clf", "9f3a")
    assert str(Tag("iris_clf", "9f3a")) == "iris_clf:9f3a"


def test_a_name_alone_and_latest_mean_the_newest_version() -> None:
    assert Tag.of("iris_clf").wants_latest
    assert Tag.of("iris_clf:latest").wants_latest
    assert not Tag.of("iris_clf:9f3a").wants_latest
    assert str(Tag.of("iris_clf")) == "iris_clf"


def test_upper_case_is_lowered() -> None:
    assert Tag.of("Iris_CLF:V1") == Tag("iris_clf", "v1")


@pytest.mark.parametrize(
    "text", ["", ":", "a:", ":v1", "-a", "a-", "a b", "a/b", "../a", "a:..", "a:b:c", "ä", "a\n"]
)
def test_what_is_not_a_tag_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgument):
        Tag.of(text)


def test_a_part_has_at_most_63_characters() -> None:
    assert Tag.of("a" * 63).name == "a" * 63
    with pytest.raises(InvalidArgument, match="64 characters"):
        Tag.of("a" * 64)


def test_a_trailing_colon_gets_a_hint() -> None:
    with pytest.raises(InvalidArgument) as caught:
        Tag.of("iris:")
    assert caught.value.message == "tag 'iris:' ends with ':'"
    assert caught.value.hint == "write 'iris' or 'iris:latest'"


def test_new_versions_are_sixteen_letters_and_never_the_same() -> None:
    versions = {Tag("iris").with_new_version().version or "" for _ in range(1000)}
    assert len(versions) == 1000
    assert all(re.fullmatch("[a-z2-7]{16}", version) for version in versions)


def test_tags_have_bentomls_names_too() -> None:
    assert Tag.from_str("a:b") == Tag.from_taglike(Tag("a", "b")) == Tag("a", "b")
    assert (Tag("a").path(), Tag("a", "b").path(), Tag("a", "b").latest_path()) == (
        *("a", "a/b", "a/latest"),
    )
    assert Tag("a").make_new_version().version
