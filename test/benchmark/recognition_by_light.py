"""How much of what the simulator draws is recognised by dusk, by night, in rain and in fog: `recognition.py`'s scenes.

    python test/benchmark/recognition_by_light.py [--frames 40] [--light dusk night …] [--pictures FOLDER]

The same scenes, seen by the whole encoder. Vehicles have their lamps on, and the street its lamps.
"""

from __future__ import annotations

import argparse
import dataclasses
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from crossmodal_narrator.simulation.rollout import Daylight, Environment
from crossmodal_narrator.simulation.traffic.actor import Actor
from crossmodal_narrator.simulation.traffic.timeline import Lamps, Timeline
from crossmodal_narrator.simulation.world import Moment

if __package__:
    from .recognition import PEOPLE, RANGES_M, VEHICLES, Tally, detect, encoders, family
    from .recognition_scenes import Scene, rendered, scene_of, shown
else:
    from recognition import PEOPLE, RANGES_M, VEHICLES, Tally, detect, encoders, family
    from recognition_scenes import Scene, rendered, scene_of, shown

LIGHTS: Mapping[str, Environment | None] = {
    "day": None,  # the scene's own
    "rain": Environment(rain_mmph=6.0),
    "fog": Environment(visibility_m=90.0),
    "dusk": Environment(daylight=Daylight.DUSK),
    "night": Environment(daylight=Daylight.NIGHT),
    "night_rain": Environment(daylight=Daylight.NIGHT, rain_mmph=6.0, visibility_m=1_000.0),
}


def lit(scene: Scene, environment: Environment | None) -> Scene:
    """`scene` in another light, lamps on."""
    if environment is None:
        return scene
    moment = scene.moment
    bodies = [dataclasses.replace(body, actor=_with_lamps(body.actor)) for body in moment.bodies]
    changed: Moment = dataclasses.replace(
        moment,
        rollout=dataclasses.replace(moment.rollout, environment=environment),
        bodies=bodies,
    )
    return dataclasses.replace(scene, moment=changed)


def _with_lamps(actor: Actor) -> Actor:
    if family(actor.look) is PEOPLE:
        return actor
    old = actor.timeline
    timeline = Timeline(
        time_s=old.time_s,
        xyz_m=old.xyz_m,
        yaw_rad=old.yaw_rad,
        speed_mps=old.speed_mps,
        lamps=np.full_like(old.lamps, int(Lamps.HEAD)),
    )
    return dataclasses.replace(actor, timeline=timeline)


def run(name: str, frames: int, seed: int, pictures: Path | None = None) -> Tally:
    tally, encoder = Tally(name, defaultdict(int), defaultdict(int)), encoders()["whole encoder"]
    for number in range(frames):
        scene = lit(scene_of(np.random.default_rng((seed, number))), LIGHTS[name])
        rgb, things = rendered(scene, np.random.default_rng((seed, number, 1))), shown(scene)
        tally.add(things, detect(encoder, rgb, things))
        if pictures is not None and number < 6:
            pictures.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(pictures / f"{name}_{number}.png"), np.ascontiguousarray(rgb[..., ::-1]))
    return tally


def table_of(tallies: list[Tally]) -> Table:
    table = Table(title=f"recognised, {tallies[0].frames} frames each")
    table.add_column("light")
    groups = {"vehicles": VEHICLES, "on foot": PEOPLE}
    for name in (*groups, "two-wheelers"):
        for low, high in RANGES_M:
            table.add_column(f"{name}\n{low:.0f} to {high:.0f} m", justify="right")
    table.add_column("false a frame", justify="right")
    for tally in tallies:
        cells = []
        looks = {look for look, _ in tally.counted}
        for kind in (VEHICLES, PEOPLE, None):
            chosen = [n for n in looks if (family(n) is kind if kind else family(n) not in (VEHICLES, PEOPLE))]
            shares = [tally.share(chosen, span) for span in range(len(RANGES_M))]
            cells += [f"{a}/{b} {a / b:4.0%}" if b else "-" for a, b in shares]
        table.add_row(tally.name, *cells, f"{tally.false / tally.frames:.2f}")
    return table


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--light", nargs="+", choices=tuple(LIGHTS), default=list(LIGHTS))
    parser.add_argument("--pictures", type=Path, help="folder for pictures of the first scenes")
    args = parser.parse_args()
    Console(width=150).print(table_of([run(name, args.frames, args.seed, args.pictures) for name in args.light]))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
