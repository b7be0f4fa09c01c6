# SPDX-License-Identifier: Apache-2.0
"""Walking the steps of pipelines."""

from __future__ import annotations

from typing import Any


def first_step(estimator: Any) -> Any:
    """What reads the input: the first step of a pipeline, of any depth; else the estimator."""
    steps = [step for step in steps_of(estimator) if not is_passthrough(step)]
    if not steps or steps == [estimator]:
        return estimator
    return first_step(steps[0])


def last_step(estimator: Any) -> Any:
    """What makes the output: the last step of a pipeline, of any depth; else the estimator."""
    steps = [step for step in steps_of(estimator) if not is_passthrough(step)]
    if not steps or steps == [estimator]:
        return estimator
    return last_step(steps[-1])


def steps_of(estimator: Any) -> list[Any]:
    """The steps of a pipeline, the winner of a search, or the estimator alone."""
    if hasattr(estimator, "best_estimator_"):
        return [estimator.best_estimator_]
    if hasattr(estimator, "steps"):
        return [step for _, step in estimator.steps]
    return [estimator]


def is_passthrough(step: Any) -> bool:
    """Whether a step of a pipeline does nothing."""
    return step is None or step in ("passthrough", "drop")
