# SPDX-License-Identifier: Apache-2.0
"""Metrics of the user's own: counters, gauges, histograms and summaries, as Prometheus has them.

Made once, in the module of the service, and changed in its functions. Names and labels are those
of Prometheus. Thread-safe. The values are this process's; families() has them all.
"""

from __future__ import annotations

import math
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ContextDecorator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from .errors import InvalidArgument
from .labels import label_text
from .origin import caller

__all__ = [
    "Counter",
    "Family",
    "Gauge",
    "Histogram",
    "Sample",
    "Summary",
    "families",
    "generate_latest",
    "make_wsgi_app",
]

INF = math.inf
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r"(?!__)[a-zA-Z_][a-zA-Z0-9_]*")
_BELOW_ONE = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75)
_DEFAULT_BUCKETS = (*_BELOW_ONE, 1.0, 2.5, 5.0, 7.5, 10.0)

_lock = threading.Lock()
_metrics: dict[str, Metric] = {}

M = TypeVar("M", bound="Metric")


@dataclass(frozen=True)
class Sample:
    """One number: the name with its suffix, its labels, its value."""

    name: str
    labels: dict[str, str]
    value: float


@dataclass(frozen=True)
class Family:
    """A metric with all its numbers. `kind` is counter, gauge, histogram or summary."""

    name: str
    documentation: str
    kind: str
    samples: list[Sample] = field(default_factory=list)


class Metric:
    """What the four kinds have in common; with label names, labels() gives what can be changed."""

    kind = ""
    _reserved_label = ""

    def __init__(
        self,
        name: str,
        documentation: str,
        labelnames: Iterable[str] = (),
        namespace: str = "",
        subsystem: str = "",
        unit: str = "",
    ) -> None:
        """Make a metric.

        Args:
            name: What follows namespace and subsystem, joined by '_'.
            documentation: One sentence.
            labelnames: Names of labels, whose values labels() takes.
            namespace: Begins the name.
            subsystem: Follows the namespace.
            unit: Ends the name, such as `seconds`.

        Raises:
            InvalidArgument: If a name is not one of Prometheus, or is taken; the text has the
                user's line.
        """
        self.name = _full_name(self.kind, name, namespace, subsystem, unit)
        self.documentation = documentation
        self.labelnames = tuple(labelnames)
        self._values: tuple[str, ...] | None = None if self.labelnames else ()
        self._children: dict[tuple[str, ...], Metric] = {}
        self.origin = caller()
        self._check_names()
        self._clear()
        with _lock:
            other = _metrics.setdefault(self.name, self)
        if other is not self:
            raise InvalidArgument(
                f"{self.origin}: there already is a metric '{self.name}', made at {other.origin}"
            )

    def _check_names(self) -> None:
        wrong = [one for one in self.labelnames if not _LABEL.fullmatch(one)]
        if not _NAME.fullmatch(self.name) or wrong or self._reserved_label in self.labelnames:
            what = wrong[0] if wrong else self.name
            raise InvalidArgument(f"{self.origin}: '{what}' is not a name that Prometheus takes")

    def labels(self: M, *values: Any, **named: Any) -> M:
        """The metric for these values of its labels, in order or by name.

        Raises:
            InvalidArgument: If they are not the labels of the metric.
        """
        if named and not values and set(named) == set(self.labelnames):
            values = tuple(named[name] for name in self.labelnames)
        elif named or len(values) != len(self.labelnames) or not values:
            raise InvalidArgument(
                f"metric '{self.name}' has the labels ({', '.join(self.labelnames)})",
                hint="give a value for each, in order or by name",
            )
        key = tuple(str(one) for one in values)
        with _lock:
            if key not in self._children:
                child = object.__new__(type(self))
                child.__dict__.update(self.__dict__, _values=key, _children={})
                child._clear()
                self._children[key] = child
            child = self._children[key]
        return child  # type: ignore[return-value]

    def remove(self, *values: Any) -> None:
        """Forget the numbers of these label values."""
        with _lock:
            self._children.pop(tuple(str(one) for one in values), None)

    def clear(self) -> None:
        """Forget the numbers of all label values."""
        with _lock:
            self._children.clear()

    def family(self) -> Family:
        """The metric as it is now."""
        with _lock:
            own = [self] if self._values is not None else list(self._children.values())
            samples = [
                Sample(self.name + suffix, {**one._label_values(), **extra}, value)
                for one in own
                for suffix, extra, value in one._samples()
            ]
        return Family(self.name, self.documentation, self.kind, samples)

    def _label_values(self) -> dict[str, str]:
        return dict(zip(self.labelnames, self._values or (), strict=True))

    def _changeable(self) -> None:
        if self._values is None:
            raise InvalidArgument(
                f"metric '{self.name}' has the labels ({', '.join(self.labelnames)})",
                hint=f"call labels(...) first: {self.name}.labels(...)",
            )

    def _clear(self) -> None:
        raise NotImplementedError

    def _samples(self) -> Iterator[tuple[str, dict[str, str], float]]:
        raise NotImplementedError


