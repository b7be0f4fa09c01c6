# SPDX-License-Identifier: Apache-2.0
"""Makes this folder from trained models and what their own libraries answered (see README.md).

    python convert_goldens.py FOLDER      # FOLDER/MANIFEST.json, FOLDER/models, FOLDER/ocr_demo

Arrays become one .npy each, so that a test reads them without unpacking an archive; inputs that
several models share are kept once, as the float32 that their graphs take.
"""

import csv
import hashlib
import json
import pathlib
import shutil
import sys

import numpy as np

HERE = pathlib.Path(__file__).parent
# Names of outputs and of the arrays that hold the library's own answers.
ANSWERS = {
    "label": ("native_label", "predict"),
    "probabilities": ("native_probabilities", "proba"),
    "scores": ("native_scores",),
    "variable": ("native_variable", "predict"),
    "predictions": ("predict",),
}
OUTPUTS = {
    "catboost_diabetes": ["predictions"],
    "cancer_isoforest": ["label", "scores"],
    "digits_kmeans": ["label", "scores"],
    **dict.fromkeys(  # noqa: RUF024 (nobody changes the lists)
        ["digits_pca", "linnerud_multioutput", "lgbm_diabetes", "xgb_diabetes"], ["variable"]
    ),
}
# Where an output may differ by more than the 1e-5 of all others: its trees split on binned values.
TOLERANCES = {("cancer_histgb", "probabilities"): "2e-4"}


class Writer:
    """Collects the lines of golden.txt and writes each array once."""

    def __init__(self):
        self.lines = []
        self.known = {}

    def add(self, model, direction, port, array, tolerance=""):
        """Notes that `port` of `model` takes or gives `array`."""
        content = hashlib.sha256(array.tobytes() + str((array.shape, array.dtype)).encode())
        name = self.known.setdefault(content.hexdigest(), f"{model}.{port}.npy")
        np.save(HERE / "arrays" / name, np.ascontiguousarray(array))
        self.lines.append(" ".join(filter(None, [model, direction, port, name, tolerance])))


def inputs_of(model, golden, folder):
    """The inputs of a model by their names."""
    if model == "loan_pipeline":
        with open(folder / "models" / "loan_pipeline.test.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        numbers, words = ["age", "income", "years_employed"], ["region", "purpose"]
        return {
            **{n: np.array([[r[n] or "nan"] for r in rows], np.float32) for n in numbers},
            **{n: np.array([[r[n]] for r in rows]) for n in words},
        }
    if model == "sentiment_tfidf":
        return {"input": golden["X"].reshape(-1, 1)}
    name = "features" if model.startswith("catboost") else "input"
    return {name: golden["X"].astype(np.float32)}


def convert_model(model, folder, writer):
    """One graph of FOLDER/models."""
    golden = np.load(folder / "models" / f"{model}.golden.npz")
    shutil.copyfile(folder / "models" / f"{model}.onnx", HERE / f"{model}.onnx")
    for port, array in inputs_of(model, golden, folder).items():
        writer.add(model, "in", port, array)
    for port in OUTPUTS.get(model, ["label", "probabilities"]):
        array = next(golden[name] for name in ANSWERS[port] if name in golden)
        writer.add(model, "out", port, array, TOLERANCES.get((model, port), ""))


def convert_ocr(folder, writer):
    """The glyphs of the demo's pages, and the characters that they are."""
    sys.path.insert(0, str(folder / "ocr_demo"))
    import ocr_core
    from PIL import Image

    shutil.copyfile(folder / "ocr_demo" / "ocr_glyph.onnx", HERE / "ocr_glyph.onnx")
    glyphs = []
    text = (folder / "ocr_demo" / "pages.txt").read_text()
    for page in sorted((folder / "ocr_demo").glob("page*.png")):
        for height, line in ocr_core.segment(Image.open(page)):
            glyphs += [ocr_core.glyph_vec(crop, top, height) for _, _, top, crop in line]
    characters = [c for page in text.split("---") for c in page if not c.isspace()]
    writer.add("ocr_glyph", "in", "input", np.stack(glyphs))
    writer.add("ocr_glyph", "out", "label", np.array(characters))


def main(folder):
    """Everything."""
    shutil.rmtree(HERE / "arrays", ignore_errors=True)
    (HERE / "arrays").mkdir()
    writer = Writer()
    for path in sorted((folder / "models").glob("*.onnx")):
        convert_model(path.stem, folder, writer)
    convert_ocr(folder, writer)
    (HERE / "golden.txt").write_text(
        "# model, in or out, the port's name, its array, tolerance (1e-5 where none is given)\n"
        + "".join(line + "\n" for line in writer.lines)
    )
    entries = json.loads((folder / "MANIFEST.json").read_text())
    kept = [e for e in entries if e["file"].split("/")[-1] in {p.name for p in HERE.glob("*.onnx")}]
    for entry in kept:
        entry["file"] = entry["file"].split("/")[-1]
        for key in ("source", "licence"):
            entry[key] = entry[key].replace(" here", " for these tests")
        entry["sha256"] = hashlib.sha256((HERE / entry["file"]).read_bytes()).hexdigest()
    (HERE / "MANIFEST.json").write_text(json.dumps(kept, indent=1) + "\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
