"""The simulator's road networks. Sketches and names: docs/simulator/networks.md."""

from __future__ import annotations

import math
from itertools import pairwise

from plan import CYCLE, LANE, MOTORWAY, PARKING, PAVEMENT, WIDE, Plan, Point, Strip

KMH = 1 / 3.6
_RING_M = 17.0
_SLIP_BEND = 0.75  # 1: along the ring; less: people enter at an angle


def grid() -> Plan:
    """Three by three blocks: row 1 and column B with two lanes a direction, row 2 with bicycle lanes, lights within."""
    plan = Plan("grid")
    one, two, cycle = [PAVEMENT, LANE], [PAVEMENT, LANE, LANE], [PAVEMENT, CYCLE, LANE]
    pitch, columns = 110.0, "ABCD"
    for k, column in enumerate(columns):
        for row in range(4):
            kind = "traffic_light" if column in "BC" and row in (1, 2) else "priority"
            plan.node(f"{column}{row}", k * pitch, row * pitch, kind, radius=6)
    for row in (1, 2):
        plan.node(f"W{row}", -pitch, row * pitch)
        plan.node(f"E{row}", 4 * pitch, row * pitch)
    for k, column in ((1, "B"), (2, "C")):
        plan.node(f"S{column}", k * pitch, -pitch)
        plan.node(f"N{column}", k * pitch, 4 * pitch)
    for row, lanes, priority in ((0, one, 2), (1, two, 3), (2, cycle, 3), (3, one, 2)):
        line = [f"{column}{row}" for column in columns]
        plan.streets([f"W{row}", *line, f"E{row}"] if row in (1, 2) else line, lanes, 50 * KMH, priority)
    for column, lanes, priority in (("A", one, 1), ("B", two, 3), ("C", one, 1), ("D", one, 1)):
        line = [f"{column}{row}" for row in range(4)]
        plan.streets([f"S{column}", *line, f"N{column}"] if column in "BC" else line, lanes, 50 * KMH, priority)
    for node in (f"{column}{row}" for column in columns for row in range(4)):
        plan.crossing(node, *plan.arms(node))
    return plan


def arterial() -> Plan:
    """Three lanes a direction, two junctions with lights, side streets; the bus stops on J1_J2."""
    plan = Plan("arterial")
    main, side = [PAVEMENT, WIDE, LANE, LANE], [PAVEMENT, LANE]
    for name, x in (("W", -260.0), ("J1", 0.0), ("J2", 260.0), ("E", 520.0)):
        plan.node(name, x, 0.0, "traffic_light" if name.startswith("J") else "priority", radius=8)
    plan.streets(["W", "J1", "J2", "E"], main, 60 * KMH, priority=5)
    for number, x in ((1, 0.0), (2, 260.0)):
        for name, y in ((f"N{number}", 150.0), (f"S{number}", -150.0)):
            plan.node(name, x, y)
            plan.street(f"J{number}", name, side, 50 * KMH, priority=2)
    for junction in ("J1", "J2"):
        plan.crossing(junction, *plan.arms(junction))
    return plan


def roundabout() -> Plan:
    """Four arms, one lane around, driven anti-clockwise; a zebra over each arm."""
    plan = Plan("roundabout", options=("--roundabouts.guess",))
    gap = math.radians(32)
    ring, bare, arm = [PAVEMENT, Strip("driving", 5.0)], [Strip("driving", 5.0)], [PAVEMENT, LANE]
    arms = {"E": 0.0, "N": 0.5 * math.pi, "W": math.pi, "S": 1.5 * math.pi}
    for name, angle in arms.items():
        plan.node(name, *_on_circle(angle, 200.0))
        plan.node(f"Z{name}", *_on_circle(angle, 42.0))
        plan.node(f"O{name}", *_on_circle(angle - gap, _RING_M))  # out of the ring
        plan.node(f"I{name}", *_on_circle(angle + gap, _RING_M))  # into it
    for name, angle in arms.items():
        plan.street(name, f"Z{name}", arm, 50 * KMH, priority=2)
        plan.edge(f"O{name}", f"Z{name}", arm, 25 * KMH, priority=2, shape=_slip(angle, -gap))
        plan.edge(f"Z{name}", f"I{name}", arm, 25 * KMH, priority=2, shape=_slip(angle, gap)[::-1])
    for name, after in pairwise([*arms, "E"]):
        begin, end = arms[name] + gap, arms[name] + 0.5 * math.pi - gap
        plan.edge(f"I{name}", f"O{after}", ring, 25 * KMH, priority=6, shape=_arc(begin, end))
        plan.edge(f"O{name}", f"I{name}", bare, 25 * KMH, priority=6, shape=_arc(arms[name] - gap, begin))
        plan.crossings.append(f'<crossing node="Z{name}" edges="{name}_Z{name} Z{name}_{name}" priority="true"/>')
    return plan


