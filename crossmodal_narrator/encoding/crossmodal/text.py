"""Words as the text network takes them: each token a bag of hashed pieces, so that no word is unknown.

English goes by words and their pieces of three letters, Chinese by characters and pairs. Pieces are hashed into a fixed
number of places (Bojanowski et al., "Enriching Word Vectors with Subword Information", 2017), so there is no list of
words to keep beside the weights, a misspelt word is near the right one, and the network's input is plain numbers.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.errors import NarratorError

TOKENS = 80  # of a text; what is longer is cut
PLACES = 1_024
_PIECE = 3  # letters
# A run of letters, a number, or one ideograph.
_TOKEN = re.compile(r"[㐀-鿿豈-﫿]|[^\W\d_㐀-鿿豈-﫿]+|\d+")

Floats = NDArray[np.float32]


class TextError(NarratorError):
    """A text that says nothing."""


def tokens_of(text: str) -> list[str]:
    """Words in small letters, numbers, and single ideographs; full-width forms are as narrow ones."""
    return _TOKEN.findall(unicodedata.normalize("NFKC", text).lower())


def bags(text: str) -> Floats:
    """(TOKENS, PLACES): a row for each token with equal shares for its pieces, of length one; empty rows are zero.

    Raises:
        TextError: there is no word in it.
    """
    tokens = tokens_of(text)[:TOKENS]
    if not tokens:
        raise TextError(f"{text!r} has no words", remedy="write what is to be looked for")
    rows = np.zeros((TOKENS, PLACES), np.float32)
    for k, token in enumerate(tokens):
        places = {zlib.crc32(piece.encode()) % PLACES for piece in _pieces(token, tokens[k - 1] if k else "")}
        rows[k, sorted(places)] = 1.0 / np.sqrt(np.float32(len(places)))
    return rows


def _pieces(token: str, before: str) -> Iterator[str]:
    yield token
    if not token[0].isascii() and len(token) == 1:  # an ideograph: with its neighbour it is a word
        yield before[-1:] + token
        return
    bounded = f"<{token}>"
    yield from (bounded[k : k + _PIECE] for k in range(len(bounded) - _PIECE + 1))
