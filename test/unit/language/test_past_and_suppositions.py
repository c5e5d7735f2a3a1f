"""What is over, what would be, and how it is known: asked of scripted drives."""

from __future__ import annotations

from dataclasses import replace

import pytest
import readings_en
import readings_zh
from built_messages import P, claim, message, wordings
from grammar import FAULTS, sentences_of
from readings import faults
from scripted_scenes import Actor, Script, ramp, still

from crossmodal_narrator.core.detections import ObjectClass, SignalState
from crossmodal_narrator.core.scene import Evidence, SoundEvent, SoundTrend
from crossmodal_narrator.core.snapshot import Sense
from crossmodal_narrator.core.speech import Reply, Utterance
from crossmodal_narrator.language import Dialogue, NarratorConfig
from crossmodal_narrator.language.claims.facts import Ego, Thing
from crossmodal_narrator.language.claims.predicates import EGO, EgoState, Movement
from crossmodal_narrator.language.claims.supposing import Supposition, time_left_s
from crossmodal_narrator.language.dialogue import Context, read_words, understand
from crossmodal_narrator.language.planning.message import Act, Message

LEAD = Actor(track_id=1, label=ObjectClass.CAR, x=25.0, y=0.0, along=ramp(3.0, 5.0, 8.0, 1.0), colour="white")
FOLLOWER = Actor(track_id=3, label=ObjectClass.BUS, x=-20.0, y=0.0, along=ramp(3.5, 5.5, 8.0, 2.0))
QUEUE = Script(
    seconds=25.0,
    ego=lambda t: ramp(3.5, 5.5, 8.0, 0.0)(t) if t < 10.0 else ramp(10.0, 12.0, 0.0, 7.0)(t),
    actors=(LEAD, FOLLOWER),
)
READINGS = {"en": readings_en.RULES, "zh": readings_zh.RULES}


def asked(script: Script, at_s: float, *texts: str) -> list[Reply]:
    """One talk at that moment."""
    dialogue = Dialogue(NarratorConfig())
    last = 0
    for scene in script.scenes():
        if scene.stamp_ns > script.start_ns + round(at_s * 1e9):
            break
        dialogue.observe(scene)
        last = scene.stamp_ns
    questions = [Utterance(stamp_ns=last, text=text, language="", confidence=1.0) for text in texts]
    return [dialogue.ask(question).reply for question in questions]


def red_until(seconds: float) -> Script:
    return Script(
        seconds=20.0,
        ego=lambda t: ramp(2.0, 5.0, 8.0, 0.0)(t) if t < seconds else ramp(seconds, seconds + 2.0, 0.0, 7.0)(t),
        signals=lambda t: SignalState.RED if t < seconds else SignalState.GREEN,
    )


BRAKING = Script(seconds=20.0, ego=ramp(2.0, 5.0, 8.0, 0.0))  # for nothing that is seen
BRAKING_HARD = Script(seconds=20.0, ego=ramp(2.0, 4.2, 8.0, 0.0))


def swerving() -> Script:
    """There and back: a metre and a half aside within two seconds."""
    return Script(
        seconds=8.0, ego=lambda t: 8.0, yaw_rate=lambda t: 0.25 if 2.0 <= t < 2.8 else -0.25 if 2.8 <= t < 3.6 else 0.0
    )


@pytest.mark.parametrize(
    ("script", "at_s", "question", "query", "answer"),
    [
        (QUEUE, 9.0, "Why did we slow down?", "why(slowed)", "We slowed 5 seconds ago: a white car ahead braked."),
        (QUEUE, 16.0, "Why did we stop?", "why(stopped)", "We slowed 12 seconds ago: a white car ahead braked."),
        (QUEUE, 16.0, "我们刚才为什么停下来？", "why(stopped)", "12秒前我们减速了，因为前面一辆白色轿车刹车了。"),
        (QUEUE, 16.0, "刚才怎么突然刹车了", "why(slowed)", "12秒前我们减速了，因为前面一辆白色轿车刹车了。"),
        (QUEUE, 16.0, "why did we start again", "why(started)", "We set off 5 seconds ago."),
        (QUEUE, 16.0, "Why did we swerve?", "why(swerved)", "I can't tell."),
        (BRAKING, 9.0, "Why did we slow?", "why(slowed)", "We slowed 5 seconds ago; I couldn't tell why."),
        (BRAKING_HARD, 9.0, "Why did we slow?", "why(slowed)", "We came to a stop 5 seconds ago."),
        (QUEUE, 2.0, "Why did we stop?", "why(stopped)", "I can't tell."),
        (red_until(12.0), 18.0, "Why did we brake?", "why(slowed)", "We slowed 15 seconds ago for the red light."),
        (red_until(12.0), 18.0, "为什么起步了", "why(started)", "5秒前我们起步了，因为变绿灯了。"),
        (swerving(), 7.5, "Why did we swerve?", "why(swerved)",
         "We moved over to the left 4 seconds ago; I couldn't tell why."),
        (swerving(), 7.5, "刚才为什么往左闪了一下", "why(swerved)", "4秒前我们往左挪了一下，当时看不出是为什么。"),
    ],
)  # fmt: skip
def test_why_we_did_something_is_told_when_it_is_over(
    script: Script, at_s: float, question: str, query: str, answer: str
) -> None:
    (reply,) = asked(script, at_s, question)
    assert (reply.query, reply.text) == (query, answer)
    assert reply.declined == (answer == "I can't tell.")


