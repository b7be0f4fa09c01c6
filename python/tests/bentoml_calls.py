# SPDX-License-Identifier: Apache-2.0
"""Run by BentoML's Python: call the APIs of the server at argv[1], and print the answers."""

import json
import sys
import warnings

warnings.simplefilter("ignore")

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import PIL.Image  # noqa: E402
from bentoml.client import Client  # noqa: E402

client = Client.from_url(sys.argv[1])
pixels = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
frame = pd.DataFrame({"a": [1, 2], "b": [0.5, 0.25]})
answers = {
    "endpoints": client.endpoints,
    "double": client.double(np.array([[1.5, 2]])).tolist(),
    "sums": client.sums(np.ones((2, 4), "float32")).tolist(),
    "echo": client.echo({"a": [1, None, "é"]}),
    "shout": client.shout("hé"),
    "events": client.events("a\nb"),
    "records": client.records(frame).to_dict("list"),
    "split": client.split(frame).to_dict("list"),
    "csv": client.csv(frame)[["a", "b"]].to_dict("list"),
    "series": client.series(pd.Series([1, 2])).tolist(),
    "image": np.asarray(client.image(PIL.Image.fromarray(pixels))).tolist(),
    "grey": client.grey(PIL.Image.fromarray(pixels)).mode,
    "file": client.file(b"abc").read().decode(),
    "text_file": client.text_file(b"abc").read().decode(),
    "pdf": client.pdf(b"%PDF").read().decode(),
    "parts": {
        name: value.tolist() if isinstance(value, np.ndarray) else value
        for name, value in client.parts(array=np.arange(3), note={"q": 1}, text="t").items()
    },
}
print(json.dumps(answers))
