# SPDX-License-Identifier: Apache-2.0
"""A bento whose Dockerfile is made of a template that was written for BentoML."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from harness.program import run

TEMPLATE = """{% extends bento_base_template %}
{% block SETUP_BENTO_COMPONENTS %}
{{ super() }}
RUN echo done
{% endblock %}
"""


@pytest.fixture
def project(project: Path) -> Path:
    (project / "Dockerfile.template").write_text(TEMPLATE)
    (project / "bentofile.yaml").write_text(
        "service: service:svc\ndocker: {dockerfile_template: ./Dockerfile.template}\n"
    )
    return project


def test_a_template_adds_to_a_block(project: Path, tmp_path: Path) -> None:
    done = run("build", project, "--version", "v1", home=tmp_path / "home")
    assert done.returncode == 0, done.stderr
    bento = tmp_path / "home" / "bentos" / "plain" / "v1"
    lines = (bento / "env/docker/Dockerfile").read_text().splitlines()
    assert lines[1].startswith("FROM python:3.")
    assert lines.index("COPY src src") < lines.index("RUN echo done") < lines.index("USER bentoml")
    about = yaml.safe_load((bento / "bento.yaml").read_text())
    assert about["docker"]["dockerfile_template"] == "./Dockerfile.template"


def test_a_mistake_in_it_ends_the_build_with_its_line(project: Path, tmp_path: Path) -> None:
    (project / "Dockerfile.template").write_text("{% extends bento_base_template %}\n{% blok %}\n")
    done = run("build", project, home=tmp_path / "home")
    assert done.returncode == 4
    assert "Dockerfile.template:2: " in done.stderr
    assert not (tmp_path / "home" / "bentos" / "plain").exists()