def test_what_happened_is_told_in_its_order_with_the_evidence_of_then() -> None:
    english, chinese = asked(QUEUE, 14.5, "What happened?", "刚才发生了什么？")
    assert english.text == (
        "We slowed 10 seconds ago: a white car ahead braked. A white car ahead pulled away 8 seconds ago. "
        "We set off 4 seconds ago. A white car ahead was too close just now."
    )
    assert {(c.predicate, c.subject, c.value) for c in english.claims} == {
        (c.predicate, c.subject, c.value) for c in chinese.claims
    }
    for told in english.claims:
        assert told.evidence
        ago_s = [(english.stamp_ns - e.stamp_ns) / 1e9 for e in told.evidence]
        assert all(s <= 11.0 for s in ago_s), (told, ago_s)
    assert max(float(c.value) for c in english.claims if c.predicate == "ago") > 9.0


def test_a_sound_that_is_over_is_told_as_that_and_for_a_minute() -> None:
    horn = SoundEvent(
        kind="horn", azimuth_rad=-2.4, range_m=None, trend=SoundTrend.UNKNOWN, level_db=-20.0, track_id=None,
        confidence=0.9, evidence=(Evidence(modality=Sense.AUDIO, stamp_ns=0, detail="drawn"),),
    )  # fmt: skip

    def heard(t: float, script: Script) -> tuple[SoundEvent, ...]:
        told = Evidence(modality=Sense.AUDIO, stamp_ns=script.start_ns + round(t * 1e9), detail="drawn")
        return (replace(horn, evidence=(told,)),) if 2.0 <= t < 4.0 else ()

    silent = Script(seconds=80.0, senses=(Sense.CAMERA, Sense.LIDAR, Sense.AUDIO))
    drive = replace(silent, sounds=lambda t: heard(t, silent))
    before, after = asked(drive, 10.0, "What was that noise?", "Do you hear a horn?")
    assert before.text == "I heard a horn behind us on the right 8 seconds ago."
    assert after.text == "I hear no siren and no horn."
    assert asked(drive, 75.0, "What was that noise?")[0].text == "I hear no siren and no horn."


def test_the_past_is_forgotten_when_the_clock_jumps_back() -> None:
    dialogue = Dialogue(NarratorConfig())
    scenes = list(QUEUE.scenes())
    for scene in (*scenes[:160], *scenes[:15]):
        dialogue.observe(scene)
    asks = Utterance(stamp_ns=scenes[14].stamp_ns, text="Why did we stop?", language="", confidence=1.0)
    assert dialogue.ask(asks).reply.declined


@pytest.mark.parametrize(
    ("at_s", "question", "query", "answer"),
    [
        (2.0, "What if the car ahead brakes?", "if(it_brakes)",
         "If the white car ahead braked hard, we would have about 2 seconds to do the same."),
        (2.0, "要是前车急刹呢？", "if(it_brakes)", "要是前面那辆白车急刹，我们还有约2秒可以跟着急刹。"),
        (2.0, "What happens if we brake hard?", "if(we_brake)",
         "If we braked hard, the bus behind us would have about a second to do the same."),
        (2.0, "如果我们急刹会怎么样", "if(we_brake)", "要是我们急刹，后面那辆公交车还有约一秒可以跟着急刹。"),
        (5.0, "What will happen if we keep going like this?", "if(nothing_changes)",
         "If nothing changes, we reach the white car ahead in more than ten seconds."),
        (2.0, "What if the car behind doesn't stop?", "if()", "I can't tell."),
        (2.0, "What if it starts to rain?", "if()", "I can't tell."),
        (2.0, "What would you do if somebody steps out?", "command()", None),
        (2.0, "What if I get out here?", "leaving()", None),
    ],
)  # fmt: skip
def test_what_would_be_is_told_by_what_is_measured(at_s: float, question: str, query: str, answer: str | None) -> None:
    (reply,) = asked(QUEUE, at_s, question)
    assert reply.query == query
    assert answer is None or reply.text == answer


