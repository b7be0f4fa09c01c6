# SPDX-License-Identifier: Apache-2.0
"""Finding a service: importing the user's module and picking the Service out of it."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from .errors import EkibenError
from .exceptions import ImportServiceError
from .service import Service
from .tag import Tag

BENTOFILE = "bentofile.yaml"

_NO_BENTOS = "this version loads services from their source"

_CLASS_STYLE = (
    "services as classes (@bentoml.service) are BentoML 1.2's and newer; this version has those of "
    "1.0 and 1.1: svc = bentoml.Service(...), and @svc.api before functions"
)
_OTHER_FOLDER = "name another folder: `ekiben serve --working-dir FOLDER`, `ekiben build FOLDER`"

# Modules that services import, and PyPI has under another name.
_PIP_NAMES = {
    "PIL": "pillow",
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python-headless",
    "dotenv": "python-dotenv",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}

_PACKAGE = str(Path(__file__).parent)


def load(
    bento_identifier: str | os.PathLike[str] | Tag,
    working_dir: str | os.PathLike[str] | None = None,
    standalone_load: bool = False,
) -> Service:
    """The Service that `bento_identifier` means.

    The user's module is imported with `working_dir` as current folder and on `sys.path`, where it
    stays, so that what the module imports later is found. Importing runs the module's code.

    Args:
        bento_identifier: `module:attr`, `file.py:attr`; either without `:attr` where the module
            has one Service; or a folder with a bentofile.yaml, or a service.py.
        working_dir: By default the current folder.
        standalone_load: Leave `working_dir` as the current folder.

    Raises:
        ImportServiceError: If there is no such module, it cannot be imported, or it has no such
            Service. Its `trace` is the traceback with the user's own frames only.
    """
    if isinstance(bento_identifier, Tag):
        raise ImportServiceError(f"'{bento_identifier}' is the tag of a bento; {_NO_BENTOS}")
    text = os.fspath(bento_identifier)
    folder = Path(working_dir or Path.cwd()).expanduser().resolve()
    path = folder / Path(text).expanduser()
    if path.is_dir():
        return load(_target_of_folder(path), path, standalone_load)
    name, _, attribute = text.partition(":")
    if not name:
        raise ImportServiceError(
            f"'{text}' names no module", hint="write module:attr, such as service:svc"
        )
    module = _imported(name, text, folder, standalone_load)
    service = _attribute(module, attribute) if attribute else _only_service(module)
    if not isinstance(service, Service):
        raise ImportServiceError(
            f"'{text}' is a {type(service).__name__}, not an ekiben.Service", hint=_known(module)
        )
    return service


def user_trace(error: BaseException, folder: Path | None = None) -> str:
    """The traceback of `error` with the user's own frames only.

    Args:
        error: With the traceback that it was raised with.
        folder: Where the user's code lies; by default all that is not ekiben's, the import
            system's or an installed package's.
    """
    import traceback  # Only a mistake needs it.

    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if _is_users(frame.filename, folder)
    ]
    lines = ["Traceback (most recent call last):\n", *traceback.format_list(frames)]
    return "".join((lines if frames else []) + traceback.format_exception_only(error))


def _is_users(file: str, folder: Path | None) -> bool:
    if file.startswith("<frozen") or file.startswith(_PACKAGE):
        return False
    if folder is not None:
        return file.startswith(str(folder)) and "site-packages" not in file
    return not any(part in file for part in ("site-packages", "dist-packages", os.__file__[:-5]))


def _target_of_folder(folder: Path) -> str:
    bentofile = folder / BENTOFILE
    if (folder / "bento.yaml").is_file():
        raise ImportServiceError(
            f"'{folder}' is a bento; {_NO_BENTOS}", hint=f"its source is in '{folder / 'src'}'"
        )
    if not bentofile.is_file():
        if (folder / "service.py").is_file():
            return "service"
        raise ImportServiceError(
            f"'{folder}' has neither {BENTOFILE} nor service.py",
            hint=f"write service: module:attr into {BENTOFILE}, or name the module",
        )
    import yaml  # What names a module needs none of it.

    try:
        document = yaml.safe_load(bentofile.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ImportServiceError(f"cannot read '{bentofile}': {error}") from error
    service = document.get("service") if isinstance(document, dict) else None
    if not isinstance(service, str) or not service:
        raise ImportServiceError(
            f"'{bentofile}' does not say which service it means", hint="add service: module:attr"
        )
    return service


def _imported(name: str, target: str, folder: Path, standalone: bool) -> ModuleType:
    module = _module_name(name, folder)
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    _forget_other(module, folder)
    try:
        with _current_folder(folder, stay=standalone):
            return importlib.import_module(module)
    except Exception as error:  # The user's code may raise anything.
        raise _import_error(error, module, target, folder) from error
    except SystemExit as error:
        raise _import_error(error, module, target, folder) from error


def _module_name(name: str, folder: Path) -> str:
    """The dotted name of a module, which may be written as a file's path."""
    file = folder / Path(name).expanduser()
    if not (name.endswith(".py") or os.sep in name):
        return name
    if not file.is_file():
        near = _nearest_files(Path(name).stem, folder)
        raise ImportServiceError(f"there is no file '{file}'", hint=near)
    file = file.resolve()
    if file.suffix != ".py" or not file.is_relative_to(folder):
        why = "is not under" if file.suffix == ".py" else "is no .py file in"
        raise ImportServiceError(
            f"'{file}' {why} the working directory '{folder}'",
            hint=_OTHER_FOLDER,
        )
    parts = file.relative_to(folder).with_suffix("").parts
    return ".".join(parts)


