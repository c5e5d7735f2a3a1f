"""Two runs compared: sentence by sentence, figure by figure, and by what went into them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crossmodal_narrator.evaluation.comparison.alignment import Change, Pair, align
from crossmodal_narrator.evaluation.comparison.figures import FigureChange, compare_figures
from crossmodal_narrator.evaluation.comparison.rules import Breach, Rule, breaches
from crossmodal_narrator.evaluation.comparison.runs import Run, read_run
from crossmodal_narrator.evaluation.report.sentences import languages_of

# The changes that are counted, as figures that rules can name: sentences_removed, sentences_removed_en …
COUNTED = (Change.ADDED, Change.REMOVED, Change.REWORDED, Change.MOVED, Change.CLAIMS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`inputs`: (name, before, after) of what differs in the manifests."""

    before: Run
    after: Run
    pairs: tuple[Pair, ...]
    figures: tuple[FigureChange, ...]
    inputs: tuple[tuple[str, str, str], ...]
    breaches: tuple[Breach, ...]

    @property
    def start_ns(self) -> int:
        return min(self.before.start_ns, self.after.start_ns)

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """By language, how many sentences changed in which way."""
        languages = dict.fromkeys(pair.language for pair in self.pairs)
        counted = Counter((pair.language, pair.change) for pair in self.pairs)
        return {name: {change.value: counted[name, change] for change in Change} for name in languages}

    def to_record(self) -> dict[str, Any]:
        """For JSON: everything but the sentences that are the same."""
        return {
            "format": 1,
            "runs": [self.before.name, self.after.name],
            "regressions": [str(breach) for breach in self.breaches],
            "sentences": self.counts,
            "changes": [_pair_record(pair) for pair in self.pairs if pair.change is not Change.SAME],
            "figures": {
                c.name: {"before": c.before, "after": c.after, "better": c.direction.value, "verdict": c.verdict.value}
                for c in self.figures
            },
            "inputs": {name: [before, after] for name, before, after in self.inputs},
        }


def compare_runs(before: Path, after: Path, rules: tuple[Rule, ...]) -> Comparison:
    """Compare two folders that `replay` wrote.

    Raises:
        BagError: one of them cannot be read.
        ConfigError: a rule names a figure that neither has.
    """
    a, b = read_run(before), read_run(after)
    languages = languages_of((*a.sentences, *b.sentences))
    pairs = tuple(pair for language in languages for pair in align(a.sentences, b.sentences, language))
    figures = compare_figures(a.figures, b.figures)
    return Comparison(
        before=a,
        after=b,
        pairs=pairs,
        figures=figures,
        inputs=_inputs_apart(a, b),
        breaches=breaches(rules, (*figures, *_counts_as_figures(pairs, languages))),
    )


def _counts_as_figures(pairs: tuple[Pair, ...], languages: tuple[str, ...]) -> list[FigureChange]:
    """Changes of sentences, as figures that were 0 before: only rules with their whole names hold them."""
    counted = Counter(pair.change for pair in pairs)
    spoken = Counter((pair.language, pair.change) for pair in pairs)
    named = {f"sentences_{change.value}": counted[change] for change in COUNTED}
    named |= {f"sentences_{c.value}_{language}": spoken[language, c] for language in languages for c in COUNTED}
    return [FigureChange(name=name, before=0, after=count) for name, count in named.items()]


def _inputs_apart(a: Run, b: Run) -> tuple[tuple[str, str, str], ...]:
    if not (a.inputs and b.inputs):
        return ()
    names = dict.fromkeys((*a.inputs, *b.inputs))
    values = ((name, a.inputs.get(name, "–"), b.inputs.get(name, "–")) for name in names)
    return tuple(entry for entry in values if entry[1] != entry[2])


def _pair_record(pair: Pair) -> dict[str, Any]:
    return {
        "change": pair.change.value,
        "language": pair.language,
        "stamps_ns": [spoken and spoken.stamp_ns for spoken in (pair.before, pair.after)],
        "texts": [spoken and spoken.texts[pair.language] for spoken in (pair.before, pair.after)],
        "claims_lost": list(pair.claims_lost),
        "claims_new": list(pair.claims_new),
    }
