# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest

from ekiben.native.forms import Differs
from ekiben.native.proof import compare, rows_are_independent

INF, NAN = float("inf"), float("nan")


def difference(expected: object, got: object, *, by_column: bool = False) -> float:
    return compare(np.array(expected), np.array(got), by_column=by_column, what="it")


def test_the_difference_is_relative_to_the_expected_number() -> None:
    assert difference([1.0, 2.0], [1.0, 2.00001]) == pytest.approx(5e-6)
    with pytest.raises(Differs, match=r"it differs by 1\.0e-04 relative"):
        difference([1.0, 2.0], [1.0, 2.0002])


def test_next_to_zero_it_is_relative_to_a_tenth_of_the_largest() -> None:
    assert difference([0.0, 10.0], [1e-6, 10.0]) == pytest.approx(1e-6)
    with pytest.raises(Differs):
        difference([0.0, 10.0], [1e-4, 10.0])


def test_columns_with_units_of_their_own_are_measured_alone() -> None:
    expected, got = [[1000.0, 0.001], [2000.0, 0.002]], [[1000.0, 0.001], [2000.0, 0.003]]
    assert difference(expected, got) < 1e-5
    with pytest.raises(Differs):
        difference(expected, got, by_column=True)


def test_all_zero_must_stay_all_zero() -> None:
    assert difference([0.0, 0.0], [0.0, -0.0]) == 0.0
    with pytest.raises(Differs):
        difference([0.0, 0.0], [0.0, 1e-30])


def test_what_is_not_finite_must_be_the_same() -> None:
    assert difference([NAN, INF, -INF, 1.0], [NAN, INF, -INF, 1.0]) == 0.0
    for got in ([NAN], [-INF], [1.0]):
        with pytest.raises(Differs, match="NaN or infinite"):
            difference([INF], got)


def test_labels_must_be_identical() -> None:
    assert difference(["a", "b"], ["a", "b"]) == 0.0
    with pytest.raises(Differs, match="it differs for 1 of 3 samples"):
        difference([0, 1, 2], [0, 1, 1])


def test_shapes_must_be_equal() -> None:
    with pytest.raises(Differs, match=r"it has shape \[2, 1\] instead of \[2\]"):
        difference([1.0, 2.0], [[1.0], [2.0]])


def test_rows_that_see_each_other_are_not_independent() -> None:
    rows = {"X": np.arange(6, dtype=np.float64).reshape(3, 2)}

    def doubled(feeds: dict[str, np.ndarray]) -> np.ndarray:
        return feeds["X"] * 2

    def centered(feeds: dict[str, np.ndarray]) -> np.ndarray:
        return feeds["X"] - feeds["X"].mean(0)

    def summed(feeds: dict[str, np.ndarray]) -> np.ndarray:
        return feeds["X"].sum(0)

    assert rows_are_independent(doubled, rows, doubled(rows))
    assert not rows_are_independent(centered, rows, centered(rows))
    assert not rows_are_independent(summed, rows, summed(rows))
