# SPDX-License-Identifier: Apache-2.0
"""The labels of forests, counted so that a tie stays a tie."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

_WEIGHTS = "class_weights_as_tensor"


def is_forest(estimator: Any) -> bool:
    """Whether the label is the class with the largest mean over trees of equal weight."""
    return (
        type(estimator).__name__ in ("RandomForestClassifier", "ExtraTreesClassifier")
        and estimator.n_outputs_ == 1
    )


def count_votes(model: onnx.ModelProto, trees: int) -> None:
    """Let the graph's tree operator, which makes its label, sum votes instead of shares of a vote.

    A hundred hundredths are not one, so that a tie of shares goes either way, and scikit-learn
    lets the first class win. Votes are whole numbers where leaves are pure, and add up. With two
    classes the operator asks whether the sum is above a half: the base value moves that to half
    of the trees. The operator's scores mean nothing afterwards.
    """
    for node in model.graph.node:
        attributes = {attribute.name: attribute for attribute in node.attribute}
        if node.op_type != "TreeEnsembleClassifier" or _WEIGHTS not in attributes:
            continue
        votes = numpy_helper.to_array(attributes[_WEIGHTS].t) * trees
        whole = np.rint(votes)
        votes = np.where(np.abs(votes - whole) < 1e-12, whole, votes)
        attributes[_WEIGHTS].t.CopyFrom(numpy_helper.from_array(votes, _WEIGHTS))
        labels = [*attributes.get("classlabels_int64s", _NONE).ints]
        labels += [*attributes.get("classlabels_strings", _NONE).strings]
        if len(labels) == 2:
            base = numpy_helper.from_array(np.array([0.5 - trees / 2]), "base_values")
            node.attribute.append(helper.make_attribute("base_values_as_tensor", base))


_NONE = onnx.AttributeProto()
