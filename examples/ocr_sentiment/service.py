# SPDX-License-Identifier: Apache-2.0
"""Read the text on an image, and say whether it is a friendly one."""

import bentoml
import numpy as np
from bentoml.io import Image, Text

ocr_runner = bentoml.easyocr.get("ocr_reader:latest").to_runner()
sentiment_runner = bentoml.transformers.get("sentiment:latest").to_runner()

svc = bentoml.Service("sentiment_of_images", runners=[ocr_runner, sentiment_runner])


@svc.api(input=Image(), output=Text())
def classify(image) -> str:
    """`positive` or `negative`, for the text on an image."""
    lines = ocr_runner.readtext.run(np.asarray(image), detail=0)
    return sentiment_runner.run(" ".join(lines))[0]["label"]
