# SPDX-License-Identifier: Apache-2.0
"""`docker.dockerfile_template`: a Jinja2 template that changes blocks of the Dockerfile.

A template begins with `{% extends bento_base_template %}` and overrides the blocks that BentoML
names (SETUP_BENTO_BASE_IMAGE, _USER, _ENVARS, _COMPONENTS, _ENTRYPOINT); `{{ super() }}` is what
stands there without it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .errors import FailedPrecondition, InvalidArgument

_HOME = "/home/bentoml"
_PATH = f"{_HOME}/bento"


def rendered(file: str, blocks: str) -> dict[str, Any]:
    """`text`: the Dockerfile.

    Args:
        file: The template's path; what it includes lies in the same folder.
        blocks: JSON, the Dockerfile's own blocks: name to text, in their order.

    Raises:
        FailedPrecondition: If Jinja2 is not installed.
        InvalidArgument: If the template is wrong; the message has its line.
    """
    try:
        import jinja2
    except ImportError as error:
        raise FailedPrecondition(
            "docker.dockerfile_template needs Jinja2, which is not installed",
            hint="pip install jinja2",
        ) from error
    path = Path(file)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(path.parent),
        extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"],
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # A Dockerfile is no HTML.
    )
    try:
        template = environment.get_template(path.name)
        return {"text": template.render(_variables(environment, json.loads(blocks)))}
    except jinja2.TemplateSyntaxError as error:
        raise InvalidArgument(
            f"{error.filename or path}:{error.lineno}: {error.message}",
            hint="it is a Jinja2 template that begins with {% extends bento_base_template %}",
        ) from error
    except jinja2.TemplateError as error:
        raise InvalidArgument(f"{path}: {error}") from error


def _variables(environment: Any, blocks: Mapping[str, str]) -> dict[str, Any]:
    base = "".join(
        f"{{% block {name} %}}{{{{ ekiben__blocks['{name}'] }}}}{{% endblock %}}" for name in blocks
    )
    return {
        "bento_base_template": environment.from_string(base),
        "ekiben__blocks": blocks,
        "bento__user": "bentoml",
        "bento__uid_gid": 1034,
        "bento__home": _HOME,
        "bento__path": _PATH,
        "bento__entrypoint": f"{_PATH}/env/docker/entrypoint.sh",
        "expands_bento_path": _expand,
    }


def _expand(*path: str, bento_path: str = _PATH) -> str:
    """A path in the bento as it lies in the image."""
    return "/".join([bento_path, *path])
