"""What was said against what people wrote: BLEU, chrF (sacrebleu), ROUGE (rouge-score), CIDEr-D, beside two floors.

Beside the sentences' own figures stand those of a text that has not seen the drive: the commonest sentence of the
other references, and the sentences that were said at the next reference. What is not well above these tells nothing.
"""

from __future__ import annotations

import json
import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crossmodal_narrator.core.errors import BagError
from crossmodal_narrator.evaluation.cider import cider_d
from crossmodal_narrator.evaluation.detection import Record
from crossmodal_narrator.evaluation.evaluation import Evaluation, Event, Number, Table, note
from crossmodal_narrator.evaluation.tokens import by_character, tokens

WINDOW_S = 3.0  # a sentence so near to a reference is about the same moment
ABSENT = "BLEU, chrF or ROUGE is not counted, pip install 'crossmodal_narrator[evaluate]' brings them"
MEASURES = ("bleu", "chrf", "rouge_1", "rouge_2", "rouge_l", "cider_d")
_ROUGES = {"rouge_1": "rouge1", "rouge_2": "rouge2", "rouge_l": "rougeL"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What a person would have said. `at_s` is from the drive's first scene on; a stamp comes before it."""

    language: str
    text: str
    stamp_ns: int | None = None
    at_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """All references of a moment, and what was said then: nothing, perhaps."""

    said: str
    references: tuple[str, ...]


def read_references(path: Path) -> tuple[Reference, ...]:
    """Lines of {"stamp_ns" or "at_s", "language", "text"}.

    Raises:
        BagError: the file is absent, a line is of another form, or its text is empty.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")  # other ends of lines may stand in a text
    except (OSError, UnicodeDecodeError) as error:
        raise BagError(f"{path}: {error}", remedy="name a file of references, one JSON object a line") from error
    return tuple(_reference(line, f"{path}, line {k}") for k, line in enumerate(lines, start=1) if line.strip())


def _reference(line: str, where: str) -> Reference:
    try:
        entry = json.loads(line)
        text, at_s = str(entry["text"]).strip(), float(entry.get("at_s", 0.0))
        stamp_ns = int(entry["stamp_ns"]) if "stamp_ns" in entry else None
        language = str(entry["language"])
        if not text or not math.isfinite(at_s) or (stamp_ns is None and "at_s" not in entry):
            raise ValueError("a reference needs a text and a time")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        remedy = 'a line is {"stamp_ns" or "at_s": number, "language": "en", "text": "..."}'
        raise BagError(f"{where}: {error!r}", remedy=remedy) from error
    return Reference(language=language, text=text, stamp_ns=stamp_ns, at_s=at_s)


def score_references(lines: Sequence[Record], references: Sequence[Reference], start_ns: int) -> Evaluation:
    """Of a transcript, each language alone. Without the libraries the figures are None, and a note says so."""
    figures: dict[str, Number] = {}
    rows: list[tuple[str | Number, ...]] = []
    events: list[Event] = []
    for language in dict.fromkeys(reference.language for reference in references):
        mine = [reference for reference in references if reference.language == language]
        said = [line for line in lines if line["language"] == language and line.get("kind") != "reply"]
        pairs, unpaired = _pairs(said, mine, start_ns)
        figures |= {f"references_{language}": len(pairs), f"sentences_without_reference_{language}": unpaired}
        figures[f"references_answered_{language}"] = sum(bool(pair.said) for pair in pairs)
        for name, texts in _answers(pairs).items():
            scored = [_Pair(said=t, references=p.references) for t, p in zip(texts, pairs, strict=True)]
            measured = _measured(scored, language, events)
            figures |= {f"{measure}_{language}{name}": value for measure, value in measured.items()}
            lengths = (_length(texts, language), _length([p.references[0] for p in pairs], language))
            rows.append((language, name.lstrip("_") or "said", *measured.values(), *lengths))
    columns = ("language", "text", *MEASURES, "mean length", "mean length of references")
    notes = tuple(dict.fromkeys(events))
    return Evaluation(figures=figures, tables={"references": Table(columns=columns, rows=tuple(rows))}, events=notes)


def _pairs(lines: Sequence[Record], references: Sequence[Reference], start_ns: int) -> tuple[list[_Pair], int]:
    """Each sentence goes to the nearest moment; how many had none is returned beside."""
    moments: dict[int, list[str]] = defaultdict(list)
    for reference in references:
        stamp_ns = reference.stamp_ns
        moments[start_ns + round(reference.at_s * 1e9) if stamp_ns is None else stamp_ns].append(reference.text)
    said: dict[int, list[str]] = defaultdict(list)
    unpaired = 0
    for line in sorted(lines, key=lambda line: int(line["stamp_ns"])):
        nearest = min(moments, key=lambda moment: (abs(moment - int(line["stamp_ns"])), moment))
        if abs(nearest - int(line["stamp_ns"])) <= WINDOW_S * 1e9:
            said[nearest].append(str(line["text"]))
        else:
            unpaired += 1
    pairs = [_Pair(said=" ".join(said[moment]), references=tuple(moments[moment])) for moment in sorted(moments)]
    return pairs, unpaired


def _answers(pairs: Sequence[_Pair]) -> dict[str, list[str]]:
    """By the ending of the figures' names: what was said, and the two floors."""
    counts = Counter(text for pair in pairs for text in pair.references)
    constant = []
    for pair in pairs:
        others = counts - Counter(pair.references)
        constant.append(max(others, key=lambda text: (others[text], text), default=""))
    said = [pair.said for pair in pairs]
    return {"": said, "_floor_commonest": constant, "_floor_shifted": said[1:] + said[:1]}


def _length(texts: Sequence[str], language: str) -> float | None:
    return statistics.fmean(len(tokens(text, language)) for text in texts) if texts else None


def _measured(pairs: Sequence[_Pair], language: str, events: list[Event]) -> dict[str, Number]:
    """In the order of MEASURES. CIDEr-D needs two moments: with one all its weights are 0."""
    measured: dict[str, Number] = dict.fromkeys(MEASURES)
    try:
        measured |= _sacrebleu(pairs, language)
        measured |= _rouge(pairs, language)
    except ImportError as error:
        events.append(note(f"{ABSENT}: {error}"))
    if len(pairs) > 1:
        words = [tokens(pair.said, language) for pair in pairs]
        written = [[tokens(text, language) for text in pair.references] for pair in pairs]
        measured["cider_d"] = statistics.fmean(cider_d(words, written))
    return measured


def _sacrebleu(pairs: Sequence[_Pair], language: str) -> dict[str, Number]:
    """Of the corpus, from 0 to 100; Chinese by sacrebleu's own tokeniser. A moment lacks some of the references."""
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF

    most = max(len(pair.references) for pair in pairs)
    # A stream lacks some moments, which sacrebleu allows, though its types do not say so.
    streams: Any = [[pair.references[k] if k < len(pair.references) else None for pair in pairs] for k in range(most)]
    said = [pair.said for pair in pairs]
    bleu = BLEU(tokenize="zh" if by_character(language) else "13a", effective_order=False)
    return {"bleu": bleu.corpus_score(said, streams).score, "chrf": CHRF().corpus_score(said, streams).score}


class _Tokens:
    """Our own tokens for rouge-score, whose own drop all that is not Latin."""

    def __init__(self, language: str) -> None:
        self._language = language

    def tokenize(self, text: str) -> list[str]:
        return tokens(text, self._language)


def _rouge(pairs: Sequence[_Pair], language: str) -> dict[str, Number]:
    """F1, from 0 to 1, by the reference that fits best, the mean over moments."""
    from rouge_score.rouge_scorer import RougeScorer

    scorer = RougeScorer(list(_ROUGES.values()), tokenizer=_Tokens(language))
    scores = [scorer.score_multi(list(pair.references), pair.said) for pair in pairs]
    return {name: statistics.fmean(s[key].fmeasure for s in scores) for name, key in _ROUGES.items()}