def test_who_may_step_out_is_reached_at_our_speed_and_nobody_is_told_of_where_none_is() -> None:
    walker = Actor(track_id=5, label=ObjectClass.PEDESTRIAN, x=60.0, y=-4.0)
    drive = Script(seconds=6.0, ego=lambda t: 8.0, actors=(walker,))
    english, chinese = asked(drive, 4.0, "What if someone steps out?", "万一有人走出来呢？")
    assert english.text == (
        "If the pedestrian ahead on the right stepped out, we would be there in about 3 seconds at this speed."
    )
    assert chinese.text == "要是右前方那个行人走出来，按现在的速度我们约3秒就到那儿。"
    (left,) = (c for c in english.claims if c.predicate == "time_left")
    assert left.value == pytest.approx(28.0 / 8.0, abs=0.1)  # 60 m less 4 s at 8 m/s
    (nobody,) = asked(replace(drive, actors=()), 4.0, "What if someone steps out?")
    assert nobody.text == "I see nobody ahead."


def thing(gap_m: float, speed_mps: float, forward_m: float) -> Thing:
    return Thing(
        subject="track:1", label=ObjectClass.CAR, confidence=0.9, side=SIDE, in_path=True, distance_m=gap_m,
        movement=Movement.MOVING, colour=None, colour_confidence=0.0, forward_m=forward_m, left_m=0.0,
        forward_mps=speed_mps, left_mps=0.0, across_m=4.5, closing_mps=None, ttc_s=None, held_s=5.0,
        movement_held_s=5.0,
        label_held_s=5.0, kind_held_s=5.0, evidence=(),
    )  # fmt: skip


SIDE = next(iter(QUEUE.scenes())).objects[0].relation.side


def driving(speed_mps: float) -> Ego:
    return Ego(state=EgoState.MOVING, held_s=5.0, speed_mps=speed_mps, evidence=())


def test_the_time_before_we_must_brake_is_the_gap_where_both_are_as_fast() -> None:
    """Two that brake alike from one speed come no nearer, but for what the second drives before he brakes."""
    left_s = time_left_s(Supposition.IT_BRAKES, thing(15.0, 10.0, 15.0), driving(10.0))
    assert left_s == pytest.approx(1.5)


def test_who_is_faster_has_less_time_and_who_is_too_near_has_none() -> None:
    slower_ahead = thing(15.0, 8.0, 15.0)
    assert time_left_s(Supposition.IT_BRAKES, slower_ahead, driving(10.0)) == pytest.approx((15.0 - 36.0 / 12.0) / 10.0)
    assert time_left_s(Supposition.IT_BRAKES, thing(2.0, 8.0, 2.0), driving(12.0)) == 0.0


def test_of_somebody_whose_speed_is_not_known_nothing_is_supposed() -> None:
    unknown = replace(thing(15.0, 10.0, 15.0), forward_mps=None)
    assert time_left_s(Supposition.IT_BRAKES, unknown, driving(10.0)) is None
    assert time_left_s(Supposition.IT_BRAKES, thing(15.0, 10.0, 15.0), replace(driving(10.0), state=None)) is None


def test_what_was_meant_and_how_it_is_known_are_told_in_either_language() -> None:
    told, meant, known, chinese = asked(
        QUEUE, 2.0, "What is ahead of us?", "What do you mean?", "How do you know that?", "你怎么知道的？"
    )
    assert told.text == "A white car about 25 metres ahead in our lane."
    assert meant.text == "A white car about 25 metres ahead in our lane. I know that from the camera and laser."
    assert known.text == "I know that from the camera and laser."
    assert chinese.text == "这是靠摄像头和激光雷达知道的。"
    for told_by in known.claims:
        assert (told_by.predicate, told_by.subject) == ("told_by", f"sense:{told_by.evidence[0].modality.value}")


