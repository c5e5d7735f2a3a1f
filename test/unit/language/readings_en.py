"""What the words of an English sentence tell."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from readings import (
    ALL_AHEAD,
    NAMED,
    VEHICLES,
    Accepts,
    Rule,
    ago,
    at,
    captured,
    counts,
    in_trouble,
    is_near,
    kilometres,
    left,
    metres,
    others,
    passed,
    rule,
    says,
    sides,
    tellers,
)

NOUNS = {
    "car": "cars?",
    "van": "vans?",
    "truck": "trucks?",
    "bus": "bus(?:es)?",
    "train": "trains?",
    "motorcycle": "motorcycles?",
    "bicycle": "bicycles?",
    "cyclist": "cyclists?",
    "pedestrian": "pedestrians?|people|persons?",
    "animal": "animals?",
    "cone": "(?:traffic )?cones?",
    "obstacle": "something|objects?",
}
GENERAL = {
    "vehicles?": VEHICLES,
    "bikes?": {"motorcycle", "bicycle"},
    "riders?": {"cyclist"},
    "things?": {"cone", "obstacle"},
}
COLOURS = {
    **{c: {c} for c in ("white", "black", "silver", "red", "blue", "green", "yellow", "orange", "brown")},
    "beige": {"beige"},
    "dark": {"dark"},
    "grey": {"grey", "gray"},
}  # fmt: skip
MOTIONS = {
    "pulling away": {"pulling_away"},
    "braking": {"braking"},
    "(?:crossing|moving across)(?: in front of us)?": {"crossing"},
    "stepping (?:into the road|out)": {"stepping_out"},
    "has stopped|not moving|waiting": {"stopped"},
    "parked": {"parked"},
    "standing": {"stopped", "parked"},
    "walking(?: on(?! (?:the|our)))?|riding|on the move": {"moving"},
    "coming (?:towards|at) us": {"oncoming"},
    "drawing away": {"receding"},
    "passing us|passed us": {"overtaking"},
    "was standing in our way": {"stopped"},
    "pulled away": {"pulling_away"},
    "braked": {"braking"},
    "cut in": {"cutting_in"},
    "crossed the road|moved across": {"crossing"},
    "stepped into the road": {"stepping_out"},
    "stopped": {"stopped"},
    "moved off|walked on": {"moving"},
    "came towards us": {"oncoming"},
    "came closer": {"approaching"},
}
HEARD = {
    "siren": {"siren"},
    "horn": {"horn", "car_horn"},
    "crash": {"crash"},
    "shout": {"shout"},
    "squeal of tyres": {"skid"},
    "bell": {"bell"},
}
TROUBLES = {
    "(?:has )?sent nothing so far": "missing",
    "(?:has )?gone silent": "stale",
    "is on, but i don't know where it points": "unplaced",
    "sends nothing that i can read": "unreadable",
    "can't see right now": "blind",
}
AN = r"\b(?:an?|the|that) "


def _place(match: re.Match[str]) -> Iterator[tuple[Accepts, bool]]:
    before, way = match["before"], match["way"]
    near = before.startswith(("right", "just"))
    if "beside" in before:
        yield at(way), False
    elif "behind" in before:
        yield at(f"behind_{way}" if way else "behind"), False
    else:
        yield at(f"ahead_{way}" if way else "ahead"), False
    if near:
        yield is_near, False


def _nouns() -> Iterator[Rule]:
    for label, words in NOUNS.items():
        yield rule(rf"\bnot (?:an? )?(?:{words})\b", says("was_said", values=[label]))
    for label, words in NOUNS.items():
        naming = says(*NAMED, values=[label])
        yield rule(rf"\b(?:what looks like an? )?(?:{words})\b", naming, implies=[says("count")])
    for words, labels in GENERAL.items():
        yield rule(rf"\b(?:that )?(?:{words})\b", says(*NAMED, values=labels))


_STANDS = says("ego_motion", values=["standing"])
_STOPPED = says("ego_motion", values=["stopped"])
_SLOWS = says("ego_motion", values=["slowing", "stopping"])
_STARTS = says("ego_motion", values=["starting"])
_BEHIND = [says("in_path"), at(*ALL_AHEAD)]

_PLACE = r"(ahead|behind us)( on the (left|right))?|on the (left|right)|beside us|in our lane|around us"


def _denied() -> Iterator[Rule]:
    """That there is no van, and where: the area is the subject of that claim."""
    end = rf"( ({_PLACE}))?\."
    yield rule(rf"i see none like that{end}", says("none_seen"))
    for label, words in {**NOUNS, "vehicle": "vehicle", "obstacle": "nothing in the way"}.items():
        yield rule(rf"i see (no )?({words}){end}", says("none_seen", values=[label]))
    nobody = r"(on the (left|right) )?i see nobody near( on the (left|right))?, and nothing coming\."
    yield rule(nobody, says("none_seen", values=["anything"]))
    yield rule(rf"i see nobody{end}", says("none_seen", values=["anyone"]))
    yield rule(rf"i see nothing{end}", says("none_seen", values=["anything"]))
    yield rule(r"i hear no siren and no horn", says("none_heard"))


RULES: tuple[Rule, ...] = (
    rule(r"i see no traffic light that i could read|didn't get that"),
    *_denied(),
    rule(r"(now )?we're passing", says("motion", values=["overtaken"])),
    rule(r"ahead of us", at("ahead"), says("in_path")),
    # What we do, and why.
    rule(r"\b(we are )?standing behind", _STANDS, implies=_BEHIND),
    rule(r"(we've stopped|stopped now) behind", _STOPPED, implies=_BEHIND),
    rule(r"we've stopped|now we're standing", _STOPPED),
    rule(r"we're standing", says("ego_motion", values=["standing", "stopped"])),
    rule(r"(we're )?slowing( down)? for the red light", _SLOWS, says("cause"), says("signal_state", values=["red"])),
    rule(r"it's green; we're off|we're off: the light is green", _STARTS, says("cause"),
         says("signal_state", values=["green"])),
    rule(r"(we're slowing|slowing down)[;,] i can't tell (why|what for)", _SLOWS, says("cause", values=["unknown"])),
    rule(r"(we're slowing|slowing down)(:| for)", _SLOWS, says("cause")),
    rule(r"we're slowing down", _SLOWS),
    rule(r"we're off|off we go|and we're moving too|now we're moving as well|we're setting off", _STARTS),
    rule(r"(we're )?coming to a stop", says("ego_motion", values=["stopping"])),
    rule(r"(we're )?turning left", says("ego_motion", values=["turning_left"])),
    rule(r"(we're )?turning right", says("ego_motion", values=["turning_right"])),
    rule(r"(we're )?backing up( now)?", says("ego_motion", values=["reversing"])),
    rule(r"we're on the move", says("ego_motion", values=["moving"])),
    # What would be, and what is over.
    rule(r"braked hard|stepped out|to do the same|at this speed|if nothing changes, we reach"),
    rule(r"less than a second", left(0.0, 1.0)),
    rule(r"about a second\b", left(1.0, 2.0)),
    rule(r"more than ten seconds", left(10.0, math.inf)),
    rule(r"just now", passed(0.0, 3.0)),
    rule(r"about a minute ago", passed(55.0, 90.0)),
    captured(r"about (\d+) minutes ago", lambda m: [(ago(int(m[1]), 60.0), False)]),
    captured(r"(?:about )?(\d+) seconds ago", lambda m: [(ago(int(m[1])), False)]),
    captured(r"about (\d+) seconds", lambda m: [(left(int(m[1]), int(m[1]) + 1), False)]),
    captured(r"i know that from the [a-z, ]+\.", tellers("en")),
    rule(r"for the red light", says("signal_state", values=["red"])),
    rule(r"we (slowed|moved over to the (left|right))(?=.*; i couldn't tell why)", says("cause", values=["unknown"]),
         says("ego_motion", values=["slowing", "swerved_left", "swerved_right"])),
    rule(r"we slowed", _SLOWS, says("cause")),
    rule(r"we moved over to the left", says("ego_motion", values=["swerved_left"]), says("cause")),
    rule(r"we moved over to the right", says("ego_motion", values=["swerved_right"]), says("cause")),
    rule(r"we came to a stop", says("ego_motion", values=["stopping"])),
    rule(r"we stopped", says("ego_motion", values=["standing", "stopped"])),
    rule(r"(?<=\0 )behind", implies=_BEHIND),
    rule(r"we set off(?=.*: the light was)", _STARTS, says("cause")),
    rule(r"we set off", _STARTS),
    rule(r"we turned left", says("ego_motion", values=["turning_left"])),
    rule(r"we turned right", says("ego_motion", values=["turning_right"])),
    rule(r"we backed up", says("ego_motion", values=["reversing"])),
    rule(r"we passed", says("motion", values=["overtaken"])),
    *(rule(f"the light was {colour}", says("signal_state", values=[colour])) for colour in ("red", "amber", "green")),
    # Lights and senses.
    rule(r"the light ahead is red|red light ahead", says("signal_state", values=["red"])),
    rule(r"the light is amber|amber light ahead", says("signal_state", values=["amber"])),
    rule(r"it's green|the light is green now", says("signal_state", values=["green"])),
    captured(r"going by the (camera|laser)( and (the )?(camera|laser))?", others("en")),
    captured(r"the (camera|laser|microphone|speed sensor) is back|got the [a-z ]+ back", others("en")),
    *(rule(words, says("sense_trouble", values=[trouble])) for words, trouble in TROUBLES.items()),
    captured(r"(trouble with )?the (camera|laser|microphone|speed sensor)(: it)?", in_trouble("en")),
    # Of sounds.
    rule(r"comes from|has the (?=.* on\b)|is sounding", says("sound_source")),
    *(rule(rf"\b{words}\b", says("heard", values=kinds)) for words, kinds in HEARD.items()),
    rule(r"getting closer", says("motion", "sound_trend", values=["approaching"])),
    rule(r"moving away", lambda c: (c.predicate, c.value) in (("motion", "receding"), ("sound_trend", "fading"))),
    # Of things.
    rule(r"cutting in from the left", says("motion", values=["cutting_in"]), sides("left")),
    rule(r"cutting in from the right", says("motion", values=["cutting_in"]), sides("right")),
    rule(r"cutting in", says("motion", values=["cutting_in"])),
    rule(r"too close", says("ttc")),
    rule(r"a row of|all along the (?=left|right)", says("row"), implies=[says("count")]),
    *(rule(rf"\b(?:{words})\b", says("motion", values=values)) for words, values in MOTIONS.items()),
    rule(r"\bin our lane", says("in_path")),
    captured(r"\babout (\d+) metres|\b(\d+) metres", lambda m: [(metres(int(m[1] or m[2])), False)]),
    captured(r"about (\d+) kilometres an hour", lambda m: [(kilometres(int(m[1])), False)]),
    captured(r"(?P<before>right in front|straight ahead|ahead|(?:just |right )?behind us|right beside us)"
             r"(?: on the (?P<way>left|right))?", _place),
    rule(r"(to|on) our left", at("left")),
    rule(r"(to|on) our right", at("right")),
    rule(r"on the left|left side", sides("left")),
    rule(r"on the right|right side", sides("right")),
    *_nouns(),
    rule(r"\bis gone\b|don't see", implies=[says("gone")]),
    *(rule(rf"\b{word}\b", says("colour", values=values)) for word, values in COLOURS.items()),
    rule(r"\bone\b", counts(1)),
    rule(r"\btwo\b", counts(2)),
    rule(r"\bseveral\b", counts(None)),
    captured(r"\b(\d+)\b", lambda m: [(counts(int(m[1])), False)]),
    rule(r"\b(?<!make )(?<!get )(?<!see )(?<!what )it\b(?! looks)", says("exists", "gone")),
)  # fmt: skip
