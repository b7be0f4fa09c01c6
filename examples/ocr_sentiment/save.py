# SPDX-License-Identifier: Apache-2.0
"""Save an OCR reader, and a tiny classifier of sentences that is trained here."""

import itertools
import pathlib
import tempfile

import bentoml
import reader
import torch
from transformers import BertConfig, BertForSequenceClassification, BertTokenizer, pipeline

MODEL = pathlib.Path(__file__).resolve().parents[2] / "tests" / "data" / "models" / "ocr_glyph.onnx"

THINGS = ["hotel", "soup", "room", "song", "phone", "camera", "meal", "staff", "film", "book"]
GOOD = ["lovely", "superb", "great", "best", "wonderful", "loved"]
BAD = ["awful", "weak", "broken", "worst", "terrible", "hated"]
FILLERS = [
    "what",
    "a",
    "an",
    "the",
    "was",
    "and",
    "i",
    "this",
    "it",
    "is",
    "do",
    "not",
    "buy",
    "we",
    "met",
    "in",
    ",",
    ".",
    "!",
]


def sentences(words):
    return [
        f"{a} {word} {b} {thing}"
        for a, b, word, thing in itertools.product(
            ("what a", "i", "the"), ("", "and"), words, THINGS
        )
    ]


def train():
    torch.manual_seed(0)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *THINGS, *GOOD, *BAD, *FILLERS]
    with tempfile.TemporaryDirectory() as folder:
        vocabulary = pathlib.Path(folder, "vocab.txt")
        vocabulary.write_text("\n".join(words))
        tokenizer = BertTokenizer(str(vocabulary))
    model = BertForSequenceClassification(
        BertConfig(
            vocab_size=len(tokenizer),
            hidden_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=32,
            max_position_embeddings=64,
            id2label={0: "negative", 1: "positive"},
            label2id={"negative": 0, "positive": 1},
        )
    )
    good, bad = sentences(GOOD), sentences(BAD)
    batch = tokenizer(good + bad, return_tensors="pt", padding=True)
    labels = torch.tensor([1] * len(good) + [0] * len(bad))
    optimizer = torch.optim.Adam(model.parameters(), 0.01)
    for _ in range(40):
        optimizer.zero_grad()
        model(**batch, labels=labels).loss.backward()
        optimizer.step()
    return pipeline("text-classification", model=model.eval(), tokenizer=tokenizer)


ocr = reader.Reader(MODEL.read_bytes())
print(bentoml.easyocr.save_model("ocr_reader", ocr, external_modules=[reader]))
print(bentoml.transformers.save_model("sentiment", train()))
