# SPDX-License-Identifier: Apache-2.0
"""What a bentofile says of the image and of arguments, and what cannot be had of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from harness.program import run


@pytest.mark.parametrize(
    ("docker", "image", "warning"),
    [
        ("distro: debian, python_version: '3.10'", "python:3.10-slim", ""),
        (
            "distro: alpine, python_version: '3.10'",
            "python:3.10-slim",
            "the Dockerfile is Debian's",
        ),
        ("distro: ubi8, python_version: '3.11'", "redhat/ubi9", "the Dockerfile is UBI 9's"),
        ("distro: amazonlinux, python_version: '3.11'", "amazonlinux:2023", ""),
        ("cuda_version: 12.4", "nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04", ""),
        ("base_image: 'mine:1', cuda_version: 12.4", "mine:1", "cuda_version is not used"),
    ],
)
def test_the_dockerfile_is_that_of_the_distribution(
    docker: str, image: str, warning: str, project: Path, tmp_path: Path
) -> None:
    (project / "bentofile.yaml").write_text(f"service: service:svc\ndocker: {{{docker}}}\n")
    done = run("build", project, "--version", "v1", home=tmp_path / "home")
    assert done.returncode == 0, done.stderr
    assert warning in done.stderr and bool(warning) == ("warning:" in done.stderr)
    dockerfile = tmp_path / "home" / "bentos/plain/v1/env/docker/Dockerfile"
    assert f"\nFROM {image}\n" in dockerfile.read_text()


@pytest.mark.parametrize(
    ("bentofile", "why"),
    [
        ("docker: {cuda_version: '11.6'}", "11.7 and newer work"),
        ("docker: {cuda_version: '12.9'}", "expected one of 11.7, 11.8"),
        ("docker: {cuda_version: '12', distro: alpine}", "'alpine' has no CUDA"),
        ("docker: {cuda_version: '12'}\nconda: {dependencies: [pip]}", "exclude each other"),
        ("args: small", "args: expected keys and values"),
    ],
)
def test_what_cannot_be_had_ends_the_build(
    bentofile: str, why: str, project: Path, tmp_path: Path
) -> None:
    (project / "bentofile.yaml").write_text(f"service: service:svc\n{bentofile}\n")
    done = run("build", project, home=tmp_path / "home")
    assert done.returncode != 0 and why in done.stderr
    assert not (tmp_path / "home" / "bentos" / "plain").exists()
