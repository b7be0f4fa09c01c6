# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import pytest

import ekiben
from ekiben import metrics
from ekiben.exceptions import InvalidArgument


@pytest.fixture(autouse=True)
def no_metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "_metrics", {})


def text() -> str:
    return ekiben.metrics.generate_latest().decode()


def test_counters_count_by_label() -> None:
    counter = metrics.Counter("failures_total", "How many failed.", ["kind"], namespace="my")
    counter.labels("a").inc()
    counter.labels(kind='b"\n').inc(2.5)
    assert counter.labels("a") is counter.labels("a")
    assert text() == (
        "# HELP my_failures_total How many failed.\n"
        "# TYPE my_failures_total counter\n"
        'my_failures_total{kind="a"} 1.0\n'
        'my_failures_total{kind="b\\"\\n"} 2.5\n'
    )
    counter.remove("a")
    assert 'kind="a"' not in text()
    counter.clear()
    assert "{" not in text()


def test_exceptions_and_what_is_in_progress_are_counted() -> None:
    failed, running = metrics.Counter("failed", "."), metrics.Gauge("running", ".")

    @failed.count_exceptions(ValueError)
    @running.track_inprogress()
    def work(error: type[Exception]) -> None:
        assert "running 1.0" in text()
        raise error

    for error in (ValueError, KeyError):
        with pytest.raises(error):
            work(error)
    assert "failed_total 1.0" in text() and "running 0.0" in text()
    running.set(4)
    running.dec(0.5)
    assert "running 3.5" in text()


def test_histograms_and_summaries_observe() -> None:
    histogram = metrics.Histogram("size", "Sizes.", unit="bytes", buckets=(1, 10))
    summary = metrics.Summary("took", "Times.", unit="seconds")
    for amount in (0.5, 1, 7, 100):
        histogram.observe(amount)
    with summary.time():
        pass

    @summary.time()
    def work() -> int:
        return 3

    assert work() == 3
    assert [line for line in text().splitlines() if line.startswith("size")] == [
        'size_bytes_bucket{le="1.0"} 2.0',
        'size_bytes_bucket{le="10.0"} 3.0',
        'size_bytes_bucket{le="+Inf"} 4.0',
        "size_bytes_count 4.0",
        "size_bytes_sum 108.5",
    ]
    assert "took_seconds_count 2.0" in text()
    assert [one.kind for one in metrics.families()] == ["histogram", "summary"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: metrics.Counter("a b", "."), "'a b' is not a name that Prometheus takes"),
        (lambda: metrics.Counter("a", ".", ["__x"]), "'__x' is not a name"),
        (lambda: metrics.Histogram("a", ".", ["le"]), "is not a name"),
        (lambda: metrics.Histogram("a", ".", buckets=(2, 1)), "not in rising order"),
        (lambda: metrics.Counter("taken", "."), r"a metric 'taken', made at .*py:\d+"),
    ],
)
def test_wrong_metrics_are_told_with_the_users_line(make: Any, message: str) -> None:
    metrics.Gauge("taken", ".")
    with pytest.raises(InvalidArgument, match=rf"test_metrics\.py:\d+: .*{message}"):
        make()


def test_wrong_use_is_told() -> None:
    counter = metrics.Counter("c", ".", ["kind"])
    with pytest.raises(InvalidArgument, match=r"has the labels \(kind\)"):
        counter.inc()
    with pytest.raises(InvalidArgument, match=r"has the labels \(kind\)"):
        counter.labels(colour="red")
    with pytest.raises(InvalidArgument, match="cannot fall"):
        counter.labels("a").inc(-1)


def test_a_wsgi_application_shows_them() -> None:
    metrics.Gauge("answer", "It.").set(42)
    seen: list[Any] = []
    body = metrics.make_wsgi_app()({}, lambda *args: seen.extend(args))
    assert b"answer 42.0\n" in b"".join(body) and seen[0] == "200 OK"
