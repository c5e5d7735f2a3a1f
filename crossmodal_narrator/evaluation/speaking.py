"""How much is said, how often again, and whether every language says the same. Needs no truth."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from crossmodal_narrator.evaluation.detection import Record
from crossmodal_narrator.evaluation.evaluation import Evaluation, Event, Number, Table
from crossmodal_narrator.evaluation.shares import share
from crossmodal_narrator.evaluation.tokens import by_character, ngrams, tokens
from crossmodal_narrator.language import NarratorConfig

REPEATED_WITHIN_S = 10.0
Key = tuple[str, str, str]


def score_speaking(
    lines: Sequence[Record], start_ns: int, length_s: float, config: NarratorConfig | None = None
) -> Evaluation:
    """Of the transcript of a drive that began then and lasted so long. Replies are left out: they were asked for."""
    said = sorted((x for x in lines if x.get("kind", "narration") == "narration"), key=lambda x: int(x["stamp_ns"]))
    languages = tuple(dict.fromkeys(str(line["language"]) for line in said))
    rows: dict[str, dict[str, Number]] = {}
    for language in languages:
        mine = [line for line in said if line["language"] == language]
        rows[language] = _pace(mine, language, (start_ns, length_s), config or NarratorConfig()) | _variety(
            mine, language
        )
    first = [line for line in said if line["language"] == languages[0]] if languages else []
    equal, differing = _equality(said, languages)
    figures: dict[str, Number] = {f"{name}_{lang}": v for lang, row in rows.items() for name, v in row.items()}
    figures |= {
        "sentences": len(first),
        "corrections": sum(_is_correction(line) for line in first),
        "claims_repeated_share": _claims_repeated(first),
        "language_equality": equal,
    }
    table = Table(
        columns=("language", *next(iter(rows.values()), {})),
        rows=tuple((language, *row.values()) for language, row in rows.items()),
    )
    return Evaluation(figures=figures, tables={"speaking": table}, events=tuple(differing))


def _pace(
    lines: Sequence[Record], language: str, drive: tuple[int, float], config: NarratorConfig
) -> dict[str, Number]:
    """Words a minute of driving, not of speech. `drive` is its begin and its length."""
    start_ns, length_s = drive
    counts = [len(tokens(line["text"], language)) for line in lines]
    per_minute = config.characters_per_minute if by_character(language) else config.words_per_minute
    said = [((int(line["stamp_ns"]) - start_ns) / 1e9, line.get("urgency") == "urgent") for line in lines]
    spoken_s = _spoken_s(said, [60.0 * count / per_minute for count in counts], length_s)
    return {
        "words": sum(counts),
        "words_per_minute": 60.0 * sum(counts) / length_s if length_s else None,
        "speaking_share": spoken_s / length_s if length_s else None,
    }


def _spoken_s(said: Sequence[tuple[float, bool]], durations_s: Sequence[float], length_s: float) -> float:
    """Seconds of speech until the drive's end, by the pace of the parameters. `said`: when, and whether it is urgent.

    A sentence waits for the one before, unless it is urgent: then it cuts in, and what was left unsaid stays so.
    """
    free_s = spoken_s = 0.0
    for (at_s, is_urgent), duration_s in zip(said, durations_s, strict=True):
        if is_urgent:
            spoken_s -= max(0.0, free_s - at_s)
            free_s = at_s
        free_s = max(at_s, free_s) + duration_s
        spoken_s += duration_s
    return spoken_s - max(0.0, free_s - length_s)


def _variety(lines: Sequence[Record], language: str) -> dict[str, Number]:
    """distinct-n (Li et al. 2016): different n-grams among all, of the whole transcript."""
    texts = [tokens(line["text"], language) for line in lines]
    distinct: dict[str, Number] = {}
    for n in (1, 2):
        counts = sum((ngrams(words, n) for words in texts), Counter[tuple[str, ...]]())
        distinct[f"distinct_{n}"] = share(len(counts), counts.total())
    spoken = [(int(line["stamp_ns"]), str(line["text"])) for line in lines]
    return distinct | {"sentences_repeated_share": share(_again(spoken), len(spoken))}


def _claims_repeated(lines: Sequence[Record]) -> float | None:
    """Of claims that are not a name: who is spoken of again must be named again."""
    claims = [
        (int(line["stamp_ns"]), _key(claim))
        for line in lines
        for claim in line["claims"]
        if claim["predicate"] not in ("exists", "colour")
    ]
    return share(_again(claims), len(claims))


def _again(said: Sequence[tuple[int, object]]) -> int:
    """How many were said within the last seconds before, too."""
    last: dict[object, int] = {}
    again = 0
    for stamp_ns, what in said:
        again += what in last and 0 < stamp_ns - last[what] <= REPEATED_WITHIN_S * 1e9
        last[what] = stamp_ns
    return again


def _key(claim: Record) -> Key:
    return str(claim["predicate"]), str(claim["subject"]), repr(claim["value"])


def _is_correction(line: Record) -> bool:
    return line.get("trigger") == "correction" or any(c["predicate"] == "was_said" for c in line["claims"])


def _equality(lines: Sequence[Record], languages: Sequence[str]) -> tuple[float | None, list[Event]]:
    """Share of stamps at which each language makes the same claims; None where there is one language."""
    if len(languages) < 2:
        return None, []
    at: Mapping[int, dict[str, Counter[Key]]] = defaultdict(dict)
    for line in lines:
        claims = Counter(_key(claim) for claim in line["claims"])
        mine = at[int(line["stamp_ns"])]
        mine[line["language"]] = mine.get(line["language"], Counter()) + claims
    differing = []
    for stamp_ns, mine in at.items():
        one = mine.get(languages[0])
        if any(mine.get(language) != one for language in languages):
            said = ", ".join(
                f"{language}: {mine[language].total() if language in mine else 0}" for language in languages
            )
            text = f"the languages claim different things (claims: {said})"
            differing.append(Event(stamp_ns=stamp_ns, kind="languages_differ", text=text))
    return share(len(at) - len(differing), len(at)), differing