def test_who_asks_for_it_slower_is_told_the_same_slower() -> None:
    told, slower, again = asked(QUEUE, 2.0, "What is ahead of us?", "More slowly, please.", "Say that again.")
    assert (told.text, told.pace) == (slower.text, 1.0)
    assert slower.pace < 1.0 == again.pace
    chinese, langsam = asked(QUEUE, 2.0, "前面有什么？", "说慢一点")
    assert (langsam.text, langsam.pace < 1.0) == (chinese.text, True)


def all_asked() -> list[Reply]:
    talk = [
        "Why did we stop?", "为什么停下来", "Why did we slow down?", "为什么减速", "What happened?", "发生了什么",
        "What if it brakes?", "要是前车刹车呢", "How do you know that?", "你怎么知道的",
    ]  # fmt: skip
    scripts = (QUEUE, red_until(12.0), swerving())
    return [reply for script in scripts for at_s in (3.5, 6.0, 16.0, 19.0) for reply in asked(script, at_s, *talk)]


def test_each_claim_of_them_is_told_once_in_good_sentences() -> None:
    replies = all_asked()
    failures = [
        f"{why}: {reply.text}"
        for reply in replies
        for why in (
            *faults(reply.text, reply.claims, READINGS[reply.language]),
            *(w for sentence in sentences_of(reply.text, reply.language) for w in FAULTS[reply.language](sentence)),
        )
    ]
    assert not failures, "\n".join(failures)
    assert len({reply.text for reply in replies}) > 20


AGO = claim(P.AGO, 12.0, EGO)
DID = (claim(P.EXISTS, "pedestrian"), claim(P.SIDE, "ahead_right"), claim(P.MOTION, "stepping_out"))
BUILT = [
    *(
        message(
            Act.DID, AGO, claim(P.EGO_MOTION, state, EGO), claim(P.CAUSE, cause, EGO), *told,
            roles={"a": EGO, "b": "track:1"},
        )
        for state, cause, told in (
            ("swerved_left", "unknown", ()),
            ("swerved_right", "unknown", ()),
            ("slowing", "unknown", ()),
            ("slowing", "track:1", DID),
            ("slowing", "track:1", DID[:2]),
        )
    ),
    message(Act.DID, AGO, claim(P.EGO_MOTION, "turning_left", EGO)),
    message(
        Act.DID, AGO, claim(P.EGO_MOTION, "slowing", EGO), claim(P.CAUSE, "signal:1", EGO),
        claim(P.SIGNAL_STATE, "red", "signal:1"), roles={"a": EGO, "b": "signal:1"},
    ),
    message(
        Act.HAPPENED, claim(P.AGO, 70.0), claim(P.EXISTS, "cyclist"), claim(P.SIDE, "right"),
        claim(P.MOTION, "overtaken"),
    ),
    message(
        Act.STOOD_IN_THE_WAY, claim(P.AGO, 4.0), claim(P.EXISTS, "car"), claim(P.SIDE, "ahead"),
        claim(P.MOTION, "stopped"),
    ),
    message(Act.WAS_LIT, claim(P.AGO, 1.0, "signal:1"), claim(P.SIGNAL_STATE, "amber", "signal:1")),
]  # fmt: skip


RED_CAR = Actor(track_id=7, label=ObjectClass.CAR, x=30.0, y=0.0, along=lambda t: 8.0, colour="red")


def test_a_clock_that_jumps_back_while_nothing_is_seen_forgets_the_past_too() -> None:
    dialogue, again = Dialogue(NarratorConfig()), Script(seconds=3.0, ego=lambda t: 8.0)
    for scene in (*red_until(12.0).scenes(),):
        dialogue.observe(scene)
    dialogue.lose_sight()
    for scene in again.scenes():
        dialogue.observe(scene)
    asks = Utterance(stamp_ns=again.start_ns, text="Why did we stop?", language="", confidence=1.0)
    assert dialogue.ask(asks).reply.text == "I can't tell."


