"""How much of what the simulator draws by day the camera encoder's detector recognises, by look and range.

    python test/benchmark/recognition.py [--frames 100] [--seed 0] [--pictures FOLDER]

Seeded scenes: bodies of all looks in random places, turned at random, in a street. One counts where at least 80 % of
its outline is visible and all of it lies in the image; it is recognised where a box of its family overlaps its outline
by half (intersection over union). False is a box on which no such body stands at all, hidden ones included.
"""

from __future__ import annotations

import argparse
import dataclasses
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from recognition_scenes import MOUNT, Shown, rendered, scene_of, shown  # beside this file
from rich.console import Console
from rich.table import Table

from crossmodal_narrator.assembly import open_camera
from crossmodal_narrator.configuration import PerceptionConfig
from crossmodal_narrator.core.detections import ImageDetection, ObjectClass, RegionOfInterest
from crossmodal_narrator.core.frames import CameraFrame
from crossmodal_narrator.core.geometry import PixelBox
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.encoding.camera import CameraEncoder
from crossmodal_narrator.simulation.shapes.catalogue import LOOKS

VEHICLES = frozenset({ObjectClass.CAR, ObjectClass.VAN, ObjectClass.TRUCK, ObjectClass.BUS, ObjectClass.TRAIN})
TWO_WHEELERS = frozenset({ObjectClass.CYCLIST, ObjectClass.BICYCLE, ObjectClass.MOTORCYCLE, ObjectClass.PEDESTRIAN})
PEOPLE = frozenset({ObjectClass.PEDESTRIAN})
RANGES_M = ((5.0, 20.0), (20.0, 40.0))
MIN_VISIBLE, MIN_IOU = 0.8, 0.5
FREE = 0.97  # of the outline: nothing stands before it


@dataclass(slots=True)
class Tally:
    """Counts of one way to look."""

    name: str
    seen: dict[tuple[str, int], int]
    counted: dict[tuple[str, int], int]
    false: int = 0
    false_labels: dict[str, int] = dataclasses.field(default_factory=lambda: defaultdict(int))
    frames: int = 0

    def add(self, things: Sequence[Shown], found: Sequence[ImageDetection]) -> list[Shown]:
        """Counts one frame; returns what should have been recognised and was not."""
        self.frames += 1
        hits, missed = recognised(things, found), []
        for k, thing in enumerate(things):
            span = next((n for n, (low, high) in enumerate(RANGES_M) if low <= thing.range_m < high), None)
            if span is None or thing.visible < MIN_VISIBLE or not thing.is_whole:
                continue
            names = [thing.look, f"{thing.look} free"] if thing.visible >= FREE else [thing.look]
            for name in names:
                self.counted[name, span] += 1
                self.seen[name, span] += k in hits
            if k not in hits:
                missed.append(thing)
        for detection in invented(things, found):
            self.false += 1
            self.false_labels[detection.label.value] += 1
        return missed

    def share(self, looks: Sequence[str], span: int) -> tuple[int, int]:
        return sum(self.seen[look, span] for look in looks), sum(self.counted[look, span] for look in looks)


def family(look: str) -> frozenset[ObjectClass]:
    label = LOOKS[look].label
    if label in VEHICLES:
        return VEHICLES
    return PEOPLE if label is ObjectClass.PEDESTRIAN else TWO_WHEELERS


def recognised(things: Sequence[Shown], found: Sequence[ImageDetection]) -> set[int]:
    """Indices of `things` with a box of their own, the nearest first."""
    hits: set[int] = set()
    taken: set[int] = set()
    for k in sorted(range(len(things)), key=lambda k: things[k].range_m):
        box, labels = things[k].box, family(things[k].look)
        pairs = [(box.iou(d.box), n) for n, d in enumerate(found) if d.label in labels and n not in taken]
        iou, best = max(pairs, default=(0.0, -1))
        if iou >= MIN_IOU:
            hits.add(k)
            taken.add(best)
    return hits


def invented(things: Sequence[Shown], found: Sequence[ImageDetection]) -> list[ImageDetection]:
    """Boxes of vehicles and people on which there is none: they cover nothing of the kind, nor lie in it."""

    def is_there(detection: ImageDetection) -> bool:
        kin = [thing.box for thing in things if _is_akin(detection.label, thing.look)]
        inside = 0.6 * detection.box.area
        return any(box.iou(detection.box) > 0.3 or box.intersection(detection.box) > inside for box in kin)

    wanted = VEHICLES | TWO_WHEELERS
    return [d for d in found if d.label in wanted and not is_there(d)]