def _forget_other(module: str, folder: Path) -> None:
    """Drop a module of this name that was imported from elsewhere before."""
    root = module.partition(".")[0]
    known = sys.modules.get(root)
    mine = [folder / f"{root}.py", folder / root / "__init__.py"]
    if known is None or not any(file.is_file() for file in mine):
        return
    origin = getattr(known, "__file__", None)
    if origin and Path(origin).resolve() not in [file.resolve() for file in mine]:
        for name in [one for one in sys.modules if one == root or one.startswith(f"{root}.")]:
            del sys.modules[name]
    importlib.invalidate_caches()


@contextmanager
def _current_folder(folder: Path, *, stay: bool) -> Iterator[None]:
    before = Path.cwd()
    try:
        os.chdir(folder)
    except OSError as error:
        raise ImportServiceError(f"cannot enter '{folder}': {error.strerror}") from error
    try:
        yield
    finally:
        if not stay:
            os.chdir(before)


def _import_error(
    error: BaseException, module: str, target: str, folder: Path
) -> ImportServiceError:
    if isinstance(error, ImportServiceError):
        return error
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    if missing and (missing == module or module.startswith(f"{missing}.")):
        return ImportServiceError(
            f"there is no module '{module}' in '{folder}'",
            hint=_nearest_files(module.rpartition(".")[2], folder),
        )
    what = error.message if isinstance(error, EkibenError) else str(error)
    if isinstance(error, SyntaxError):
        what = error.msg
    kind = "" if isinstance(error, EkibenError) else f"{type(error).__name__}: "
    hint = error.hint if isinstance(error, EkibenError) else ""
    if missing and not hint:
        hint = _how_to_get(missing.partition(".")[0], folder)
    place = user_line(error, folder)
    if isinstance(error, AttributeError | TypeError) and _has_class_style(place.rpartition(":")[0]):
        hint = _CLASS_STYLE
    at = f"{place}: " if place and place not in what else ""
    made = ImportServiceError(f"cannot import '{target}': {at}{kind}{what}", hint=hint)
    # An error of ekiben's own has the user's line in its text.
    made.trace = "" if isinstance(error, EkibenError) else user_trace(error, folder)
    return made


def user_line(error: BaseException, folder: Path) -> str:
    """The last of the user's own lines that took part: "service.py:12"; empty where none did.

    Args:
        folder: Where the user's code lies.
    """
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    last = ""
    step: TracebackType | None = error.__traceback__
    while step is not None:
        file = step.tb_frame.f_code.co_filename
        if _is_users(file, folder):
            last = f"{file}:{step.tb_lineno}"
        step = step.tb_next
    return last


def _has_class_style(file: str) -> bool:
    """Whether that file has a service of the style that BentoML has since 1.2."""
    try:
        text = Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    decorators = ("@bentoml.service", "@ekiben.service")
    return any(line.lstrip().startswith(decorators) for line in text.splitlines())


def _how_to_get(module: str, folder: Path) -> str:
    near = _near_files(module, folder)
    return f"did you mean '{near[0]}'?" if near else f"pip install {_PIP_NAMES.get(module, module)}"


def _nearest_files(name: str, folder: Path) -> str:
    near = _near_files(name, folder)
    return f"did you mean '{near[0]}'?" if near else _OTHER_FOLDER


def _near_files(name: str, folder: Path) -> list[str]:
    names = sorted(file.stem for file in folder.glob("*.py"))
    import difflib  # Only a mistake needs it.

    return difflib.get_close_matches(name, names, n=1)


def _attribute(module: ModuleType, dotted: str) -> Any:
    value: Any = module
    for one in dotted.split("."):
        if not hasattr(value, one):
            names = [name for name in vars(module) if not name.startswith("_")]
            services = [name for name, value in vars(module).items() if isinstance(value, Service)]
            import difflib

            near = difflib.get_close_matches(dotted, services + names, n=1) or services[:1]
            raise ImportServiceError(
                f"module '{module.__name__}', in '{module.__file__}', has no '{dotted}'",
                hint=f"did you mean '{module.__name__}:{near[0]}'?" if near else _known(module),
            )
        value = getattr(value, one)
    return value


def _only_service(module: ModuleType) -> Service:
    found = {name: one for name, one in vars(module).items() if isinstance(one, Service)}
    if len({id(one) for one in found.values()}) == 1:
        return next(iter(found.values()))
    how_many = f"{len(found)} services" if found else "no service"
    raise ImportServiceError(
        f"module '{module.__name__}', in '{module.__file__}', has {how_many}", hint=_known(module)
    )


def _known(module: ModuleType) -> str:
    names = [name for name, one in vars(module).items() if isinstance(one, Service)]
    if not names:
        return "write svc = ekiben.Service('name') into it"
    return "write " + " or ".join(f"'{module.__name__}:{name}'" for name in names)