class Counter(Metric):
    """A number that only rises; it is shown with `_total` at the end of its name."""

    kind = "counter"

    def _clear(self) -> None:
        self._value = 0.0

    def inc(self, amount: float = 1, exemplar: Any = None) -> None:
        """Raise it by `amount`, which is not negative; an exemplar is not kept."""
        self._changeable()
        if amount < 0:
            raise InvalidArgument(f"counter '{self.name}' cannot fall, and {amount} is negative")
        with _lock:
            self._value += amount

    def count_exceptions(
        self, exception: type[BaseException] | tuple[type[BaseException], ...] = Exception
    ) -> ContextDecorator:
        """Count the exceptions of a block or a function."""
        return _Around(after=lambda error: self.inc() if isinstance(error, exception) else None)

    def _samples(self) -> Iterator[tuple[str, dict[str, str], float]]:
        yield "_total", {}, self._value


class Gauge(Metric):
    """A number that rises and falls.

    `multiprocess_mode` is taken for BentoML's sake: a gauge of several workers is their sum.
    """

    kind = "gauge"

    def __init__(self, *args: Any, multiprocess_mode: str = "all", **kwargs: Any) -> None:
        self.multiprocess_mode = multiprocess_mode
        super().__init__(*args, **kwargs)

    def _clear(self) -> None:
        self._value = 0.0

    def inc(self, amount: float = 1) -> None:
        """Raise it by `amount`."""
        self._changeable()
        with _lock:
            self._value += amount

    def dec(self, amount: float = 1) -> None:
        """Lower it by `amount`."""
        self.inc(-amount)

    def set(self, value: float) -> None:
        """Make it `value`."""
        self._changeable()
        with _lock:
            self._value = float(value)

    def set_to_current_time(self) -> None:
        """Make it the seconds since 1970."""
        self.set(time.time())

    def track_inprogress(self) -> ContextDecorator:
        """Count how often a block or a function is running."""
        return _Around(before=self.inc, after=lambda error: self.dec())

    def time(self) -> ContextDecorator:
        """Make it the seconds that a block or a function took."""
        return _Timed(self.set)

    def _samples(self) -> Iterator[tuple[str, dict[str, str], float]]:
        yield "", {}, self._value


class Summary(Metric):
    """How often and how much in all."""

    kind = "summary"
    _reserved_label = "quantile"

    def _clear(self) -> None:
        self._count = 0
        self._sum = 0.0

    def observe(self, amount: float) -> None:
        """Add one observation."""
        self._changeable()
        with _lock:
            self._count += 1
            self._sum += amount

    def time(self) -> ContextDecorator:
        """Observe the seconds that a block or a function took."""
        return _Timed(self.observe)

    def _samples(self) -> Iterator[tuple[str, dict[str, str], float]]:
        yield "_count", {}, self._count
        yield "_sum", {}, self._sum


