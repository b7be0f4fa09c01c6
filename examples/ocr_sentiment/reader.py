# SPDX-License-Identifier: Apache-2.0
"""An OCR reader with EasyOCR's interface, over a small model that knows one font."""

import numpy as np
import onnxruntime
from PIL import Image

INK = 0.35  # Darker than this is ink; 0 is white, 1 black.
SIDE = 16  # Glyphs are scaled to so many pixels a side.


class Reader:
    """Reads dark text on a light page, in DejaVu Sans Mono of 18 to 44 pixels.

    Args:
        model: The bytes of an ONNX graph that tells glyphs apart.
    """

    def __init__(self, model: bytes):
        self.model = model
        self.session = onnxruntime.InferenceSession(model)

    def __reduce__(self):
        return Reader, (self.model,)

    def readtext(self, image: np.ndarray, detail: int = 1) -> list:
        """The lines on a page, from top to bottom.

        Args:
            image: (height, width) or (height, width, colours), uint8.
            detail: 1: each line as (corners, text, confidence); 0: the text alone.
        """
        grey = Image.fromarray(image).convert("L")
        ink = 1 - np.asarray(grey, dtype=np.float32) / 255
        found = [self._line(ink, top, bottom) for top, bottom in line_rows(ink > INK)]
        return found if detail else [text for _, text, _ in found]

    def _line(self, ink, top, bottom):
        is_ink = ink[top:bottom] > INK
        columns = runs(is_ink.any(axis=0))
        features = [glyph_features(ink[top:bottom, left:right]) for left, right in columns]
        letters, probabilities = self.session.run(None, {"input": np.stack(features)})
        text = letters[0]
        centres = np.array([(left + right) / 2 for left, right in columns])
        pitch = np.median(np.diff(centres)) if len(columns) > 1 else 1
        for letter, distance in zip(letters[1:], np.diff(centres), strict=True):
            text += " " * (round(distance / pitch) - 1) + letter
        left, right = columns[0][0], columns[-1][1]
        corners = [[left, top], [right, top], [right, bottom], [left, bottom]]
        return corners, text, float(probabilities.max(axis=1).min())


def runs(mask: np.ndarray, least_gap: int = 1) -> list[tuple[int, int]]:
    """Where `mask` is set: (begin, end), joined over gaps shorter than `least_gap`."""
    found: list[tuple[int, int]] = []
    for at in np.flatnonzero(mask):
        if found and at - found[-1][1] < least_gap:
            found[-1] = found[-1][0], int(at) + 1
        else:
            found.append((int(at), int(at) + 1))
    return found


def line_rows(is_ink: np.ndarray) -> list[tuple[int, int]]:
    """The rows of each line. A dot above a letter is a part of the letter's line."""
    lines: list[tuple[int, int]] = []
    for top, bottom in runs(is_ink.any(axis=1), least_gap=3):
        if lines:
            above, end = lines[-1]
            if top - end < 0.25 * max(bottom - top, end - above):
                lines[-1] = above, bottom
                continue
        lines.append((top, bottom))
    return lines


def glyph_features(glyph: np.ndarray) -> np.ndarray:
    """What the model is given of one glyph: its pixels, its size and where it begins."""
    line_height, width = glyph.shape
    rows = np.flatnonzero((glyph > INK).any(axis=1))
    cut = glyph[rows[0] : rows[-1] + 1]
    small = Image.fromarray((cut * 255).astype(np.uint8)).resize((SIDE, SIDE), Image.BILINEAR)
    sizes = np.array([len(cut), width, rows[0]], dtype=np.float32) * 2 / line_height
    return np.concatenate([np.asarray(small, dtype=np.float32).ravel() / 255, sizes])
