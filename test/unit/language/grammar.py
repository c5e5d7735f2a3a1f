"""What is wrong with a sentence, whatever it tells: small rules of each language that know nothing of the realiser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

Fault = Callable[[str], Iterator[str]]

SINGULAR = ("car", "van", "truck", "bus", "train", "motorcycle", "bicycle", "cyclist", "pedestrian", "person", "animal",
            "cone", "object", "vehicle", "bike", "rider", "thing", "something", "it", "light", "camera", "laser",
            "microphone", "sensor", "siren", "horn", "crash", "shout", "squeal", "bell", "row")  # fmt: skip
PLURAL = ("cars", "vans", "trucks", "buses", "trains", "motorcycles", "bicycles", "cyclists", "pedestrians", "people",
          "animals", "cones", "objects", "vehicles", "bikes", "riders", "things", "we", "they")  # fmt: skip
ARTICLES = ("a", "an", "the", "that")
MEASURES = {  # of what may stand after a number, 那 or 一
    "辆": ("轿车", "面包车", "货车", "公交车", "摩托车", "自行车", "车"),
    "列": ("列车",),
    "只": ("动物",),
    "个": ("行人", "人", "人影", "骑车的人", "锥桶", "东西"),
}
_COLOUR = "(?:(?:白|黑|灰|银|红|蓝|绿|黄|橙|棕|米|深)色?)?"


def english_faults(sentence: str) -> Iterator[str]:
    for fault in (_shape, _articles, _repeated_words, _verbs, _numbers, _existence, _sense):
        yield from fault(sentence)


def _shape(sentence: str) -> Iterator[str]:
    if not re.fullmatch(r"[A-Z][A-Za-z0-9 ,:;'-]*\.", sentence):
        yield "it does not open with a capital, hold plain words and close with its only full stop"
    if re.search(r" [ ,.;:]|[,;:][^ ]|[,;:] [,;:.]|[,;:]\.", sentence):
        yield "its marks and spaces"


def _articles(sentence: str) -> Iterator[str]:
    lower = sentence.lower()
    if re.search(r"\ba [aeiou]|\ban (?!hour)[^aeiou]", lower):
        yield "a or an"
    if re.search(
        rf"\b({'|'.join(ARTICLES)}) ({'|'.join(ARTICLES)}|it|something|what|people|{'|'.join(PLURAL)})\b", lower
    ):
        yield "an article before what takes none"
    if re.search(r"\bit (ahead|behind|beside|on the|to our)\b(?!.*\bis on\b)", lower) and not lower.startswith("i "):
        yield "a place after it"


def _repeated_words(sentence: str) -> Iterator[str]:
    words = re.findall(r"[a-z']+", sentence.lower())
    if any(a == b for a, b in pairwise(words)):
        yield "a word twice in a row"
    for phrase in ("on the left", "on the right", "right now", "ahead", "behind", "in front", "metres"):
        if sentence.lower().count(phrase) > 1:
            yield f"{phrase!r} twice"


def _verbs(sentence: str) -> Iterator[str]:
    """A verb agrees with the last noun before it, which in these short sentences is its subject."""
    subject = ""
    for word in re.findall(r"[a-z]+", sentence.lower().replace("would have", "")):
        if word in SINGULAR or word in PLURAL:
            subject = word
        elif (subject and word in ("is", "has", "comes", "sends") and subject in PLURAL) or (
            subject and word in ("are", "have", "come", "send") and subject in SINGULAR
        ):
            yield f"{subject} {word}"


def _sense(sentence: str) -> Iterator[str]:
    """What is formed well, and yet nobody would say."""
    if re.search(r"\b(ahead|right in front)\b.*in front of us", sentence):
        yield "in front of us, twice"
    if re.search(r"\b(cone|bicycle)\b.* has stopped", sentence):
        yield "what cannot move has stopped"
    if re.search(r"has the (?!siren)[a-z ]+ on\.", sentence):
        yield "only a siren is on"


def _numbers(sentence: str) -> Iterator[str]:
    for number, noun in re.findall(
        rf"\b(one|two|several|\d+) (?:[a-z]+ )?({'|'.join((*SINGULAR, *PLURAL))})\b", sentence.lower()
    ):
        if (number == "one") != (noun in SINGULAR):
            yield f"{number} {noun}"
    if re.search(r"\b(metres|kilometres)\b", sentence) and not re.search(r"\d+ (metres|kilometres)\b", sentence):
        yield "a unit without its number"


def _existence(sentence: str) -> Iterator[str]:
    """Whoever says that there is one brings in something new."""
    if re.search(r"\b[Tt]here's (?!an? |something|what |one )", sentence):
        yield "there's, before what is known or many"
    if re.search(r"\bThere are (?!two|several|\d+|[a-z]+s\b|people)", sentence):
        yield "there are, before what is one"


def chinese_faults(sentence: str) -> Iterator[str]:
    if not re.fullmatch(r"[\u4e00-\u9fff0-9，：；、]+。", sentence):
        yield "it holds something else than Chinese, digits and its marks, or does not close with 。"
    if re.search(r"[，：；、][，：；、。]|^[，：；、]", sentence):
        yield "its marks"
    yield from _measure_words(sentence)
    doubled = re.search(r"([的在有了是从正着])\1|是有|在有|有那|来了那|(..)\2|现在.*现在|眼下.*现在", sentence)
    if doubled:
        yield f"{doubled[0]!r}"
    for place in ("前面", "后面", "左边", "右边", "左侧", "右侧", "前方", "后方"):
        if sentence.count(place) > 1:
            yield f"{place} twice"
    if re.search(r"的[^，。的]{1,4}的[^，。的]*的", sentence) or re.search(r"面的骑车的", sentence):
        yield "a chain of 的"


def _measure_words(sentence: str) -> Iterator[str]:
    nouns = sorted({noun for kinds in MEASURES.values() for noun in kinds}, key=len, reverse=True)
    for number, measure, noun in re.findall(
        rf"([一两几那]|\d)([辆列只个位])(?:像[^的]+的|像是)?{_COLOUR}({'|'.join(nouns)})", sentence
    ):
        if noun not in MEASURES["个" if measure == "位" else measure]:
            yield f"{number}{measure}{noun}"
    bare = re.search(rf"(?:[一两几那]|\d){_COLOUR}({'|'.join(nouns)})", sentence)
    if bare:
        yield f"{bare[0]} without a measure word"


FAULTS: dict[str, Fault] = {"en": english_faults, "zh": chinese_faults}


def sentences_of(text: str, language: str) -> list[str]:
    return re.findall(r"[^。]+。?", text) if language == "zh" else re.split(r"(?<=\.) ", text)


def length_of(sentence: str, language: str) -> int:
    """In words, or in characters without marks; a Latin digit is one."""
    return len(sentence.split()) if language == "en" else len(re.findall(r"[\u4e00-\u9fff0-9]", sentence))


MOST = {("en", False): 25, ("en", True): 7, ("zh", False): 40, ("zh", True): 12}  # (language, urgent)