def _is_akin(label: ObjectClass, look: str) -> bool:
    """A motorcycle is a vehicle too, and whoever rides is a person."""
    if label in VEHICLES:
        return family(look) is VEHICLES or look == "motorcycle"
    return family(look) is not VEHICLES


def encoders() -> dict[str, CameraEncoder]:
    """The first look alone; as it is set up, with one further look a frame; and with three."""
    config = PerceptionConfig()
    names = {"first look": 0, "as set up": config.camera.crop_budget, "three further": 3}
    cameras = {name: dataclasses.replace(config.camera, crop_budget=budget) for name, budget in names.items()}
    return {name: open_camera(dataclasses.replace(config, camera=camera)) for name, camera in cameras.items()}


def detect(encoder: CameraEncoder, rgb: NDArray[np.uint8], things: Sequence[Shown]) -> Sequence[ImageDetection]:
    """What is found; a LiDAR would ask for second looks at what stands near."""
    k = MOUNT.intrinsics
    frame = CameraFrame(stamp_ns=1, frame_id=MOUNT.frame_id, camera=MOUNT.name, rgb=rgb, intrinsics=k)
    wanted = [
        RegionOfInterest(box=thing.box, priority=1.0 / thing.range_m, reason="lidar")
        for thing in things
        if thing.range_m < 40.0 and thing.visible > 0.3
    ]
    return encoder.encode(frame, lambda: wanted, StageTimer(time.perf_counter_ns)).detections


def run(frames: int, seed: int, pictures: Path | None = None) -> list[Tally]:
    opened = encoders()
    tallies = [Tally(name, defaultdict(int), defaultdict(int)) for name in opened]
    for number in range(frames):
        scene = scene_of(np.random.default_rng((seed, number)))
        rgb, things = rendered(scene, np.random.default_rng((seed, number, 1))), shown(scene)
        for tally, encoder in zip(tallies, opened.values(), strict=True):
            found = detect(encoder, rgb, things)
            missed = tally.add(things, found)
        if pictures is not None:
            _draw(pictures / f"{number:03d}.png", rgb, found, missed, invented(things, found))
    return tallies


def _draw(
    path: Path,
    rgb: NDArray[np.uint8],
    found: Sequence[ImageDetection],
    missed: Sequence[Shown],
    false: Sequence[ImageDetection],
) -> None:
    """Found green, missed red, invented magenta."""
    image = np.ascontiguousarray(rgb[..., ::-1])

    def frame(box: PixelBox, colour: tuple[int, int, int], words: str) -> None:
        low, high = (round(box.x0), round(box.y0)), (round(box.x1), round(box.y1))
        cv2.rectangle(image, low, high, colour, 1)
        cv2.putText(image, words, (low[0], max(low[1] - 3, 10)), cv2.FONT_HERSHEY_SIMPLEX, 0.4, colour, 1, cv2.LINE_AA)

    for detection in found:
        colour = (255, 0, 255) if detection in false else (0, 220, 0)
        frame(detection.box, colour, f"{detection.label.value} {detection.score:.2f}")
    for thing in missed:
        frame(thing.box, (0, 0, 255), f"{thing.look} {thing.range_m:.0f} m")
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), image)


def table_of(tallies: Sequence[Tally]) -> Table:
    table = Table(title=f"recognised by day, {tallies[0].frames} frames")
    table.add_column("look")
    for tally in tallies:
        for low, high in RANGES_M:
            table.add_column(f"{tally.name}\n{low:.0f} to {high:.0f} m", justify="right")
    rows = {look: [look] for look in LOOKS}
    for name, kin in (("VEHICLES", VEHICLES), ("ON FOOT", PEOPLE), ("TWO-WHEELERS", TWO_WHEELERS)):
        rows[name] = [look for look in LOOKS if family(look) is kin]
        rows[f"{name}, nothing before them"] = [f"{look} free" for look in rows[name]]
    for name, looks in rows.items():
        shares = [tally.share(looks, span) for tally in tallies for span in range(len(RANGES_M))]
        table.add_row(name, *(f"{a}/{b}  {a / b:4.0%}" if b else "-" for a, b in shares))
    captions = []
    for tally in tallies:
        labels = ", ".join(f"{count} {label}" for label, count in sorted(tally.false_labels.items()))
        captions.append(f"{tally.name}: {tally.false / tally.frames:.2f} false a frame ({labels or 'none'})")
    table.caption = "\n".join(captions)
    return table


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--pictures", type=Path, help="folder for pictures with boxes drawn in")
    args = parser.parse_args()
    Console(width=150).print(table_of(run(args.frames, args.seed, args.pictures)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
