"""Scenarios: those of the package hold together; what is wrong in a file is named with its place and a remedy."""

from __future__ import annotations

import copy
import json
import math
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from crossmodal_narrator.core.errors import ScenarioError
from crossmodal_narrator.evaluation import read_expectations
from crossmodal_narrator.simulation.scenario import Act, Driven, FaultKind, Scenario, Scripted
from crossmodal_narrator.simulation.scenarios import expectations_document, load_scenario, scenario_names
from crossmodal_narrator.simulation.traffic.roads import Light

SMALL = """
summary: A car brakes ahead of us.
network: arterial
length_s: 12
ego: {route: [W_J1, J1_J2], lane: 2, way_m: 20, speed_kmh: 36}
driven:
  - actor_id: lead
    look: estate
    route: [W_J1]
    lane: 2
    way_m: 60
    manoeuvres:
      - {at_s: 5, act: brake, speed_mps: 0, for_s: 2.5}
      - {at_s: 8, act: resume}
    sounds: [{kind: horn, from_s: 1, to_s: 2}]
scripted:
  - actor_id: walker
    look: pedestrian
    steps:
      - {at_s: 0, place: {lane: W_J1_0, way_m: 100}}
      - {at_s: 9, place: {lane: W_J1_0, way_m: 110}}
signals:
  - {lane: W_J1_2, changes: [[0, red], [6, green]]}
stands:
  - {kind: cone, place: {lane: W_J1_1, way_m: 90, left_m: -1.5}}
environment: {daylight: dusk, sun_azimuth_deg: 90, rain_mmph: 2}
faults:
  - {sensor: lidar, from_s: 3, to_s: 6}
  - {sensor: camera/front, from_s: 3, to_s: 6, kind: blind}
cameras: [front, rear]
expectations:
  - name: brakes
    from_s: 5
    by_s: 7
    words: The car ahead is braking.
    actor: lead
    claims:
      - {predicate: motion, label: car, side: [ahead], value: [braking, stopped]}
"""


def write(folder: Path, document: Any, name: str = "mine.yaml") -> Path:
    path = folder / name
    path.write_text(document if isinstance(document, str) else yaml.safe_dump(document), encoding="utf-8")
    return path


def changed(keys: str, value: Any) -> dict[str, Any]:
    """SMALL with one key set: `driven.0.look`; `...` takes it away."""
    document = copy.deepcopy(yaml.safe_load(SMALL))
    *way, last = [int(key) if key.isdigit() else key for key in keys.split(".")]
    inner = document
    for key in way:
        inner = inner[key]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return document


def test_a_users_file_becomes_a_scenario_named_after_it(tmp_path: Path) -> None:
    scenario = load_scenario(str(write(tmp_path, SMALL)))

    assert scenario.name == "mine"
    assert isinstance(scenario.ego, Driven)
    assert (scenario.ego.actor_id, scenario.ego.speed_mps) == ("ego", pytest.approx(10.0))
    assert scenario.driven[0].manoeuvres[0].act is Act.BRAKE
    assert scenario.signals[0].changes == ((0.0, Light.RED), (6.0, Light.GREEN))
    assert scenario.environment.sun_azimuth_rad == pytest.approx(0.5 * math.pi)
    assert [fault.kind for fault in scenario.faults] == [FaultKind.SILENT, FaultKind.BLIND]
    assert scenario.expectations[0].claims[0].label == ("car",)


def test_an_ego_with_steps_is_scripted(tmp_path: Path) -> None:
    steps = [{"at_s": at_s, "place": {"lane": "W_J1_2", "way_m": 10.0 * at_s}} for at_s in (0, 12)]

    assert isinstance(load_scenario(write(tmp_path, changed("ego", {"steps": steps}))).ego, Scripted)


def test_the_words_on_and_off_are_no_switches(tmp_path: Path) -> None:
    document = SMALL.replace("[6, green]", "[6, off]")

    assert load_scenario(write(tmp_path, document)).signals[0].changes[1] == (6.0, Light.OFF)


