# SPDX-License-Identifier: Apache-2.0
"""A tiny classifier of Transformers', trained here: its pipeline, and its parts alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from transformers import BertConfig, BertForSequenceClassification, BertTokenizer, pipeline
from transformers.pipelines.text_classification import TextClassificationPipeline

import ekiben
from ekiben import InvalidArgument

GOOD = ["a great wonderful film", "good food and a lovely day", "i loved it so much"]
BAD = ["a terrible boring film", "bad food and an awful day", "i hated it so much"]


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A pipeline that tells good from bad in the sentences above."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    words = sorted({word for text in GOOD + BAD for word in text.split()})
    vocabulary = tmp_path_factory.mktemp("words") / "vocab.txt"
    vocabulary.write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words]))
    tokenizer = BertTokenizer(str(vocabulary))
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        id2label={0: "bad", 1: "good"},
        label2id={"bad": 0, "good": 1},
    )
    model = BertForSequenceClassification(config)
    batch = tokenizer(GOOD + BAD, return_tensors="pt", padding=True)
    labels = torch.tensor([1] * len(GOOD) + [0] * len(BAD))
    optimizer = torch.optim.Adam(model.parameters(), 0.01)
    for _ in range(40):
        optimizer.zero_grad()
        model(**batch, labels=labels).loss.backward()
        optimizer.step()
    return pipeline("text-classification", model=model.eval(), tokenizer=tokenizer)


def labels_of(answers: Any) -> list[str]:
    return [one["label"] for one in answers]


def test_a_pipeline_is_saved_loaded_and_run(home: Path, classifier: Any) -> None:
    assert labels_of(classifier(GOOD + BAD)) == ["good"] * 3 + ["bad"] * 3
    model = ekiben.transformers.save_model(
        "mood", classifier, signatures={"__call__": {"batchable": True}}
    )
    assert labels_of(ekiben.transformers.load_model("mood")(GOOD)) == ["good"] * 3
    runner = model.to_runner()
    runner.init_local(quiet=True)
    assert labels_of(runner.run(BAD)) == ["bad"] * 3
    assert model.to_runnable().__name__ == "TransformersRunnable"


def test_files_and_options_are_those_of_bentoml(home: Path, classifier: Any) -> None:
    model = ekiben.transformers.save_model("mood", classifier)
    written = yaml.safe_load((Path(model.path) / "model.yaml").read_text())
    assert written["module"] == "bentoml.transformers"
    assert written["api_version"] == "v2"
    assert written["signatures"] == {"__call__": {"batchable": False}}
    assert list(written["options"]) == ["task", "tf", "pt", "default", "type", "kwargs"]
    assert written["options"]["task"] == "text-classification"
    assert written["options"]["pt"] == ["AutoModelForSequenceClassification"]
    assert {"transformers", "torch"} <= set(written["context"]["framework_versions"])
    files = {one.name for one in Path(model.path).iterdir()}
    assert {"pipeline.v2.pkl", "config.json", "tokenizer_config.json", "model.safetensors"} <= files


def test_a_model_and_its_tokenizer_are_saved_alone(home: Path, classifier: Any) -> None:
    saved = ekiben.transformers.save_model("net", classifier.model, metadata={"acc": 1.0})
    assert saved.info.metadata["_pretrained_class"] == "BertForSequenceClassification"
    assert saved.info.metadata["_framework"] == "pt"
    assert saved.info.metadata["acc"] == 1.0
    assert {"__call__", "forward"} <= set(saved.info.signatures)
    words = ekiben.transformers.save_model("words", classifier.tokenizer)
    assert {"__call__", "decode", "encode"} <= set(words.info.signatures)
    net = ekiben.transformers.load_model(saved)
    tokens = ekiben.transformers.load_model(words)(GOOD[0], return_tensors="pt")
    assert net(**tokens).logits.argmax(1).tolist() == [1]


class Shouting(TextClassificationPipeline):
    """A pipeline of a class of one's own."""

    def postprocess(self, *args: Any, **kwargs: Any) -> Any:
        answer = super().postprocess(*args, **kwargs)
        return {**answer, "label": answer["label"].upper()}


def test_a_pipeline_of_an_own_class_is_loaded_as_that_class(home: Path, classifier: Any) -> None:
    shouting = Shouting(model=classifier.model, tokenizer=classifier.tokenizer, task="shouting")
    definition = {"impl": Shouting, "pt": (type(classifier.model),), "type": "text"}
    model = ekiben.transformers.save_model(
        "shouting", shouting, task_name="shouting", task_definition=definition
    )
    assert model.info.options["pt"] == ["BertForSequenceClassification"]
    assert labels_of(ekiben.transformers.load_model(model)(GOOD[:1])) == ["GOOD"]


def test_what_cannot_be_saved_is_refused(home: Path, classifier: Any) -> None:
    with pytest.raises(InvalidArgument, match="a NoneType is not a pipeline"):
        ekiben.transformers.save_model("mood")
    with pytest.raises(InvalidArgument, match="task_name is 'ner'"):
        ekiben.transformers.save_model("mood", classifier, task_name="ner")
    with pytest.raises(InvalidArgument, match="task_definition is given without task_name"):
        ekiben.transformers.save_model("mood", classifier, task_definition={})


def test_bentoml_loads_what_ekiben_saved_and_the_reverse(
    home: Path, classifier: Any, bentoml: Callable[[str], Any]
) -> None:
    ekiben.transformers.save_model("mood", classifier)
    ekiben.transformers.save_model("net", classifier.model)
    label, kind = bentoml(
        "import bentoml, json\n"
        "mood = bentoml.transformers.load_model('mood')\n"
        "net = bentoml.transformers.load_model('net')\n"
        "bentoml.transformers.save_model('back', mood)\n"
        f"print(json.dumps([mood({GOOD[0]!r})[0]['label'], type(net).__name__]))"
    )
    assert (label, kind) == ("good", "BertForSequenceClassification")
    assert labels_of(ekiben.transformers.load_model("back")(BAD)) == ["bad"] * 3
    runner = ekiben.transformers.get("back").to_runner()
    runner.init_local(quiet=True)
    assert labels_of(runner.run(GOOD)) == ["good"] * 3
