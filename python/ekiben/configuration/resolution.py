# SPDX-License-Identifier: Apache-2.0
"""From all that was said to one configuration: checked, completed, one entry a runner."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..exceptions import BentoMLConfigException
from ..log import warn
from .migration import migrated
from .schema import RUNNER, SCHEMA, Schema, defaults
from .values import Check

_FILES = ("EKIBEN_CONFIG", "BENTOML_CONFIG")
_OPTIONS = ("BENTOML_CONFIG_OPTIONS", "EKIBEN_CONFIG_OPTIONS")


def configuration(
    file: str | os.PathLike[str] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    options: Sequence[str] = (),
) -> dict[str, Any]:
    """What was configured, in the form of version 1, over the defaults.

    The file, over it BENTOML_CONFIG_OPTIONS and EKIBEN_CONFIG_OPTIONS, over them `options`. Files
    and options may be of BentoML 1.0 or 1.1. Under `runners` stand what holds for all of them and,
    by name, what one of them was given of its own.

    Args:
        file: A YAML file; by default the one that EKIBEN_CONFIG, else BENTOML_CONFIG, names.
        environ: By default the process's environment.
        options: Each `key=value`, such as `runners.iris.traffic.timeout=5`.

    Raises:
        BentoMLConfigException: If a source cannot be read, has an unknown key, or a wrong value;
            the text names source and key.
    """
    environ = os.environ if environ is None else environ
    result = defaults(SCHEMA)
    for name, document in _sources(file, environ, options):
        document = migrated(document)
        _check(document, SCHEMA, name, ())
        result = _merged(result, document)
    return result


def for_runners(
    settings: Mapping[str, Any], names: Iterable[str], *, others: bool = False
) -> dict[str, Any]:
    """`settings` with one complete entry under `runners` for each of the names, and nothing else.

    A runner has what holds for all of them, and over it what it was given of its own; its own
    `resources` replace the common ones as a whole. A name in the configuration that no runner has
    is left out, with a line on the log unless `others` says that there are more.
    """
    common = {key: one for key, one in settings["runners"].items() if key in RUNNER}
    named = {key: one for key, one in settings["runners"].items() if key not in RUNNER}
    names = list(names)
    for name in named:
        if name not in names and not others:
            import difflib

            near = difflib.get_close_matches(name, names, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            warn("the configuration has a runner '%s', the service has none%s", name, hint)
    runners = {name: _merged(common, named.get(name, {})) for name in names}
    return {**copy.deepcopy(dict(settings)), "runners": runners}


def _sources(
    file: str | os.PathLike[str] | None, environ: Mapping[str, str], options: Sequence[str]
) -> Iterable[tuple[str, dict[str, Any]]]:
    from .sources import add_option, read_file, read_options

    named = file or next((environ[one] for one in _FILES if environ.get(one)), None)
    if named:
        path = Path(named).expanduser()
        yield f"'{path}'", read_file(path, environ)
    for variable in _OPTIONS:
        if environ.get(variable):
            yield variable, read_options(environ[variable])
    for option in options:
        document: dict[str, Any] = {}
        add_option(document, option)
        yield f"option '{option}'", document


def _check(document: Any, schema: Schema, source: str, path: tuple[str, ...]) -> None:
    where = ".".join(path)
    if not isinstance(document, Mapping):
        raise BentoMLConfigException(
            f"{source}: '{where}' is {document!r}, and has keys of its own",
            hint=f"they are {', '.join(schema)}",
        )
    for key, value in document.items():
        known = schema.get(key)
        if known is None and path == ("runners",) and isinstance(value, Mapping):
            known = RUNNER  # The name of a runner.
        if known is None:
            raise _unknown(str(key), schema, source, where)
        if not isinstance(known, Check):
            _check(value, known, source, (*path, str(key)))
        elif not known.accepts(value):
            dotted = ".".join((*path, str(key)))
            raise BentoMLConfigException(
                f"{source}: '{dotted}' is {value!r}", hint=f"it is {known.expected}"
            )


def _unknown(key: str, schema: Schema, source: str, where: str) -> BentoMLConfigException:
    import difflib

    near = difflib.get_close_matches(key, list(schema), n=1)
    inside = f"'{where}' has" if where else "the configuration has"
    return BentoMLConfigException(
        f"{source}: {inside} no key '{key}'",
        hint=f"did you mean '{near[0]}'?" if near else f"its keys are {', '.join(schema)}",
    )


def _merged(below: Any, above: Any, key: str = "") -> Any:
    """`above` over `below`, group by group; `resources` are one value."""
    if key == "resources" or not isinstance(below, dict) or not isinstance(above, Mapping):
        return copy.deepcopy(above)
    result = copy.deepcopy(below)
    for name, value in above.items():
        result[name] = _merged(below[name], value, name) if name in below else copy.deepcopy(value)
    return result