# Where in the file, what is written there, and what the message tells: key path, value, remedy.
WRONG: dict[str, tuple[str, Any, tuple[str, ...]]] = {
    "unknown key": ("colour", "red", ("unknown key 'colour'", "known keys:")),
    "misspelt key": ("driven.0.lok", "van", ("driven[0] has the unknown key 'lok'", "did you mean look?")),
    "missing key": ("network", ..., ("lacks network", "write `network: …`")),
    "missing inner key": ("stands.0.place.lane", ..., ("stands[0].place lacks lane",)),
    "text for a number": ("length_s", "long", ("length_s = 'long' must be a number", "allowed: 1 to 600")),
    "number for text": ("summary", 3, ("summary = 3 must be text",)),
    "empty text": ("summary", " ", ("summary is empty",)),
    "yes for a number": ("driven.0.way_m", True, ("driven[0].way_m = True must be a number",)),
    "fraction for a whole number": ("driven.0.lane", 1.5, ("driven[0].lane = 1.5 must be a whole number",)),
    "nothing": ("driven.0.route", None, ("driven[0].route is nothing", "write a list")),
    "mapping for a list": ("driven", {"actor_id": "a"}, ("driven is {'actor_id': 'a'}", "write a list")),
    "list for a mapping": ("background", [1], ("background is [1]", "vehicles_per_minute")),
    "not a number": ("ego.way_m", math.nan, ("ego.way_m = nan is out of range",)),
    "infinite": ("driven.0.manoeuvres.0.at_s", math.inf, ("driven[0].manoeuvres[0].at_s = inf is out of range",)),
    "huge": ("driven.0.way_m", 10**400, ("driven[0].way_m = inf is out of range",)),
    "a huge whole number": ("driven.0.lane", 10**400, ("driven[0].lane = 1000", "allowed: 0 to 9")),
    "no length": ("length_s", 0, ("length_s = 0 is out of range", "allowed: 1 to 600")),
    "negative length": ("length_s", -3, ("length_s = -3 is out of range",)),
    "negative speed": ("driven.0.speed_mps", -1, ("driven[0].speed_mps = -1 is out of range", "allowed: 0 to 70")),
    "range in the unit that is written": ("ego.speed_kmh", 300, ("ego.speed_kmh = 300", "allowed: 0 to 252")),
    "two units": ("ego.speed_mps", 3, ("is told twice, in two units",)),
    "negative rate": ("background", {"vehicles_per_minute": -1}, ("background.vehicles_per_minute = -1",)),
    "no time for an act": ("driven.0.manoeuvres.0.for_s", 0, ("driven[0].manoeuvres[0].for_s = 0 is out of range",)),
    "share above one": ("background", {"parked_share": 1.2}, ("background.parked_share = 1.2", "allowed: 0 to 1")),
    "unknown act": ("driven.0.manoeuvres.0.act", "jump", ("act = 'jump' is not known", "allowed: speed, brake")),
    "unknown daylight": ("environment.daylight", "noon", ("environment.daylight = 'noon'", "day, dusk, night")),
    "impossible weather": ("environment.rain_mmph", 500, ("environment does not hold: rain_mmph is 500", "0 to 100")),
    "unknown sound": ("driven.0.sounds.0.kind", "bark", ("driven[0].sounds[0].kind = 'bark'", "wail")),
    "unknown light": ("signals.0.changes", [[0, "blue"]], ("signals[0].changes[0][1] = 'blue'", "red, red_amber")),
    "no pair": ("signals.0.changes", [[0, "red", 3]], ("signals[0].changes[0]", "is no list of 2")),
    "empty list": ("ego.route", [], ("ego.route has 0 entries", "allowed: 1 to 100")),
    "unknown network": ("network", "paris", ("network = 'paris' is not known", "arterial")),
    "unknown edge": ("driven.0.route", ["W_J9"], ("driven[0].route[0] = 'W_J9' is not known", "W_J1")),
    "a route with a gap": ("ego.route", ["W_J1", "J2_E"], ("ego.route[1] = 'J2_E' does not follow 'W_J1'", "J1_J2")),
    "a pavement to drive on": ("driven.0.lane", 0, ("driven[0].lane = 0 is not for driving on 'W_J1'", "1, 2, 3")),
    "beyond the edge": ("driven.0.way_m", 999, ("driven[0].way_m = 999 lies beyond 'W_J1'",)),
    "unknown lane": ("stands.0.place.lane", "W_J1_7", ("stands[0].place.lane = 'W_J1_7' is not known",)),
    "beyond the lane": ("scripted.0.steps.1.place.way_m", 999, ("scripted[0].steps[1].place.way_m = 999 lies beyond",)),
    "unknown look": ("driven.0.look", "tank", ("driven[0].look = 'tank' is not known", "sedan")),
    "unknown thing": ("stands.0.kind", "tree house", ("stands[0].kind = 'tree house' is not known", "cone")),
    "the same id twice": ("scripted.0.actor_id", "lead", ("scripted[0].actor_id = 'lead' is there twice",)),
    "another ego": ("driven.0.actor_id", "ego", ("driven[0].actor_id = 'ego' is there twice",)),
    "a look of the ego": ("ego.look", "van", ("ego.look is not for the ego to have",)),
    "neither way to drive": ("ego.route", ..., ("ego does not tell which kind it is", "route or steps")),
    "both ways to drive": ("ego.steps", [], ("ego does not tell which kind it is", "only one of them")),
    "an ego that comes later": ("ego.depart_s", 2, ("ego.depart_s = 2",)),
    "an ego that leaves the drive": (
        "ego",
        {"steps": [{"at_s": t, "place": {"lane": "W_J1_2", "way_m": t}} for t in (0, 5)]},
        ("ego.steps[1].at_s = 5, and the drive ends at 12",),
    ),
    "steps out of order": ("scripted.0.steps.1.at_s", 0, ("scripted[0].steps[1] is at 0 s, after one at 0 s",)),
    "parked and moving": ("scripted.0.is_parked", True, ("scripted[0].is_parked = True, and it moves",)),
    "an act after the end": ("driven.0.manoeuvres.1.at_s", 13, ("manoeuvres[1].at_s = 13 lies outside", "0 to 12")),
    "acts out of order": ("driven.0.manoeuvres.1.at_s", 4, ("manoeuvres[1] is at 4 s, after one at 5 s",)),
    "an act without its value": ("driven.0.manoeuvres.0.speed_mps", ..., ("lacks speed_mps", "'brake'")),
    "an act with another's value": ("driven.0.manoeuvres.1.way_m", 3, ("way_m says nothing to 'resume'",)),
    "a sound that ends first": ("driven.0.sounds.0.to_s", 1, ("sounds[0].to_s = 1 is not after from_s",)),
    "a sound after the end": ("driven.0.sounds.0.to_s", 20, ("sounds[0].to_s = 20 lies outside the drive",)),
    "a light where none is": (
        "signals.0.lane",
        "J1_W_1",
        ("signals[0].lane = 'J1_W_1' has no traffic light", "W_J1_2"),
    ),
    "a light that begins late": ("signals.0.changes", [[1, "red"]], ("changes[0] is at 1 s", "begin with what")),
    "a light out of order": ("signals.0.changes", [[0, "red"], [0, "green"]], ("changes[1] is at 0 s",)),
    "two plans of a lane": ("signals", [{"lane": "W_J1_2", "changes": [[0, "red"]]}] * 2, ("signals[1].lane",)),
    "unknown camera": ("cameras", ["top"], ("cameras[0] = 'top'", "front, front_left")),
    "a camera twice": ("cameras", ["front", "front"], ("cameras[1] = 'front'", "each once")),
    "a fault of no sensor": ("faults.0.sensor", "camera/left", ("faults[0].sensor = 'camera/left'", "camera/front")),
    "a blind compass": ("faults.0", {"sensor": "imu", "from_s": 1, "to_s": 2, "kind": "blind"}, ("faults[0].kind",)),
    "a fault that ends first": ("faults.0.to_s", 3, ("faults[0].to_s = 3 is not after from_s",)),
    "a file that is absent": ("utterances", [{"file": "a.wav", "at_s": 1}], ("utterances[0].file =", "is not there")),
    "said before it happens": ("expectations.0.by_s", 4, ("expectations[0].by_s = 4 is not after from_s",)),
    "said after the end": ("expectations.0.by_s", 13, ("expectations[0].by_s = 13 lies outside the drive",)),
    "of nobody": ("expectations.0.actor", "bus", ("expectations[0].actor = 'bus'", "ego, lead, walker")),
    "one word for a claim": ("expectations.0.claims", "motion", ("expectations[0].claims[0] is 'motion'",)),
    "unknown predicate": ("expectations.0.claims.0.predicate", "smell", ("predicate = 'smell'", "exists, side")),
    "unknown label": ("expectations.0.claims.0.label", "tank", ("claims[0].label[0] = 'tank'", "car, van")),
    "unknown side": ("expectations.0.claims.0.side", ["up"], ("claims[0].side[0] = 'up'", "ahead_left")),
    "unknown value": ("expectations.0.claims.0.value", "flying", ("value[0] = 'flying' is no value of 'motion'",)),
    "a value of another type": ("expectations.0.claims.0.value", 1.5, ("value[0] = 1.5 has another type",)),
    "unknown subject": ("expectations.0.claims.0.about", "car:1", ("about = 'car:1' is no subject", "ego, track")),
    "unknown sense": ("expectations.0.claims.0.about", "sense:nose", ("'sense:nose' is no sense", "sense:camera")),
    "a label of a signal": ("expectations.0.claims.0.about", "signal", ("label cannot be said of 'signal'",)),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_named_with_its_file_place_value_and_remedy(tmp_path: Path, case: str) -> None:
    keys, value, told = WRONG[case]
    path = write(tmp_path, changed(keys, value))

    with pytest.raises(ScenarioError) as raised:
        load_scenario(path)

    message = str(raised.value)
    assert message.startswith(str(path))
    assert [part for part in told if part not in message] == []
    assert raised.value.remedy


def test_two_expectations_of_one_name_are_refused(tmp_path: Path) -> None:
    document = yaml.safe_load(SMALL)
    document["expectations"] *= 2

    with pytest.raises(ScenarioError, match=r"expectations\[1\]\.name = 'brakes' is there twice"):
        load_scenario(write(tmp_path, document))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (SMALL + "network: grid\n", "the key 'network' stands twice"),
        (SMALL.replace("{at_s: 8, act: resume}", "{at_s: 8, at_s: 9, act: resume}"), "the key 'at_s' stands twice"),
        ("summary: [", "is not YAML"),
        ("? [a, b]\n: c\n", "a key is not a word"),
        ("!!python/object:os.system x", "is not YAML"),
        ("summary: 2026-13-45", "is not YAML"),
        ("just words", "holds no keys"),
        ("", "holds no keys"),
        ("name: other\n" + SMALL, "name is not written in the file"),
    ],
)
def test_a_file_that_is_no_scenario_is_refused(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ScenarioError, match=re.escape(told)):
        load_scenario(write(tmp_path, text))


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "picture.yaml"
    path.write_bytes(b"\x89PNG\xff\xfe")

    with pytest.raises(ScenarioError, match="is not YAML"):
        load_scenario(path)