class Histogram(Metric):
    """How many observations were at most so much, for several so-muches."""

    kind = "histogram"
    _reserved_label = "le"

    def __init__(
        self, *args: Any, buckets: Sequence[float] = _DEFAULT_BUCKETS, **kwargs: Any
    ) -> None:
        """Make a histogram; `buckets` are the upper bounds, in rising order."""
        bounds = [float(one) for one in buckets]
        if bounds != sorted(set(bounds)) or not bounds:
            raise InvalidArgument(f"{caller()}: the buckets {buckets} are not in rising order")
        self.buckets = tuple(bounds) if bounds[-1] == INF else (*bounds, INF)
        super().__init__(*args, **kwargs)

    def _clear(self) -> None:
        self._counts = [0] * len(self.buckets)
        self._sum = 0.0

    def observe(self, amount: float, exemplar: Any = None) -> None:
        """Add one observation; an exemplar is not kept."""
        self._changeable()
        with _lock:
            self._sum += amount
            for place, bound in enumerate(self.buckets):
                if amount <= bound:
                    self._counts[place] += 1
                    break

    def time(self) -> ContextDecorator:
        """Observe the seconds that a block or a function took."""
        return _Timed(self.observe)

    def _samples(self) -> Iterator[tuple[str, dict[str, str], float]]:
        total = 0
        for bound, count in zip(self.buckets, self._counts, strict=True):
            total += count
            yield "_bucket", {"le": _number(bound)}, total
        yield "_count", {}, total
        yield "_sum", {}, self._sum


def families() -> list[Family]:
    """All metrics of this process as they are now, by name."""
    with _lock:
        known = sorted(_metrics.items())
    return [metric.family() for _, metric in known]


def generate_latest() -> bytes:
    """All metrics of this process in Prometheus' text format."""
    lines: list[str] = []
    for one in families():
        name = f"{one.name}_total" if one.kind == "counter" else one.name
        text = one.documentation.replace("\\", r"\\").replace("\n", r"\n")
        lines += [f"# HELP {name} {text}", f"# TYPE {name} {one.kind}"]
        lines += [f"{s.name}{label_text(s.labels)} {_number(s.value)}" for s in one.samples]
    return "".join(f"{line}\n" for line in lines).encode("utf-8")


def make_wsgi_app() -> Callable[[dict[str, Any], Callable[..., Any]], list[bytes]]:
    """A WSGI application that answers with generate_latest()."""

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response("200 OK", [("Content-Type", CONTENT_TYPE)])
        return [generate_latest()]

    return app


class _Around(ContextDecorator):
    """Calls something before and after a block, or each call of a function."""

    def __init__(
        self,
        before: Callable[[], None] = lambda: None,
        after: Callable[[BaseException | None], None] = lambda error: None,
    ) -> None:
        self._before = before
        self._after = after

    def __enter__(self) -> None:
        self._before()

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        self._after(error)


class _Timed(ContextDecorator):
    """Reports the seconds of a block, or of each call of a function."""

    def __init__(self, report: Callable[[float], None]) -> None:
        self._report = report

    def _recreate_cm(self) -> _Timed:
        return _Timed(self._report)

    def __enter__(self) -> None:
        self._start = time.perf_counter()

    def __exit__(self, *exception: Any) -> None:
        self._report(max(0.0, time.perf_counter() - self._start))


def _full_name(kind: str, name: str, namespace: str, subsystem: str, unit: str) -> str:
    if kind == "counter":
        name = name.removesuffix("_total")
    joined = "_".join(one for one in (namespace, subsystem, name) if one)
    return joined if not unit or joined.endswith(f"_{unit}") else f"{joined}_{unit}"


def _number(value: float) -> str:
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return "NaN" if math.isnan(value) else repr(float(value))
