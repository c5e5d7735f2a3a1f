"""The catalogue of those who move on roads: what each is called, and how large it is. `appearance` draws them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.errors import ScenarioError
from crossmodal_narrator.core.geometry import Vec3


class EngineKind(str, Enum):
    """What drives it, as the ear knows it."""

    PETROL = "petrol"
    DIESEL = "diesel"
    ELECTRIC = "electric"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One of the catalogue. `size_lwh_m` is that which people label: vehicles without mirrors, beacons and aerials."""

    name: str
    label: ObjectClass
    size_lwh_m: Vec3
    wheelbase_m: float = 0.0  # 0 of those without wheels; of a semi-truck that of its tractor
    front_axle_m: float = 0.0  # from the nose
    engine: EngineKind = EngineKind.NONE
    is_emergency: bool = False
    height_spread: float = 0.0  # people differ: a share of the height, to either side


def _table() -> Mapping[str, Look]:
    car, van, truck, bus = ObjectClass.CAR, ObjectClass.VAN, ObjectClass.TRUCK, ObjectClass.BUS
    petrol, diesel, electric = EngineKind.PETROL, EngineKind.DIESEL, EngineKind.ELECTRIC
    vehicles = (
        # name, label, length, width, height, wheelbase, front axle, engine, is_emergency
        ("sedan", car, 4.6, 1.8, 1.45, 2.7, 0.85, petrol, False),
        ("hatchback", car, 4.1, 1.76, 1.48, 2.55, 0.8, electric, False),
        ("suv", car, 4.5, 1.86, 1.68, 2.65, 0.88, petrol, False),
        ("estate", car, 4.7, 1.82, 1.48, 2.75, 0.87, diesel, False),
        ("pickup", car, 5.3, 1.9, 1.8, 3.2, 0.92, diesel, False),
        ("van", van, 5.3, 1.98, 2.25, 3.2, 0.95, diesel, False),
        ("minibus", bus, 6.2, 2.04, 2.68, 3.67, 1.0, diesel, False),
        ("box_truck", truck, 7.6, 2.4, 3.4, 4.2, 1.3, diesel, False),
        ("semi_truck", truck, 13.9, 2.55, 3.95, 3.7, 1.4, diesel, False),
        ("city_bus", bus, 12.0, 2.55, 3.1, 5.9, 2.7, diesel, False),
        ("ambulance", van, 6.4, 2.16, 2.75, 3.67, 1.0, diesel, True),
        ("fire_engine", truck, 8.2, 2.5, 3.2, 4.3, 1.45, diesel, True),
        ("police_car", car, 4.7, 1.82, 1.48, 2.75, 0.87, petrol, True),
        ("motorcycle", ObjectClass.MOTORCYCLE, 2.1, 0.8, 1.52, 1.42, 0.33, petrol, False),
        ("cyclist", ObjectClass.CYCLIST, 1.76, 0.6, 1.8, 1.04, 0.36, EngineKind.NONE, False),
    )
    looks = [
        Look(
            name=name,
            label=label,
            size_lwh_m=(length, width, height),
            wheelbase_m=wheelbase,
            front_axle_m=axle,
            engine=engine,
            is_emergency=is_emergency,
        )
        for name, label, length, width, height, wheelbase, axle, engine, is_emergency in vehicles
    ]
    on_foot = (("pedestrian", (0.6, 0.6, 1.74), 0.08), ("child", (0.5, 0.5, 1.22), 0.12))
    looks += [
        Look(name=name, label=ObjectClass.PEDESTRIAN, size_lwh_m=size, height_spread=spread)
        for name, size, spread in on_foot
    ]
    return {look.name: look for look in looks}


LOOKS: Mapping[str, Look] = _table()


def look_of(name: str) -> Look:
    """The look of that name.

    Raises:
        ScenarioError: the catalogue has none.
    """
    if name not in LOOKS:
        raise ScenarioError(f"the catalogue has no look {name!r}", remedy=f"known looks: {', '.join(LOOKS)}")
    return LOOKS[name]


def size_of(name: str, look_seed: int) -> Vec3:
    """Length, width and height of one of them: vehicles of a look are equal, people are not equally tall.

    Raises:
        ScenarioError: the catalogue has no such look.
    """
    look = look_of(name)
    length, width, height = look.size_lwh_m
    spread = look.height_spread
    if spread == 0.0:
        return look.size_lwh_m
    # Three heights, not all: people of one height and build share their triangles.
    step = int(np.random.default_rng(look_seed).integers(-1, 2))
    return length, width, round(height * (1.0 + spread * step), 2)