def test_an_absent_file_and_an_unknown_name_are_told(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"absent\.yaml: No such file"):
        load_scenario(tmp_path / "absent.yaml")
    with pytest.raises(ScenarioError, match="Is a directory"):
        load_scenario(tmp_path)
    with pytest.raises(ScenarioError, match=r"no scenario 'lead_brake' — did you mean lead_brakes\?"):
        load_scenario("lead_brake")


def test_a_sound_is_looked_for_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "ask.wav").write_bytes(b"RIFF")
    path = write(tmp_path, changed("utterances", [{"file": "ask.wav", "at_s": 3, "text": "What was that?"}]))

    assert load_scenario(path).utterances[0].file == str(tmp_path / "ask.wav")


def test_the_package_brings_fourteen_scenarios_and_the_street() -> None:
    names = scenario_names()

    assert "street" in names
    assert len(names) >= 15


@pytest.fixture(scope="module", params=scenario_names())
def scenario(request: pytest.FixtureRequest) -> Scenario:
    return load_scenario(request.param)


def test_each_tells_what_a_good_narrator_says(scenario: Scenario) -> None:
    counted = [expectation for expectation in scenario.expectations if expectation.claims]

    assert 12 <= scenario.length_s <= 30
    assert len(counted) >= 2
    assert all(len(e.words.split()) <= 25 for e in scenario.expectations)


