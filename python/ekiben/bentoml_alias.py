# SPDX-License-Identifier: Apache-2.0
"""`import bentoml` means ekiben: for programs that are to run with nothing in them changed."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

ALIAS = "bentoml"
_HERE = __name__.partition(".")[0]


def install(force: bool = False) -> bool:
    """Let `bentoml` and its modules be ekiben's from now on, in this process.

    Done again, it does nothing.

    Args:
        force: Also where BentoML itself is installed, or imported already.

    Returns:
        Whether the name is ekiben's now. False only where BentoML is installed and not forced out.
    """
    if any(isinstance(finder, _Finder) for finder in sys.meta_path):
        return True
    if not force and is_bentoml_installed():
        return False
    for name in [one for one in sys.modules if one == ALIAS or one.startswith(f"{ALIAS}.")]:
        del sys.modules[name]
    sys.meta_path.insert(0, _Finder())
    return True


def is_bentoml_installed() -> bool:
    """Whether `import bentoml` would find BentoML itself."""
    known = sys.modules.get(ALIAS)
    if known is not None:
        return known.__name__ == ALIAS
    return importlib.util.find_spec(ALIAS) is not None


class _Finder:
    """What importlib.abc.MetaPathFinder describes; importing that class takes long."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        root, _, rest = fullname.partition(".")
        if root != ALIAS:
            return None
        if rest.partition(".")[0] == "_internal":
            raise ImportError(
                f"'{fullname}' is BentoML's own inside, which ekiben, standing in for '{ALIAS}', "
                "does not have; use the public names, or install bentoml",
                name=fullname,
            )
        return ModuleSpec(fullname, _Loader(), is_package=not rest)


class _Loader:
    """Gives ekiben's module itself, so that a class is the same under both names."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        own = _HERE + spec.name.removeprefix(ALIAS)
        try:
            module = importlib.import_module(own)
        except ModuleNotFoundError as error:
            if error.name != own:
                raise
            raise ModuleNotFoundError(
                f"ekiben, standing in for '{ALIAS}', has no '{spec.name}'", name=spec.name
            ) from None
        spec.loader_state = (module.__spec__, module.__loader__)
        return module

    def exec_module(self, module: ModuleType) -> None:
        # The import system has put the alias's spec into the module; it keeps its own.
        alias = module.__spec__
        if alias is not None and alias.loader_state is not None:
            module.__spec__, module.__loader__ = alias.loader_state
