"""How the looks of the catalogue drive and walk: their classes in SUMO, and where their axles are."""

from __future__ import annotations

from crossmodal_narrator.core.detections import ObjectClass
from crossmodal_narrator.core.errors import ScenarioError
from crossmodal_narrator.simulation.rollout import EGO_MIDDLE_M, EGO_SIZE_M
from crossmodal_narrator.simulation.shapes.catalogue import LOOKS, Look
from crossmodal_narrator.simulation.traffic.smoothing import Chassis

EGO = "ego"
_EGO_WHEELBASE_M = 2.8
_CLASSES = {
    ObjectClass.CAR: "passenger",
    ObjectClass.VAN: "delivery",
    ObjectClass.TRUCK: "truck",
    ObjectClass.BUS: "bus",
    ObjectClass.MOTORCYCLE: "motorcycle",
    ObjectClass.CYCLIST: "bicycle",
    ObjectClass.BICYCLE: "bicycle",
}
# vClass: acceleration and comfortable deceleration in m/s², highest speed in m/s, gap when standing in m. Close to
# SUMO's defaults (https://sumo.dlr.de/docs/Vehicle_Type_Parameter_Defaults.html), but gentler.
_DRIVES = {
    "passenger": (2.0, 2.6, 50.0, 2.2),
    "delivery": (1.7, 2.5, 40.0, 2.3),
    "truck": (1.1, 2.2, 25.0, 2.5),
    "bus": (1.1, 2.0, 24.0, 2.5),
    "motorcycle": (2.6, 3.0, 45.0, 2.0),
    "bicycle": (1.0, 2.0, 5.5, 1.0),
    "emergency": (2.2, 3.5, 50.0, 1.5),
}
# No wheels move sideways while they stand; rolling, they do by at most a fifth of the way ahead.
_SIDEWAYS = 'lcMaxSpeedLatStanding="0" lcMaxSpeedLatFactor="0.2" maxSpeedLat="1.3" lcAccelLat="1.0" minGapLat="0.4"'
_BLUE_LIGHT = '<param key="has.bluelight.device" value="true"/><param key="device.bluelight.reactiondist" value="70"/>'


def look(name: str, *, who: str) -> Look:
    """Raises ScenarioError: the catalogue has no such look."""
    if name not in LOOKS:
        raise ScenarioError(f"{who}: there is no look {name!r}", remedy=f"choose one of {', '.join(LOOKS)}")
    return LOOKS[name]


def is_on_foot(name: str) -> bool:
    return LOOKS[name].label is ObjectClass.PEDESTRIAN


def chassis_of(name: str) -> Chassis:
    """Of a vehicle of this look, or of the ego, whose pose is that of base_link; people turn on the spot."""
    if name == EGO:
        nose = 0.5 * EGO_SIZE_M[0] + EGO_MIDDLE_M  # ahead of base_link
        return Chassis(behind_nose_m=nose - _EGO_WHEELBASE_M, wheelbase_m=_EGO_WHEELBASE_M, origin_m=_EGO_WHEELBASE_M)
    if is_on_foot(name):
        return Chassis(behind_nose_m=0.0, wheelbase_m=0.35, origin_m=0.0, least_width_m=0.5, width_s=0.6)
    body = LOOKS[name]
    length = body.size_lwh_m[0]
    # A tractor with its trailer is one body here; it turns about axles near the trailer's.
    wheelbase = max(body.wheelbase_m, 0.45 * length)
    return Chassis(
        behind_nose_m=body.front_axle_m,
        wheelbase_m=wheelbase,
        origin_m=0.5 * length - body.front_axle_m,
        least_width_m=1.2 if length < 2.5 else 0.8,
        width_s=0.4 if length < 2.5 else 0.2,
    )


def vehicle_type(
    type_id: str, name: str, *, has_blue_light: bool = False, speed_factor: float | None = None, speed_mps: float = 0.0
) -> str:
    """The XML of a vehicle type; `name` is a look or the ego.

    `speed_factor` is of the limit; drawn for each vehicle where it is None. It can drive at `speed_mps` at least.
    """
    length, width, height = EGO_SIZE_M if name == EGO else LOOKS[name].size_lwh_m
    kind = "passenger" if name == EGO else _CLASSES[LOOKS[name].label]
    if has_blue_light:
        kind = "emergency"
    speed_up, slow_down, top, gap = _DRIVES[kind]
    # A bare number would be drawn around, by SUMO's defaults.
    factor = "normc(1,0.08,0.85,1.15)" if speed_factor is None else f"normc({speed_factor:g},0,0.1,10)"
    more = ' latAlignment="right"' if kind == "bicycle" else ""
    if has_blue_light:
        more = ' latAlignment="arbitrary" lcPushy="0.5"'
    return (
        f'<vType id="{type_id}" vClass="{kind}" length="{length:g}" width="{width:g}" height="{height:g}" sigma="0" '
        f'accel="{speed_up:g}" decel="{slow_down:g}" emergencyDecel="8" maxSpeed="{max(top, speed_mps):g}" '
        f'minGap="{gap:g}" speedFactor="{factor}" {_SIDEWAYS}{more}>{_BLUE_LIGHT if has_blue_light else ""}</vType>'
    )
