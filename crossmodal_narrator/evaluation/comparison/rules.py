"""When a change is a regression: rules that name a figure and the margin by which it may be worse.

    vehicle_recall:0.02          worse by more than 0.02
    position_error_*:5%          any of them worse by more than 5 % of what it was
    sentences_removed:0          more than no sentence is gone
    words_per_minute:10%         neither side is better, so both count
    latency_*:any                whatever it is

The first rule that fits a figure decides. A figure without a better side is held only by a rule with its whole name.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from crossmodal_narrator.core.errors import ConfigError
from crossmodal_narrator.evaluation.comparison.figures import Direction, FigureChange, Verdict

# Times are of the machine: the same software took half as long again a minute later. Who has a machine for nothing else
# may name a margin.
DEFAULT = "*latency*:any,*_ms:any,*:2%"
_ANY = "any"
_REMEDY = "a rule is NAME:MARGIN, as vehicle_recall:0.02 or position_error_*:5%"
_TINY = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`pattern` as in file names (* ?); `margin` in the figure's unit, or a share of what it was."""

    pattern: str
    margin: float
    is_share: bool = False

    def __str__(self) -> str:
        if math.isinf(self.margin):
            return f"{self.pattern}:{_ANY}"
        return f"{self.pattern}:{self.margin * 100:g}%" if self.is_share else f"{self.pattern}:{self.margin:g}"

    @property
    def is_exact(self) -> bool:
        return not any(sign in self.pattern for sign in "*?[")

    def fits(self, change: FigureChange) -> bool:
        is_held = self.is_exact or change.direction is not Direction.NEITHER
        return is_held and fnmatchcase(change.name, self.pattern)

    def allowed(self, before: float) -> float:
        return self.margin * abs(before) if self.is_share else self.margin


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A figure that is worse than its rule allows."""

    rule: Rule
    change: FigureChange

    def __str__(self) -> str:
        if self.change.after is None:
            return f"{self.change.name} was {self.change.before:g} and could not be had (rule {self.rule})"
        before = self.change.before or 0
        return (
            f"{self.change.name} went from {before:g} to {self.change.after:g}, "
            f"{abs(self.change.after - before):.3g} where {self.rule.allowed(before):.3g} is allowed (rule {self.rule})"
        )


def parse_rules(text: str) -> tuple[Rule, ...]:
    """Rules joined by commas; `default` stands for DEFAULT, `none` for no rule.

    Raises:
        ConfigError: a rule that is not NAME:MARGIN.
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    rules: list[Rule] = []
    for part in parts:
        if part == "default":
            rules += parse_rules(DEFAULT)
        elif part != "none":
            rules.append(_rule(part))
    return tuple(rules)


def _rule(part: str) -> Rule:
    pattern, colon, margin = part.rpartition(":")
    if colon and pattern and margin == _ANY:
        return Rule(pattern=pattern, margin=math.inf)
    is_share = margin.endswith("%")
    try:
        value = float(margin.removesuffix("%"))
    except ValueError as error:
        raise ConfigError(f"--fail-on: {part!r} has no margin", remedy=_REMEDY) from error
    if not (colon and pattern and 0 <= value < math.inf):
        raise ConfigError(f"--fail-on: {part!r} is no rule", remedy=_REMEDY)
    return Rule(pattern=pattern, margin=value / 100 if is_share else value, is_share=is_share)


def breaches(rules: Sequence[Rule], changes: Iterable[FigureChange]) -> tuple[Breach, ...]:
    """What is worse than allowed.

    Raises:
        ConfigError: a whole name that neither run has, which would hold nothing for ever.
    """
    known = tuple(changes)
    names = {change.name for change in known}
    unknown = next((rule for rule in rules if rule.is_exact and rule.pattern not in names), None)
    if unknown is not None:
        listed = ", ".join(sorted(names)) or "no figure: evaluate both runs first"
        raise ConfigError(f"--fail-on: no run has a figure {unknown.pattern!r}", remedy=f"there is {listed}")
    found = []
    for change in known:
        rule = next((rule for rule in rules if rule.fits(change)), None)
        if rule is not None and _is_broken(rule, change):
            found.append(Breach(rule=rule, change=change))
    return tuple(found)


def _is_broken(rule: Rule, change: FigureChange) -> bool:
    if math.isinf(rule.margin):
        return False
    if change.verdict is Verdict.WENT:
        return True
    if change.verdict not in (Verdict.WORSE, Verdict.CHANGED):
        return False
    assert change.difference is not None  # a verdict of both sides
    return abs(change.difference) > rule.allowed(change.before or 0) + _TINY
