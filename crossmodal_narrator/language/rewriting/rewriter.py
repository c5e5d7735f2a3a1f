"""Says a narration in other words, by a large model that is not believed: what it says is read back, or not said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from crossmodal_narrator.core.errors import DescriptionError, DescriptionLateError
from crossmodal_narrator.core.speech import Narration
from crossmodal_narrator.language.realisation import Realiser, read_lexicon
from crossmodal_narrator.language.rewriting.form import fault_of_form, most_length, tidied
from crossmodal_narrator.language.rewriting.meaning import change_of_meaning, meaning_of
from crossmodal_narrator.language.rewriting.outcome import Outcome
from crossmodal_narrator.language.rewriting.words import Words, read_words

_OFFERED = 4  # phrases that mean the same, of each kind that a sentence holds


class LargeModel(Protocol):
    """Answers words with words, or raises a DescriptionError in time; `runtime.vision_language` has one."""

    def start(self) -> None: ...

    def wait_ready(self, deadline_s: float) -> None: ...

    def answer(self, prompt: str, deadline_s: float) -> str: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """`narration` is what is to be said; `refused` what the model said instead, `error` why it said nothing."""

    narration: Narration
    outcome: Outcome
    refused: str = ""
    error: DescriptionError | None = None


class Rewriter:
    """Keeps nothing: the same narration and the same answer come out the same.

    Raises:
        ConfigError: the words of a language are incomplete.
    """

    def __init__(self, model: LargeModel, languages: Iterable[str], units: str = "metric") -> None:
        self.model = model
        self._languages = {language: _language(language, units) for language in languages}

    def rewrite(self, narration: Narration, deadline_s: float) -> Rewritten:
        """The narration in other words, with its own claims, or as it is; the model has `deadline_s` to answer."""
        realiser, words = self._languages.get(narration.language, (None, None))
        if realiser is None or words is None:
            return Rewritten(narration=narration, outcome=Outcome.NO_WORDS)
        try:
            text = tidied(self.model.answer(prompt_for(narration, realiser, words), deadline_s))
        except DescriptionLateError as error:
            return Rewritten(narration=narration, outcome=Outcome.LATE, error=error)
        except DescriptionError as error:
            return Rewritten(narration=narration, outcome=Outcome.LOST, error=error)
        objection = objection_to(text, narration, realiser, words)
        if objection is not None:
            return Rewritten(narration=narration, outcome=objection, refused=text)
        return Rewritten(narration=replace(narration, text=text), outcome=Outcome.REWORDED)


def objection_to(text: str, narration: Narration, realiser: Realiser, words: Words) -> Outcome | None:
    """Why `text` may not be said in place of the narration's own; None where it may."""
    form = fault_of_form(text, narration.text, realiser)
    return form if form is not None else change_of_meaning(text, narration, realiser.lexicon, words)


def prompt_for(narration: Narration, realiser: Realiser, words: Words) -> str:
    """What the model is asked: of the grounded sentence alone, which holds no word that a sensor read or heard."""
    said = {part for told in meaning_of(narration.text, words, is_of_one=False).row for part in told.parts}
    offered = [" = ".join(line[:_OFFERED]) for line in words.same if line[0] in said and len(line) > 1]
    asked = words.prompt.format(text=narration.text, limit=most_length(narration.text, realiser))
    return f"{words.swap.format(words='; '.join(offered))}\n{asked}" if offered else asked


def _language(language: str, units: str) -> tuple[Realiser, Words | None]:
    lexicon = read_lexicon(language, units)
    return Realiser(lexicon), read_words(lexicon)
