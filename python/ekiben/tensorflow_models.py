# SPDX-License-Identifier: Apache-2.0
"""What the modules of TensorFlow and Keras share."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any


def on_device(tensorflow: Any, device_name: str) -> contextlib.AbstractContextManager[Any]:
    """A block whose tensors are on `device_name`; a GPU's memory is taken as it is needed."""
    if "GPU" in device_name:
        for gpu in tensorflow.config.list_physical_devices("GPU"):
            with contextlib.suppress(RuntimeError):  # Too late, when something ran there already.
                tensorflow.config.experimental.set_memory_growth(gpu, True)
    device: contextlib.AbstractContextManager[Any] = tensorflow.device(device_name)
    return device


def as_arrays(answer: Any) -> Any:
    """Tensors as arrays, in tuples and dicts, too."""
    if isinstance(answer, Mapping):
        return {key: as_arrays(one) for key, one in answer.items()}
    if isinstance(answer, (tuple, list)):
        return tuple(as_arrays(one) for one in answer)
    return answer.numpy() if hasattr(answer, "numpy") else answer
