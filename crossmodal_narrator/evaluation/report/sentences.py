"""The sentences of a transcript: what was said at once, in several languages, with one set of claims."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from crossmodal_narrator.bags.records import TRANSCRIPT_FILE, Record, read_records
from crossmodal_narrator.core.errors import BagError

_REMEDY = "run `crossmodal-narrator replay BAG --out DIR` first"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One thing that was said. `texts` by language, in the order of the transcript; `claims` are its records."""

    stamp_ns: int
    kind: str  # narration or reply
    trigger: str
    urgency: str
    texts: Mapping[str, str]
    claims: tuple[Record, ...]

    @property
    def tracks(self) -> frozenset[int]:
        """The tracks that the claims are about."""
        subjects = [part for claim in self.claims for part in str(claim["subject"]).split(",")]
        return frozenset(int(part[6:]) for part in subjects if part.startswith("track:") and part[6:].isdecimal())


def read_sentences(folder: Path) -> tuple[Sentence, ...]:
    """From the transcript of a folder that `replay` wrote.

    Raises:
        BagError: there is none, or a line of it is not of that form.
    """
    path = folder / TRANSCRIPT_FILE
    try:
        return group_sentences(read_records(path))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BagError(f"{path}: a sentence without {error}", remedy=_REMEDY) from error


def group_sentences(records: Iterable[Record]) -> tuple[Sentence, ...]:
    """What has one stamp, trigger and claims is one sentence, unless a language would have two texts in it."""
    groups: list[tuple[str, Record, dict[str, str]]] = []
    for record in records:
        key = json.dumps([record["stamp_ns"], record.get("trigger"), record["claims"]], sort_keys=True)
        language = str(record["language"])
        at_once = (texts for known, _, texts in groups[-8:] if known == key and language not in texts)
        texts = next(at_once, None)
        if texts is None:
            texts = {}
            groups.append((key, record, texts))
        texts[language] = str(record["text"])
    return tuple(_sentence(record, texts) for _, record, texts in groups)


def _sentence(record: Record, texts: Mapping[str, str]) -> Sentence:
    for claim in record["claims"]:
        _ = claim["predicate"], claim["subject"], claim["value"]  # what is missing is named now, with the file
    return Sentence(
        stamp_ns=int(record["stamp_ns"]),
        kind=str(record.get("kind", "narration")),
        trigger=str(record.get("trigger") or record.get("in_reply_to") or ""),
        urgency=str(record.get("urgency", "calm")),
        texts=texts,
        claims=tuple(record["claims"]),
    )


def languages_of(sentences: Iterable[Sentence]) -> tuple[str, ...]:
    """In the order in which they were first spoken."""
    return tuple(dict.fromkeys(language for sentence in sentences for language in sentence.texts))
