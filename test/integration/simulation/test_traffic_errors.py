"""A scenario that contradicts itself, or cannot happen, is refused with the value and a remedy."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crossmodal_narrator.core.errors import ScenarioError
from crossmodal_narrator.simulation.scenario import (
    Act,
    Background,
    Driven,
    Manoeuvre,
    Place,
    Scenario,
    Scripted,
    SignalPlan,
    Step,
)
from crossmodal_narrator.simulation.traffic.actor import SoundCue, SoundKind
from crossmodal_narrator.simulation.traffic.roll_out import roll_out
from crossmodal_narrator.simulation.traffic.sumo import simulation

EGO = Driven(actor_id="ego", look="", route=("W_J1", "J1_J2"), lane=1, way_m=20.0, speed_mps=10.0)
CAR = Driven(actor_id="car", look="sedan", route=("W_J1", "J1_J2"), lane=2, way_m=20.0, speed_mps=10.0)
WALKER = Scripted(actor_id="walker", look="pedestrian", steps=(Step(at_s=0.0, place=Place(lane="W_J1_0", way_m=30.0)),))
GOOD = Scenario(name="x", summary="", network="arterial", length_s=5.0, ego=EGO)


def step(at_s: float, lane: str = "W_J1_1", way_m: float = 100.0, **more: float) -> Step:
    return Step(at_s=at_s, place=Place(lane=lane, way_m=way_m, **more))


def car(**changes: Any) -> dict[str, Any]:
    return {"driven": (replace(CAR, **changes),)}


def told(**act: Any) -> dict[str, Any]:
    return car(manoeuvres=(Manoeuvre(**act),))


def walker(**changes: Any) -> dict[str, Any]:
    return {"scripted": (replace(WALKER, **changes),)}


def plan(*changes: tuple[float, str], lane: str = "W_J1_1") -> dict[str, Any]:
    return {"signals": (SignalPlan(lane=lane, changes=changes),)}


def around(**rates: float) -> dict[str, Any]:
    return {"background": Background(**rates)}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"network": "moon"}, "no road network 'moon' — choose one of arterial"),
        ({"length_s": 0.0}, "length_s is 0 — choose"),
        ({"length_s": float("nan")}, "length_s is nan — choose"),
        ({"ego": replace(EGO, actor_id="me")}, "the ego is called 'me' — call it 'ego'"),
        ({"driven": (CAR, CAR)}, "2 actors are called 'car' — give each its own name"),
        (car(actor_id="a car"), "an actor is called 'a car'"),
        (car(look="hovercraft"), "car: there is no look 'hovercraft' — choose one of sedan"),
        (car(look="pedestrian"), "car drives, but is a pedestrian"),
        (car(route=("W_J1", "nowhere")), "car: network arterial has no edge 'nowhere'"),
        (car(route=("W_J1", "J2_E")), "W_J1 does not lead to J2_E — go on with J1_J2, J1_N1, J1_S1"),
        (car(route=("J2_E", "E_J2")), "J2_E does not lead to E_J2 — end the route there"),
        (car(route=()), "car has no route"),
        (car(lane=0), "car departs on lane 0 of W_J1 — choose one of \\[1, 2, 3\\]"),
        (car(way_m=900.0), "car: way_m is 900 — choose 0 to"),
        (car(speed_mps=-1.0), "car: speed_mps is -1 — choose 0 to 70"),
        (car(depart_s=7.0), "car departs at 7 s of a drive of 5 s"),
        (told(at_s=6.0, act=Act.RESUME), "car: resume at 6 s — choose a time"),
        (told(at_s=1.0, act=Act.SPEED), "car: speed at 1 s has no speed_mps"),
        (told(at_s=1.0, act=Act.CHANGE_LANE), "change_lane at 1 s has no lane"),
        (told(at_s=1.0, act=Act.STOP), "stop at 1 s has no way_m"),
        (told(at_s=1.0, act=Act.BRAKE, for_s=0.0), "brake at 1 s lasts 0 s"),
        (told(at_s=1.0, act=Act.CHANGE_LANE, lane=0), "to change to lane 0 at 1 s, but is on W_J1, whose"),
        (told(at_s=1.0, act=Act.STOP, way_m=32.0), "car cannot stop at 32 m of W_J1_2: at 1 s it is at"),
        (walker(steps=()), "walker has no steps"),
        (walker(look="ghost"), "walker: there is no look 'ghost'"),
        (walker(steps=(step(1.0), step(1.0))), "walker has steps at \\[1.0, 1.0\\] s — let their times rise"),
        (walker(steps=(step(9.0),)), "walker has a step at 9 s — choose 0 to 5 s"),
        (walker(steps=(step(0.0, lane="W_J1_9"),)), "has no lane 'W_J1_9' — choose one of W_J1_0"),
        (walker(steps=(step(0.0, way_m=999.0),)), "walker: way_m on W_J1_1 is 999"),
        (walker(is_parked=True, steps=(step(0.0), step(1.0))), "walker is parked and has 2 steps"),
        (walker(steps=(step(0.0, way_m=10.0), step(1.0, way_m=200.0))), "must go 190 m from 0 s to 1 s"),
        (walker(look="sedan", steps=(step(0.0), step(3.0, way_m=80.0))), "walker would drive backwards from its step"),
        (car(sounds=(SoundCue(kind=SoundKind.HORN, from_s=3.0, to_s=2.0),)), "car: horn sounds from 3 to 2 s"),
        (plan((0.0, "red"), lane="W_J1_0"), "for lane 'W_J1_0', which has no traffic light — choose one of E_J2_1"),
        (plan((1.0, "red")), "changes at \\[1.0\\] s — begin at 0"),
        (plan((0.0, "blue")), "is to show 'blue' — choose one of amber, green"),
        (plan((0.0, "red"), (8.0, "green")), "changes at 8 s, after the drive of 5 s"),
        (around(vehicles_per_minute=-1.0), "background: vehicles_per_minute is -1 — choose 0 to"),
        (around(parked_share=1.5), "parked_share is 1.5 — choose 0 to 1"),
        (around(parked_share=0.5), "parked_share is 0.5, but arterial has no parking lanes"),
        (around(warm_up_s=-1.0), "warm_up_s is -1"),
        (car(way_m=22.0, lane=1), "car and ego are in one place at 0.0 s"),
    ],
)  # fmt: skip
def test_a_contradiction_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        roll_out(replace(GOOD, **changes), 1)


def test_a_route_that_ends_too_early_is_refused_for_the_ego_alone() -> None:
    short = replace(CAR, route=("W_J1",), way_m=225.0, lane=1)

    with pytest.raises(ScenarioError, match=r"the ego is on the road from 0\.0 to .* s of 5 s — "):
        roll_out(replace(GOOD, ego=replace(EGO, route=("W_J1",), way_m=225.0)), 1)
    near = replace(EGO, way_m=150.0)
    rollout = roll_out(replace(GOOD, ego=near, driven=(replace(short, actor_id="other"),)), 1)
    assert not rollout.actors[0].timeline.is_present(4.5)


def test_people_and_bicycles_need_their_places() -> None:
    motorway = Scenario(
        name="x",
        summary="",
        network="merge",
        length_s=5.0,
        ego=Driven(actor_id="ego", look="", route=("M0_M1",), way_m=20.0, speed_mps=20.0),
    )

    with pytest.raises(ScenarioError, match="pedestrians_per_minute is 3, but merge has no pavements"):
        roll_out(replace(motorway, background=Background(pedestrians_per_minute=3)), 1)
    with pytest.raises(ScenarioError, match="bicycles_per_minute is 3, but merge is a motorway"):
        roll_out(replace(motorway, background=Background(bicycles_per_minute=3)), 1)


def test_what_sumo_refuses_is_told_in_its_words_and_the_next_drive_runs(capfd: pytest.CaptureFixture[str]) -> None:
    network = Path(sys.modules[roll_out.__module__].__file__ or "").parent / "networks" / "rural.net.xml"
    broken = '<routes><vehicle id="v" depart="0"><route edges="W_K F_K"/></vehicle></routes>'

    with pytest.raises(ScenarioError, match=r"SUMO refuses: .*'v'"), simulation(str(network), broken, 1) as sumo:
        sumo.simulationStep()
    assert roll_out(GOOD, 1).length_s == 5.0
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("unshare") is None or shutil.which("g++") is None,
    reason="hiding the system's libraries takes root, unshare and g++",
)
def test_a_machine_without_a_window_system_drives_with_stand_ins(repository: Path, tmp_path: Path) -> None:
    names = ("libX11.so.6", "libXext.so.6", "libXrender.so.1", "libGL.so.1")
    folders = [
        Path(folder) for folder in ("/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib") if Path(folder).is_dir()
    ]
    real = [(folder / name).resolve() for folder in folders for name in names if (folder / name).exists()]
    nothing = tmp_path / "nothing"
    nothing.touch()
    hide = "".join(f"mount --bind {nothing} {path} && " for path in real)
    if subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this container may not hide files")
    code = (
        "import sys; from pathlib import Path\n"
        f"sys.path.insert(0, {str(repository / 'tools' / 'setup')!r})\n"
        "from environment import Environment; from stand_ins import install_stand_ins\n"
        "from crossmodal_narrator.core.errors import ScenarioError\n"
        "from crossmodal_narrator.simulation.traffic import sumo\n"
        f"sumo._STAND_INS = Path({str(tmp_path)!r}, 'lib', 'crossmodal_narrator')\n"
        "try:\n    sumo.load_libsumo()\nexcept ScenarioError as error:\n    print(error)\n"
        f"environment = Environment(Path({str(tmp_path)!r}), on_sourced_ros=False)\n"
        "environment.python = Path(sys.executable)\n"
        "install_stand_ins(environment)\n"
        "[sys.modules.pop(name) for name in list(sys.modules) if name.startswith(('libsumo', 'traci'))]\n"
        "print(sumo.load_libsumo().simulation.getTime.__name__)\n"
    )
    script = tmp_path / "drive.py"
    script.write_text(code)
    ended = subprocess.run(
        ["unshare", "-m", "bash", "-c", f"{hide} {sys.executable} {script}"],
        capture_output=True,
        text=True,
        check=False,
    )

    lines = ended.stdout.splitlines()
    assert ended.returncode == 0, ended.stderr
    assert "`apt install libx11-6 libxext6 libxrender1 libgl1" in lines[0]
    assert lines[1] == "getTime"
