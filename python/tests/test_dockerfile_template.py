# SPDX-License-Identifier: Apache-2.0
"""A Dockerfile of a template that overrides some blocks."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from ekiben.dockerfile_template import rendered
from ekiben.errors import FailedPrecondition, InvalidArgument

BLOCKS = json.dumps(
    {
        "SETUP_BENTO_BASE_IMAGE": "FROM python:3.11-slim\n",
        "SETUP_BENTO_COMPONENTS": 'ENV A="{{ braces }}"\nCOPY src src\n',
        "SETUP_BENTO_ENTRYPOINT": "USER bentoml\n",
    }
)


def text_of(folder: Path, template: str) -> str:
    file = folder / "Dockerfile.template"
    file.write_text(template)
    return rendered(str(file), BLOCKS)["text"]


def test_a_block_is_extended_and_the_others_stay(tmp_path: Path) -> None:
    text = text_of(
        tmp_path,
        "{% extends bento_base_template %}\n"
        "{% block SETUP_BENTO_COMPONENTS %}\n"
        "{{ super() }}\n"
        "RUN ls {{ bento__path }} {{ expands_bento_path('env', 'docker') }}\n"
        "{% endblock %}\n",
    )
    assert text.splitlines() == [
        "FROM python:3.11-slim",
        'ENV A="{{ braces }}"',
        "COPY src src",
        "",
        "RUN ls /home/bentoml/bento /home/bentoml/bento/env/docker",
        "USER bentoml",
    ]


def test_a_mistake_is_shown_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument, match=r"Dockerfile\.template:2: "):
        text_of(tmp_path, "{% extends bento_base_template %}\n{% blok X %}\n")
    with pytest.raises(InvalidArgument, match="'bento__nothing' is undefined"):
        text_of(tmp_path, "{{ bento__nothing }}")


def test_a_missing_jinja2_gives_the_line_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(FailedPrecondition) as raised:
        text_of(tmp_path, "")
    assert raised.value.hint == "pip install jinja2"