def merge() -> Plan:
    """A motorway of three lanes a direction; a ramp joins from the right over 240 m."""
    plan = Plan("merge")
    three, four = [MOTORWAY] * 3, [MOTORWAY] * 4
    for name, x in (("M0", -500.0), ("M1", 0.0), ("M2", 240.0), ("M3", 740.0)):
        plan.node(name, x, 0.0)
    plan.edge("M0", "M1", three, 120 * KMH, priority=9)
    plan.edge("M1", "M2", four, 120 * KMH, priority=9)
    plan.edge("M2", "M3", three, 120 * KMH, priority=9)
    plan.node("R0", -300.0, -75.0)
    left = -3 * MOTORWAY.width_m  # the ramp's lane ends as the outermost of M1_M2
    ways = [k / 20 for k in range(21)]
    ramp = [(-300.0 + 300.0 * way, -75.0 + (75.0 + left) * way * way * (3.0 - 2.0 * way)) for way in ways]
    plan.edge("R0", "M1", [MOTORWAY], 80 * KMH, priority=3, shape=ramp)
    plan.connect("M0_M1", "M1_M2", (0, 1), (1, 2), (2, 3))
    plan.connect("R0_M1", "M1_M2", (0, 0))
    plan.connect("M1_M2", "M2_M3", (1, 0), (2, 1), (3, 2))
    median = 4.0
    plan.node("Q0", 740.0, median)
    plan.node("Q1", -500.0, median)
    plan.edge("Q0", "Q1", three, 120 * KMH, priority=9)
    return plan


def residential() -> Plan:
    """A street with parked cars on both sides, a zebra half-way, side streets at A (north) and B (south)."""
    plan = Plan("residential")
    street, side = [PAVEMENT, PARKING, LANE], [PAVEMENT, LANE]
    for name, x in (("W", -220.0), ("A", -70.0), ("X", 0.0), ("B", 70.0), ("E", 220.0)):
        plan.node(name, x, 0.0)
    plan.node("N", -70.0, 120.0)
    plan.node("S", 70.0, -120.0)
    plan.streets(["W", "A", "X", "B", "E"], street, 30 * KMH, priority=3)
    plan.street("A", "N", side, 30 * KMH, priority=1)
    plan.street("B", "S", side, 30 * KMH, priority=1)
    plan.crossing("X", "B")
    plan.crossing("A", "N")
    plan.crossing("B", "S")
    return plan


def rural() -> Plan:
    """A country road of two lanes that bends, without pavements; a lane joins at K."""
    plan = Plan("rural")
    lanes = [WIDE]
    places = {"W": -420.0, "K": 0.0, "E": 420.0}
    for name, x in places.items():
        plan.node(name, x, _bend(x))
    for a, b in pairwise(places):
        xs = [places[a] + k * (places[b] - places[a]) / 42 for k in range(43)]
        shape = [(x, _bend(x)) for x in xs]
        plan.edge(a, b, lanes, 80 * KMH, priority=3, shape=shape)
        plan.edge(b, a, lanes, 80 * KMH, priority=3, shape=shape[::-1])
    plan.node("F", 25.0, -180.0)
    plan.street("K", "F", [LANE], 50 * KMH, priority=1)
    return plan


def _on_circle(angle: float, radius: float) -> Point:
    return radius * math.cos(angle), radius * math.sin(angle)


def _arc(begin: float, end: float) -> list[Point]:
    count = max(4, round((end - begin) / math.radians(6)))
    return [_on_circle(begin + (end - begin) * k / count, _RING_M) for k in range(count + 1)]


def _slip(angle: float, gap: float) -> list[Point]:
    """From the ring at `angle` + `gap` out to the arm's middle: a Bézier curve that leaves along the ring."""
    inner, outer = _on_circle(angle + gap, _RING_M), _on_circle(angle, 42.0)
    along = angle + gap - math.copysign(0.5 * math.pi, gap) * _SLIP_BEND
    ends = (inner, _moved(inner, along, 9.0), _moved(outer, angle + math.pi, 13.0), outer)
    curve = []
    for way in (k / 12 for k in range(13)):
        weights = ((1 - way) ** 3, 3 * way * (1 - way) ** 2, 3 * way * way * (1 - way), way**3)
        curve.append(
            (
                sum(w * x for w, (x, _) in zip(weights, ends, strict=True)),
                sum(w * y for w, (_, y) in zip(weights, ends, strict=True)),
            )
        )
    return curve


def _moved(point: Point, angle: float, way: float) -> Point:
    return point[0] + way * math.cos(angle), point[1] + way * math.sin(angle)


def _bend(x: float) -> float:
    return 28.0 * math.sin(x / 95.0)


DRAWINGS = {
    "grid": grid,
    "arterial": arterial,
    "roundabout": roundabout,
    "merge": merge,
    "residential": residential,
    "rural": rural,
}
