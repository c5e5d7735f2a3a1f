"""Whether words find their snapshot: retrieval over held-out drives, with all senses and without some."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from crossmodal_narrator.encoding.crossmodal.painting import SENSES
from crossmodal_narrator.encoding.crossmodal.text import bags
from crossmodal_narrator.training.crossmodal.describing import Words, describe
from crossmodal_narrator.training.crossmodal.examples import Examples, take_away
from crossmodal_narrator.training.crossmodal.facts import Facts

Floats = NDArray[np.float32]
_AT_ONCE = 64
_SEED = 0x1DE


class Judged:
    """The snapshots that are searched: of those of one drive that have the same facts only the first."""

    def __init__(self, held_out: Examples) -> None:
        self._held_out = held_out
        seen: set[tuple[int, Facts]] = set()
        rows = []
        for row, (drive, facts) in enumerate(zip(held_out.drives, held_out.facts, strict=True)):
            if (int(drive), facts) not in seen:
                seen.add((int(drive), facts))
                rows.append(row)
        self._rows = np.array(rows, np.intp)

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def facts(self) -> Sequence[Facts]:
        return [self._held_out.facts[row] for row in self._rows]

    def scenes(self, network: Callable[..., Tensor], lost: Sequence[str] = ()) -> Floats:
        """(snapshots, SPACE); the senses in `lost` are taken away before."""
        found = []
        for rows in np.array_split(self._rows, -(-len(self._rows) // _AT_ONCE)):
            inputs = self._held_out.inputs(rows)
            if lost:
                take_away(inputs, np.tile([sense in lost for sense in SENSES], (len(rows), 1)))
            with torch.no_grad():
                found.append(network(**{name: torch.from_numpy(values) for name, values in inputs.items()}).numpy())
        return np.concatenate(found)

    def texts(self, network: Callable[[Tensor], Tensor], language: str, words: Words) -> Floats:
        """(snapshots, SPACE) of a whole description of each, the same ones each time."""
        rng = np.random.default_rng((_SEED, sum(language.encode())))
        said = [describe(facts, language, rng, words) for facts in self.facts]
        found = []
        for k in range(0, len(said), _AT_ONCE):
            with torch.no_grad():
                found.append(
                    network(torch.from_numpy(np.stack([bags(text) for text in said[k : k + _AT_ONCE]]))).numpy()
                )
        return np.concatenate(found)


def recall_at(count: int, asked: Floats, offered: Floats) -> float:
    """The share of the rows of `asked` whose own row of `offered` is among the `count` most similar."""
    similar = asked @ offered.T
    better = (similar > np.diag(similar)[:, None]).sum(axis=1)
    return float((better < count).mean())
