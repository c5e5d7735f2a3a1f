"""A road network as it is drawn: nodes, streets of lanes, crossings. netconvert of eclipse-sumo makes the junctions."""

from __future__ import annotations

import re
import subprocess
import tempfile
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from xml.sax.saxutils import quoteattr

Point = tuple[float, float]

_WHO = {
    "sidewalk": 'allow="pedestrian"',
    "bicycle": 'allow="bicycle"',
    "parking": 'disallow="all"',
    "driving": 'disallow="pedestrian tram rail_urban rail rail_electric rail_fast ship"',
    "motorway": 'disallow="pedestrian bicycle tram rail_urban rail rail_electric rail_fast ship"',
}
_NETCONVERT = (
    "--no-turnarounds",
    "--offset.disable-normalization",
    "--junctions.corner-detail=8",
    "--junctions.internal-link-detail=12",
    "--junctions.limit-turn-speed=2.5",
    "--walkingareas",
    "--default.crossing-width=4",
    "--tls.green.time=18",
    "--tls.yellow.time=3",
    "--tls.allred.time=1",
    "--tls.default-type=static",
    "--precision=2",
    "--no-warnings",
)


@dataclass(frozen=True)
class Strip:
    """A lane: what it is for, and how wide."""

    kind: str
    width_m: float


PAVEMENT = Strip("sidewalk", 2.6)
CYCLE = Strip("bicycle", 1.7)
PARKING = Strip("parking", 2.2)
LANE = Strip("driving", 3.25)
WIDE = Strip("driving", 3.5)
MOTORWAY = Strip("motorway", 3.5)


@dataclass
class Plan:
    """Edges are called `FROM_TO` by their nodes; lanes are listed from the right."""

    name: str
    nodes: dict[str, str] = field(default_factory=dict)
    edges: dict[str, str] = field(default_factory=dict)
    crossings: list[str] = field(default_factory=list)
    connections: list[str] = field(default_factory=list)
    places: dict[str, Point] = field(default_factory=dict)
    options: tuple[str, ...] = ()

    def node(self, name: str, x: float, y: float, kind: str = "priority", radius: float | None = None) -> None:
        more = f' radius="{radius:g}"' if radius is not None else ""
        self.places[name] = (x, y)
        self.nodes[name] = f'<node id="{name}" x="{x:.2f}" y="{y:.2f}" type="{kind}"{more}/>'

    def edge(
        self,
        start: str,
        end: str,
        lanes: list[Strip],
        speed: float,
        priority: int = 1,
        shape: list[Point] | None = None,
    ) -> None:
        """One direction of a street; `shape` is the left border of its leftmost lane, which streets share."""
        drawn = f' shape="{" ".join(f"{x:.2f},{y:.2f}" for x, y in shape)}"' if shape else ""
        strips = "".join(
            f'<lane index="{k}" width="{lane.width_m:g}" {_WHO[lane.kind]} '
            f'speed="{speed if lane.kind in ("driving", "motorway") else 8.33:g}"/>'
            for k, lane in enumerate(lanes)
        )
        self.edges[f"{start}_{end}"] = (
            f'<edge id="{start}_{end}" from="{start}" to="{end}" numLanes="{len(lanes)}" speed="{speed:g}" '
            f'priority="{priority}"{drawn}>{strips}</edge>'
        )

    def street(self, start: str, end: str, lanes: list[Strip], speed: float, priority: int = 1) -> None:
        """Both directions alike."""
        self.edge(start, end, lanes, speed, priority)
        self.edge(end, start, lanes, speed, priority)

    def streets(self, line: list[str], lanes: list[Strip], speed: float, priority: int) -> None:
        """One after the other along the nodes of `line`."""
        for start, end in pairwise(line):
            self.street(start, end, lanes, speed, priority)

    def arms(self, node: str) -> list[str]:
        """Nodes that a street leads to from `node`."""
        return sorted(edge.split("_")[1] for edge in self.edges if edge.startswith(f"{node}_"))

    def crossing(self, node: str, *arms: str, has_priority: bool = True) -> None:
        """Over the street between `node` and each of `arms`."""
        for arm in arms:
            edges = [name for name in (f"{node}_{arm}", f"{arm}_{node}") if name in self.edges]
            self.crossings.append(
                f'<crossing node="{node}" edges={quoteattr(" ".join(edges))} priority="{str(has_priority).lower()}"/>'
            )

    def connect(self, start: str, end: str, *lanes: tuple[int, int]) -> None:
        """Which lane leads to which, where netconvert must not guess."""
        self.connections += [f'<connection from="{start}" to="{end}" fromLane="{a}" toLane="{b}"/>' for a, b in lanes]

    def build(self, netconvert: Path) -> str:
        """The network file's text, without the header that tells when and where it was made."""
        with tempfile.TemporaryDirectory() as folder:
            files = {
                "node": f"<nodes>{''.join(self.nodes.values())}</nodes>",
                "edge": f"<edges>{''.join(self.edges.values())}</edges>",
                "connection": f"<connections>{''.join(self.crossings + self.connections)}</connections>",
            }
            inputs = []
            for kind, text in files.items():
                path = Path(folder, f"{kind}.xml")
                path.write_text(text)
                inputs.append(f"--{kind}-files={path}")
            out = Path(folder, "out.net.xml")
            command = [str(netconvert), *inputs, *_NETCONVERT, *self.options, f"--output-file={out}"]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise SystemExit(f"{self.name}: {done.stdout}{done.stderr}")
            return re.sub(r"<!--.*?-->\s*", "", out.read_text(), flags=re.DOTALL)
