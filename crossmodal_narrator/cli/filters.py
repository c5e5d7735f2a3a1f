"""What `search --store` may ask of the moments besides words."""

from __future__ import annotations

import argparse
import math
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from crossmodal_narrator.core.errors import ConfigError

if TYPE_CHECKING:
    from crossmodal_narrator.bags.index import Filters
    from crossmodal_narrator.language.searching import Wanted

# As the cross-modal encoder calls them: encoding/crossmodal/surroundings.py.
_LIGHTS, _WEATHERS = ("day", "dusk", "night"), ("clear", "rain", "fog")
_PLACES = ("town", "residential", "arterial", "roundabout", "motorway", "country")
_NAMES = ("speed", "after", "before", "light", "weather", "place", "near", "event", "language")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("with --store")
    group.add_argument("--speed", metavar="LOW-HIGH", help="of the vehicle, km/h, as 0-30")
    group.add_argument("--after", metavar="TIME", help="ISO 8601, as 2026-11-30T09:00 (UTC where no zone is given)")
    group.add_argument("--before", metavar="TIME", help="the same")
    group.add_argument("--light", choices=_LIGHTS, help="as the cross-modal encoder saw it")
    group.add_argument("--weather", choices=_WEATHERS, help="the same")
    group.add_argument("--place", choices=_PLACES, help="the same")
    group.add_argument("--near", metavar="X,Y,R", help="within R metres of X,Y in the drive's odom frame")
    group.add_argument("--event", metavar="WHAT", help="where this event is: siren, crossing, cutting_in, bus, red, …")
    group.add_argument("--language", choices=("en", "zh", "es"), help="of the sentences that are searched and shown")


def refuse_without_store(args: argparse.Namespace) -> None:
    """Raises ConfigError for what only a store can answer."""
    given = [name for name in (*_NAMES, "thumbnails") if getattr(args, name) is not None]
    given += ["json"] if args.as_json else []
    if given:
        remedy = "`index` the replays, and search with --store"
        raise ConfigError(f"--{given[0]} asks for what a replay's scenes do not tell by themselves", remedy=remedy)


def filters_of(args: argparse.Namespace) -> Filters:
    """What was asked for.

    Raises:
        ConfigError: a value cannot be read, or no moment could have it.
    """
    from crossmodal_narrator.bags.index import Filters

    after_ns = None if args.after is None else _stamp_ns("--after", args.after)
    before_ns = None if args.before is None else _stamp_ns("--before", args.before)
    if after_ns is not None and before_ns is not None and after_ns > before_ns:
        raise ConfigError(f"--after {args.after} is later than --before {args.before}", remedy="exchange them")
    return Filters(
        speed_kmh=None if args.speed is None else _speed_kmh(args.speed),
        after_ns=after_ns,
        before_ns=before_ns,
        light=args.light or "",
        weather=args.weather or "",
        place=args.place or "",
        near_m=None if args.near is None else _near_m(args.near),
        event=_event(args.event or ""),
        language=args.language or "",
    )


def _speed_kmh(text: str) -> tuple[float, float]:
    low, high = _numbers("--speed", text, "-", "0-30")
    if not 0.0 <= low <= high:
        raise ConfigError(f"--speed {text} runs from {low:g} to {high:g}", remedy="write LOW-HIGH, as 0-30")
    return low, high


def _near_m(text: str) -> tuple[float, float, float]:
    x, y, reach = _numbers("--near", text, ",", "12.5,-3,50")
    if not (math.isfinite(x) and math.isfinite(y) and reach > 0.0):
        raise ConfigError(f"--near {text} is no place with a radius", remedy="write X,Y,R in metres, as 12.5,-3,50")
    return x, y, reach


def _event(text: str) -> tuple[Wanted, ...]:
    from crossmodal_narrator.language.dialogue.understanding import language_of
    from crossmodal_narrator.language.searching import event_named, read_search_words, wanted_by

    found = event_named(text) or wanted_by(text, read_search_words(language_of(text, "en")))
    if text and not found:
        raise ConfigError(f"--event {text} is no event that is known", remedy="take siren, crossing, cutting_in, bus …")
    return found


def _numbers(option: str, text: str, between: str, example: str) -> tuple[float, ...]:
    try:
        numbers = tuple(float(part) for part in text.split(between))
    except ValueError as error:
        raise ConfigError(f"{option} {text}: {error}", remedy=f"write it as {example}") from error
    if len(numbers) != len(example.split(between)):
        raise ConfigError(f"{option} {text} has {len(numbers)} numbers", remedy=f"write it as {example}")
    return numbers


def _stamp_ns(option: str, text: str) -> int:
    try:
        # Python 3.10 reads no Z.
        time = datetime.fromisoformat(text.removesuffix("Z") + ("+00:00" if text.endswith("Z") else ""))
    except ValueError as error:
        raise ConfigError(f"{option} {text}: {error}", remedy="write it as 2026-11-30T09:00") from error
    if time.tzinfo is None:
        time = time.replace(tzinfo=timezone.utc)
    return round(time.replace(microsecond=0).timestamp()) * 1_000_000_000 + time.microsecond * 1000
