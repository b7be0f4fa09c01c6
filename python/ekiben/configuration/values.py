# SPDX-License-Identifier: Apache-2.0
"""What a value of the configuration may be, and how that is said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import EkibenError
from ..runner.resource import Resource


@dataclass(frozen=True)
class Check:
    """One key of the configuration.

    Attributes:
        default: What holds where nobody says anything.
        expected: What a value has to be, in words.
        accepts: Whether a value is that.
    """

    default: Any
    expected: str
    accepts: Callable[[Any], bool]


def boolean(default: bool | None = False) -> Check:
    """True or false."""
    return _or_null(default, Check(default, "true or false", lambda one: isinstance(one, bool)))


def integer(default: int | None, low: int = 1, high: int | None = None) -> Check:
    """A whole number from `low` up to `high`."""
    limits = f"from {low} to {high}" if high is not None else f"of {low} or more"
    check = Check(
        default,
        f"a whole number {limits}",
        lambda one: _is_number(one, int) and one >= low and (high is None or one <= high),
    )
    return _or_null(default, check)


def number(default: float | None, low: float = 0, high: float | None = None) -> Check:
    """A number above `low`, up to `high`."""
    limits = f"above {low:g}" + (f", at most {high:g}" if high is not None else "")
    check = Check(
        default,
        f"a number {limits}",
        lambda one: _is_number(one, int, float) and one > low and (high is None or one <= high),
    )
    return _or_null(default, check)


def rate(default: float | None) -> Check:
    """A number from 0 to 1."""
    return _or_null(
        default,
        Check(
            default,
            "a number from 0 to 1",
            lambda one: _is_number(one, int, float) and 0 <= one <= 1,
        ),
    )


def text(default: str | None = None, *allowed: str) -> Check:
    """Text, or one of some words."""
    expected = "one of " + ", ".join(allowed) if allowed else "text"
    check = Check(
        default, expected, lambda one: isinstance(one, str) and (not allowed or one in allowed)
    )
    return _or_null(default, check)


def texts(default: Any = None) -> Check:
    """Text, or a list of texts."""

    def accepts(value: Any) -> bool:
        many = value if isinstance(value, list) else [value]
        return all(isinstance(one, str) for one in many)

    return _or_null(default, Check(default, "text or a list of texts", accepts))


def numbers(default: list[float]) -> Check:
    """A list of numbers in rising order."""

    def accepts(value: Any) -> bool:
        return (
            isinstance(value, list)
            and all(_is_number(one, int, float) for one in value)
            and value == sorted(value)
        )

    return Check(default, "a list of numbers in rising order", accepts)


def mapping(default: Any = None) -> Check:
    """Names to anything."""
    check = Check(default, "names and values", lambda one: isinstance(one, Mapping))
    return _or_null(default, check)


def resources() -> Check:
    """What a runner may use; None is all that the machine has."""

    def accepts(value: Any) -> bool:
        if value is None or value == "system":
            return True
        if not isinstance(value, Mapping):
            return False
        try:
            for kind, spec in value.items():
                if spec != "system":
                    Resource.kinds[kind].from_spec(spec)
        except (EkibenError, KeyError):
            return False
        return True

    kinds = "cpu (2, 0.5, 500m), memory (1Gi) or nvidia.com/gpu (1, [0, 1])"
    return Check(None, f"'system', or {kinds}", accepts)


def _is_number(value: Any, *types: type) -> bool:
    return isinstance(value, types) and not isinstance(value, bool)


def _or_null(default: Any, check: Check) -> Check:
    if default is not None:
        return check
    return Check(None, f"{check.expected}, or null", lambda one: one is None or check.accepts(one))
