# SPDX-License-Identifier: Apache-2.0
"""A module of Flax with its state."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
from flax import linen

import ekiben
from ekiben import InvalidArgument


class Net(linen.Module):
    """Two layers."""

    @linen.compact
    def __call__(self, rows: Any) -> Any:
        return linen.Dense(1)(linen.relu(linen.Dense(4)(rows)))


def test_a_module_is_saved_loaded_and_run(home: Path) -> None:
    module = Net()
    rows = np.ones((2, 3), np.float32)
    state = module.init(jax.random.PRNGKey(0), rows)
    model = ekiben.flax.save_model("net", module, state, metadata={"a": 1})
    assert Path(model.path_of("saved_model.msgpack")).is_file()
    loaded, restored = ekiben.flax.load_model("net")
    expected = np.asarray(module.apply(state, rows))
    np.testing.assert_allclose(np.asarray(loaded.apply(restored, rows)), expected, rtol=1e-6)
    _, unchanged = ekiben.flax.load_model("net", init=False)
    np.testing.assert_allclose(np.asarray(loaded.apply(unchanged, rows)), expected, rtol=1e-6)
    runner = model.to_runner()
    runner.init_local(quiet=True)
    np.testing.assert_allclose(np.asarray(runner.run(rows)), expected, rtol=1e-6)


def test_what_is_no_module_is_refused(home: Path) -> None:
    with pytest.raises(InvalidArgument, match=r"a list is not a flax\.linen\.Module"):
        ekiben.flax.save_model("net", [], {})
