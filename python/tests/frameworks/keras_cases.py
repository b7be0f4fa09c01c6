# SPDX-License-Identifier: Apache-2.0
"""Models of TensorFlow and Keras, trained here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

import ekiben
from ekiben import InvalidArgument


class Scaled(tf.Module):
    """A module with a method that wants float32."""

    def __init__(self) -> None:
        super().__init__()
        self.weights = tf.Variable([[1.0], [2.0]])

    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32)])
    def __call__(self, rows: tf.Tensor) -> tf.Tensor:
        return tf.matmul(rows, self.weights)


@keras.saving.register_keras_serializable("cases")
class Twice(keras.layers.Layer):
    """A layer of one's own."""

    def call(self, rows: tf.Tensor) -> tf.Tensor:
        return rows * 2


@pytest.fixture(scope="module")
def net() -> keras.Model:
    keras.utils.set_random_seed(0)
    rows = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8), Twice()])
    model.add(keras.layers.Dense(1))
    model.compile("adam", "mse")
    model.fit(rows, rows.sum(1), epochs=2, verbose=0)
    return model


def test_a_saved_model_is_loaded_and_run(home: Path) -> None:
    model = ekiben.tensorflow.save_model("scaled", Scaled(), signatures={"__call__": {}})
    assert Path(model.path_of("saved_model.pb")).is_file()
    assert model.info.options == {"partial_kwargs": {}}
    assert ekiben.tensorflow.load_model(model)(tf.ones((1, 2))).numpy().tolist() == [[3.0]]
    runner = model.to_runner()
    runner.init_local(quiet=True)
    assert runner.run(np.ones((2, 2))).tolist() == [[3.0], [3.0]]
    assert runner.run(np.array([[1, 1]])).tolist() == [[3.0]]


def test_a_keras_model_is_loaded_and_run(home: Path, net: keras.Model) -> None:
    model = ekiben.keras.save_model("net", net, custom_objects={"Twice": Twice})
    assert model.info.signatures == {"predict": ekiben.models.Signature()}
    assert model.info.options == {"partial_kwargs": {}, "include_optimizer": False}
    rows = np.ones((3, 4), "float32")
    expected = net.predict(rows, verbose=0)
    np.testing.assert_allclose(ekiben.keras.load_model(model).predict(rows, verbose=0), expected)
    runner = model.with_options(partial_kwargs={"predict": {"verbose": 0}}).to_runner()
    runner.init_local(quiet=True)
    answer = runner.predict.run(rows)
    assert isinstance(answer, np.ndarray)
    np.testing.assert_allclose(answer, expected)


def test_bentoml_loads_what_ekiben_saved_and_the_reverse(
    home: Path, net: keras.Model, bentoml: Callable[[str], Any]
) -> None:
    plain = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    ekiben.keras.save_model("net", plain)
    ekiben.tensorflow.save_model("scaled", Scaled())
    shapes = bentoml(
        "import bentoml, json, numpy as np, tensorflow as tf\n"
        "net = bentoml.keras.load_model('net')\n"
        "scaled = bentoml.tensorflow.load_model('scaled')\n"
        "bentoml.keras.save_model('theirs', net)\n"
        "bentoml.tensorflow.save_model('their-module', scaled)\n"
        "print(json.dumps([list(net.predict(np.ones((2, 4)), verbose=0).shape),"
        " list(scaled(tf.ones((2, 2))).shape)]))"
    )
    assert shapes == [[2, 1], [2, 1]]
    rows = np.ones((2, 4), "float32")
    expected = plain.predict(rows, verbose=0)
    got = ekiben.keras.load_model("theirs").predict(rows, verbose=0)
    np.testing.assert_allclose(got, expected)
    assert ekiben.tensorflow.load_model("their-module")(tf.ones((1, 2))).numpy() == [[3.0]]


def test_what_is_no_model_is_refused(home: Path) -> None:
    with pytest.raises(InvalidArgument, match="a list is not a model that TensorFlow can save"):
        ekiben.tensorflow.save_model("scaled", [])
    with pytest.raises(InvalidArgument, match="a Scaled is not a Keras model"):
        ekiben.keras.save_model("net", Scaled())
