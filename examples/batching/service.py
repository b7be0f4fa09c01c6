# SPDX-License-Identifier: Apache-2.0
"""Read one handwritten digit a request; the model reads many at a time."""

import bentoml
import numpy as np
from bentoml.io import JSON, NumpyNdarray

runner = bentoml.picklable_model.get("digit_reader:latest").to_runner(max_batch_size=64)

svc = bentoml.Service("digits", runners=[runner])


@svc.api(input=NumpyNdarray(shape=(8, 8), enforce_shape=True), output=JSON())
async def read(image: np.ndarray) -> dict:
    """The digit on an image of 8 by 8 pixels, 0 to 16."""
    found = await runner.async_run(image[np.newaxis])
    return {"digit": int(found[0])}
