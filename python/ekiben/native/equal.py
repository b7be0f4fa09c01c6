# SPDX-License-Identifier: Apache-2.0
"""Proving that a graph with one output answers as a method of the original."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx

from .answers import adapt, opened, output_name, output_spec, run_once
from .graph import rename_output, set_output_type
from .proof import MOST_DIFFERENCE, compare, rows_are_independent

# Scores may be rounded, as labels may not, without changing what they decide.
MOST_DIFFERENCE_OF_SCORES = 1e-3


def prove(
    graph: onnx.ModelProto,
    signature: str,
    expected: np.ndarray,
    feeds: dict[str, np.ndarray],
    source: str,
    most_difference: float = MOST_DIFFERENCE,
) -> dict[str, Any]:
    """The signature's entry in model.yaml, but for its file and its inputs.

    `graph` gets the output that the entry describes: its name, shape and type.

    Args:
        expected: What the original answers for the rows in `feeds`.
        source: Where these rows are from, in words.

    Raises:
        NotConvertible: If ONNX Runtime cannot load or run the graph.
        Differs: If it answers otherwise.
    """
    got = run_once(graph, feeds)
    adapt(graph, got, expected, signature)
    output = output_name(signature, got)
    rename_output(graph, output)
    runnable = opened(graph)

    def run(some: dict[str, np.ndarray]) -> np.ndarray:
        answer: np.ndarray = runnable.run([output], some)[0]
        return answer

    got = run(feeds)
    difference = compare(
        expected,
        got,
        by_column=signature == "transform",
        what=f"its '{signature}'",
        most_difference=most_difference,
    )
    independent = rows_are_independent(run, feeds, got)
    set_output_type(graph, got)
    return {
        "runtime": "onnx",
        "file": "",
        "inputs": [],
        "outputs": [output_spec(output, got)],
        "rows_independent": independent,
        "proof": {
            "samples": len(got),
            "source": source,
            "max_relative_difference": difference,
        },
    }
