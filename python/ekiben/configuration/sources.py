# SPDX-License-Identifier: Apache-2.0
"""Reading configurations: from files, and from options such as `runners.iris.timeout=5`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ..exceptions import BentoMLConfigException

_VARIABLE = re.compile(r"\$\{(?P<name>[^}:]+)(?::-(?P<default>[^}]*))?\}")
_STEP = re.compile(r"""\.?(?:"([^"]*)"|'([^']*)'|([^."'\[\]]+))|\[(\d+)\]""")


def read_file(path: Path, environ: Mapping[str, str]) -> dict[str, Any]:
    """The document in a YAML file, with `${NAME}` and `${NAME:-default}` filled in.

    Raises:
        BentoMLConfigException: If it cannot be read, is no mapping, or names a variable that is
            not set.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BentoMLConfigException(
            f"cannot read the configuration '{path}': {error.strerror}",
            hint="EKIBEN_CONFIG, or BENTOML_CONFIG, names it",
        ) from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        why = " ".join(str(error).split())
        raise BentoMLConfigException(f"the configuration '{path}' is not YAML: {why}") from error
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise BentoMLConfigException(
            f"the configuration '{path}' is a {type(document).__name__}",
            hint="it has keys such as api_server: and runners:",
        )
    return _filled(document, environ, str(path))


def read_options(text: str) -> dict[str, Any]:
    """The document that `a.b=1 c."d.e"[0]=x` means; values are read as YAML.

    Raises:
        BentoMLConfigException: If an option is not `key=value`, or contradicts another.
    """
    import shlex

    lexer = shlex.shlex(text, posix=False, punctuation_chars=False)
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        words = list(lexer)
    except ValueError as error:
        raise BentoMLConfigException(f"cannot read the options '{text}': {error}") from error
    document: dict[str, Any] = {}
    for word in words:
        add_option(document, word)
    return document


def add_option(document: dict[str, Any], option: str) -> None:
    """Put what `key=value` says into `document`; a part of the key may be quoted.

    Raises:
        BentoMLConfigException: If it is not `key=value`, or the key runs into another's value.
    """
    key, equals, value = _unquoted(option).partition("=")
    steps = _steps(key)
    if not equals or not steps:
        raise BentoMLConfigException(
            f"the option '{option}' is not key=value",
            hint="write it as runners.iris.batching.enabled=false",
        )
    try:
        _put(document, steps, yaml.safe_load(value))
    except (yaml.YAMLError, TypeError, IndexError) as error:
        raise BentoMLConfigException(f"the option '{option}' makes no sense: {error}") from error


def _unquoted(option: str) -> str:
    """`"a.b=c"`, quoted as a whole, is `a.b=c`."""
    if len(option) > 1 and option[0] == option[-1] and option[0] in "\"'" and "=" in option:
        inner = option[1:-1]
        if option[0] not in inner:
            return inner
    return option


def _steps(key: str) -> list[str | int]:
    steps: list[str | int] = []
    at = 0
    while at < len(key):
        match = _STEP.match(key, at)
        if match is None:
            return []
        double, single, plain, index = match.groups()
        name = next((one for one in (double, single, plain) if one is not None), "")
        steps.append(int(index) if index is not None else name)
        at = match.end()
    # The one known name with a dot in it may be written without quotes.
    for place in range(len(steps) - 1):
        if steps[place : place + 2] == ["nvidia", "com/gpu"]:
            steps[place : place + 2] = ["nvidia.com/gpu"]
            break
    return steps


def _put(document: Any, steps: list[str | int], value: Any) -> None:
    step, *rest = steps
    if isinstance(step, int):
        if not isinstance(document, list) or step > len(document):
            raise IndexError(f"there is no item {step}")
        if step == len(document):
            document.append(None)
    elif not isinstance(document, dict):
        raise TypeError(f"'{step}' is under something that is not a group of keys")
    if not rest:
        document[step] = value
        return
    known = document[step] if isinstance(step, int) else document.get(step)
    if known is None:
        known = [] if isinstance(rest[0], int) else {}
        document[step] = known
    _put(known, rest, value)


def _filled(value: Any, environ: Mapping[str, str], where: str) -> Any:
    if isinstance(value, dict):
        return {key: _filled(one, environ, where) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, environ, where) for one in value]
    if not isinstance(value, str) or "${" not in value:
        return value

    def fill(match: re.Match[str]) -> str:
        found = environ.get(match["name"], match["default"])
        if found is None:
            raise BentoMLConfigException(
                f"'{where}' uses the environment variable '{match['name']}', which is not set",
                hint=f"set it, or write ${{{match['name']}:-default}}",
            )
        return found

    return _VARIABLE.sub(fill, value)