def test_a_stop_is_not_explained_by_a_slowing_long_before_or_after_it() -> None:
    """Slow for a car at 3 s; stop for nothing at 40 s; slow for a car again at 60 s."""
    late = Actor(track_id=9, label=ObjectClass.CAR, x=330.0, y=0.0, along=ramp(58.0, 60.0, 8.0, 5.0), from_s=50.0)
    calm = Script(
        seconds=75.0,
        ego=lambda t: ramp(38.0, 44.0, 8.0, 0.0)(t) if t < 48.0 else ramp(48.0, 50.0, 0.0, 8.0)(t),
        actors=(replace(LEAD, to_s=8.0), late),
    )
    for at_s in (47.0, 66.0):
        (reply,) = asked(calm, at_s, "Why did we stop?")
        assert "car" not in reply.text, (at_s, reply.text)


def test_who_stood_behind_a_car_from_the_beginning_did_not_stop_for_it() -> None:
    waits = Actor(track_id=1, label=ObjectClass.CAR, x=10.0, y=0.0, along=ramp(8.0, 10.0, 0.0, 9.0), colour="white")
    drive = Script(seconds=25.0, ego=ramp(10.0, 12.0, 0.0, 7.0), actors=(waits,))
    assert asked(drive, 20.0, "Why did we stop?")[0].text == "I can't tell."


def test_what_stood_in_our_way_did_not_stop_there() -> None:
    stands = Actor(track_id=1, label=ObjectClass.CAR, x=75.0, y=0.0, colour="white")
    drive = Script(seconds=6.0, ego=lambda t: 14.0, actors=(stands,))
    (reply,) = asked(drive, 4.6, "What happened?")
    assert " stopped" not in reply.text, reply.text


def test_nobody_is_blamed_for_a_swerve() -> None:
    (reply,) = asked(replace(swerving(), actors=(RED_CAR,)), 7.5, "Why did we swerve?")
    assert reply.text == "We moved over to the left 4 seconds ago; I couldn't tell why."


@pytest.mark.parametrize(
    ("language", "question", "query"),
    [
        ("en", "Can you go slower?", "command()"),
        ("en", "We can't keep up with that car", "exists(car)"),
        ("en", "What if the brakes fail?", "if()"),
        ("en", "What if the rain stops?", "if()"),
        ("en", "What if the truck pulls out?", "if()"),
        ("en", "Why didn't we stop?", "unknowable()"),
        ("en", "Why did the bus stop?", "unknowable()"),
        ("en", "Why is it taking so long?", "why()"),
        ("en", "What car is that on the left?", "what(car, left)"),
        ("zh", "请放慢速度", "command()"),
        ("zh", "万一刹车失灵", "if()"),
        ("zh", "如果后车不刹车呢", "if()"),
        ("zh", "为什么没停", "unknowable()"),
        ("zh", "公交车为什么停了", "unknowable()"),
        ("zh", "那个牌子是什么意思", "other()"),
    ],
)
def test_words_that_only_sound_alike_are_not_taken_for_these_questions(
    language: str, question: str, query: str
) -> None:
    assert str(understand(question, read_words(language), Context())) == query


def test_what_is_meant_is_told_in_the_language_of_who_asks() -> None:
    _, meant = asked(QUEUE, 2.0, "How fast are we going?", "什么意思？")
    assert (meant.language, meant.text) == ("zh", "这是靠车速传感器知道的。")


def test_how_much_time_is_left_is_known_by_our_own_speed_too() -> None:
    left, known = asked(QUEUE, 2.0, "What if the car ahead brakes?", "How do you know?")
    (claim_,) = (c for c in left.claims if c.predicate == "time_left")
    assert Sense.ODOMETRY in {e.modality for e in claim_.evidence}
    assert known.text == "I know that from the camera, laser and speed sensor."


@pytest.mark.parametrize("language", READINGS)
@pytest.mark.parametrize("built", BUILT, ids=lambda built: "-".join(str(c.value) for c in built.core[1:]))
def test_what_is_seldom_over_is_worded_well_too(built: Message, language: str) -> None:
    texts = wordings(language, built)
    assert texts
    for text in texts:
        assert not list(FAULTS[language](text)), text
        assert not list(faults(text, built.claims, READINGS[language])), text


def test_a_drive_that_bends_is_no_swerve() -> None:
    bend = Script(seconds=8.0, ego=lambda t: 8.0, yaw_rate=lambda t: 0.12 if t > 2.0 else 0.0)
    assert asked(bend, 6.0, "Why did we swerve?")[0].declined
    stands = Script(seconds=8.0, ego=still, yaw_rate=lambda t: 0.25 if 2.0 <= t < 2.8 else 0.0)
    assert asked(stands, 6.0, "Why did we swerve?")[0].declined
