# SPDX-License-Identifier: Apache-2.0
"""Texts to compare two forms of a text model on."""

from __future__ import annotations

from typing import Any

import numpy as np

# What tokenizers disagree about: nothing, one letter, apostrophes, digits, other alphabets, space.
_AWKWARD = (
    "",
    " ",
    "a",
    "I",
    "the",
    "don't stop, it's 5 o'clock!",
    "snake_case x1 2nd 3.14 e-mail@example.org",
    "tabs\tand\nlines",
    "Ärger über Straße, naïve café",
    "日本語 текст",
    "...!?",
)


def texts_for(vectorizer: Any, count: int, rng: np.random.Generator) -> np.ndarray:
    """Texts of known and unknown words, in several spellings, and some awkward ones.

    A vectorizer that keeps no vocabulary, such as a hashing one, gets unknown words only.
    """
    known = sorted(getattr(vectorizer, "vocabulary_", None) or {"word": 0})
    words = [*known[:: max(1, len(known) // 2000)], "unseenword", "a", "naïve"]
    spellings = (str, str.upper, str.title, lambda word: word + ",", lambda word: f"({word})")
    texts = list(_AWKWARD)
    while len(texts) < count:
        chosen = rng.integers(len(words), size=rng.integers(1, 13))
        spelt = (spellings[rng.integers(len(spellings))](words[index]) for index in chosen)
        texts.append(" ".join(spelt))
    return np.array(texts, dtype=object)