def test_each_one_of_whom_something_is_expected_is_there_by_then(scenario: Scenario) -> None:
    appears = {actor.actor_id: actor.depart_s for actor in scenario.driven}
    appears |= {actor.actor_id: actor.steps[0].at_s for actor in scenario.scripted}

    late = [e.name for e in scenario.expectations if appears.get(e.actor, 0.0) >= e.by_s]
    assert late == []


def test_what_is_expected_reaches_the_evaluation_as_it_was_written(scenario: Scenario, tmp_path: Path) -> None:
    path = tmp_path / "expectations.json"
    path.write_text(json.dumps(expectations_document(scenario)), encoding="utf-8")
    read = read_expectations(path)

    assert read.scenario == scenario.name
    for written, arrived in zip(scenario.expectations, read.expectations, strict=True):
        assert (arrived.name, arrived.from_s, arrived.by_s) == (written.name, written.from_s, written.by_s)
        assert [c.predicate for c in arrived.claims] == [c.predicate.value for c in written.claims]
        assert [c.label for c in arrived.claims] == [c.label for c in written.claims]
        assert [c.value for c in arrived.claims] == [c.value for c in written.claims]


def test_of_a_drive_that_is_cut_short_only_what_had_to_be_said_by_then_is_expected() -> None:
    scenario = load_scenario("lead_brakes")
    cut = expectations_document(scenario, length_s=8.0, start_ns=7)

    assert [e["name"] for e in cut["expectations"]] == [e.name for e in scenario.expectations if e.by_s <= 8.0]
    assert (cut["start_ns"], cut["length_s"]) == (7, 8.0)


def test_the_page_lists_the_scenarios_with_their_summaries(repository: Path) -> None:
    page = (repository / "docs" / "simulator" / "scenarios.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|$", page.partition("## ")[0], re.MULTILINE))

    assert listed == {name: load_scenario(name).summary for name in scenario_names()}


def test_the_example_of_the_page_is_a_scenario(repository: Path, tmp_path: Path) -> None:
    page = (repository / "docs" / "simulator" / "scenarios.md").read_text(encoding="utf-8")
    examples = re.findall(r"```yaml\n(.+?)```", page, re.DOTALL)

    assert examples
    for text in examples:
        assert load_scenario(write(tmp_path, text)).expectations
