"""A buffer of transforms: static edges for ever, moving ones interpolated within a bounded memory.

The tree is that of tf2 (REP 105): every child has one parent. A lookup walks from both frames to their common ancestor.
"""

from __future__ import annotations

import bisect
import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from crossmodal_narrator.core.errors import TransformError
from crossmodal_narrator.core.frames import FrameTransform
from crossmodal_narrator.core.geometry import Pose

MEMORY_NS = 10_000_000_000


def interpolate(a: Pose, b: Pose, share: float) -> Pose:
    """Between two poses: translation on the straight line, rotation on the shortest arc (slerp).

    `share` outside of [0, 1] continues the motion, which is how a short extrapolation is made.
    """
    relative = a.rotation.T @ b.rotation
    turned = a.rotation @ _rotation(_rotation_vector(relative) * share)
    return Pose(rotation=turned, translation_m=a.translation_m + share * (b.translation_m - a.translation_m))


def _rotation_vector(rotation: NDArray[np.float64]) -> NDArray[np.float64]:
    cosine = float(np.clip((np.trace(rotation) - 1.0) / 2.0, -1.0, 1.0))
    angle = math.acos(cosine)
    axis = np.array([rotation[2, 1] - rotation[1, 2], rotation[0, 2] - rotation[2, 0], rotation[1, 0] - rotation[0, 1]])
    sine = float(np.linalg.norm(axis)) / 2.0
    if sine < 1e-9:
        return np.zeros(3)
    vector: NDArray[np.float64] = axis / (2.0 * sine) * math.atan2(sine, cosine) if angle < 3.1 else axis * 0.0
    return vector


def _rotation(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rodrigues' formula."""
    angle = float(np.linalg.norm(vector))
    if angle < 1e-12:
        return np.eye(3)
    x, y, z = vector / angle
    k = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    turned: NDArray[np.float64] = np.eye(3) + math.sin(angle) * k + (1.0 - math.cos(angle)) * (k @ k)
    return turned


@dataclass(slots=True)
class _Edge:
    """What is known of one child's pose in its parent."""

    parent: str
    is_static: bool
    stamps_ns: list[int] = field(default_factory=list)
    poses: list[Pose] = field(default_factory=list)

    def insert(self, stamp_ns: int, pose: Pose) -> None:
        if self.is_static:
            self.stamps_ns, self.poses = [stamp_ns], [pose]
            return
        k = bisect.bisect_left(self.stamps_ns, stamp_ns)
        if k < len(self.stamps_ns) and self.stamps_ns[k] == stamp_ns:
            self.poses[k] = pose
            return
        self.stamps_ns.insert(k, stamp_ns)
        self.poses.insert(k, pose)
        while self.stamps_ns[-1] - self.stamps_ns[0] > MEMORY_NS:
            del self.stamps_ns[0], self.poses[0]

    def at(self, stamp_ns: int, max_extrapolation_ns: int, known_until_ns: int | None) -> Pose | None:
        if self.is_static:
            return self.poses[0]
        known = len(self.poses) if known_until_ns is None else bisect.bisect_right(self.stamps_ns, known_until_ns)
        if known == 0:
            return None
        first, last = self.stamps_ns[0], self.stamps_ns[known - 1]
        if not first - max_extrapolation_ns <= stamp_ns <= last + max_extrapolation_ns:
            return None
        if known == 1:  # it tells no motion that could be continued; tf2 answers the same
            return self.poses[0] if stamp_ns == first else None
        k = min(max(bisect.bisect_right(self.stamps_ns, stamp_ns), 1), known - 1)
        before, after = self.stamps_ns[k - 1], self.stamps_ns[k]
        return interpolate(self.poses[k - 1], self.poses[k], (stamp_ns - before) / (after - before))


class TransformBuffer:
    """Holds what /tf and /tf_static said, and answers for any two frames at a stamp."""

    def __init__(self, *, max_extrapolation_s: float = 0.2) -> None:
        self._edges: dict[str, _Edge] = {}  # by child
        self._max_extrapolation_ns = round(max_extrapolation_s * 1e9)

    def push(self, edge: FrameTransform) -> None:
        """Take one edge. A child that gets another parent leaves the first one, as in tf2."""
        known = self._edges.get(edge.child)
        if known is None or known.parent != edge.parent or known.is_static != edge.is_static:
            known = self._edges[edge.child] = _Edge(parent=edge.parent, is_static=edge.is_static)
        known.insert(edge.stamp_ns, edge.parent_from_child)

    def forget_motion(self) -> None:
        """Drop all moving edges, as after a clock that jumped; static ones stay true."""
        self._edges = {child: edge for child, edge in self._edges.items() if edge.is_static}

    def newest_ns(self, child: str) -> int | None:
        """Stamp of the newest moving transform of `child`, if there is one."""
        edge = self._edges.get(child)
        return None if edge is None or edge.is_static else edge.stamps_ns[-1]

    def stamps_ns(self, child: str) -> tuple[int, ...]:
        edge = self._edges.get(child)
        return () if edge is None or edge.is_static else tuple(edge.stamps_ns)

    def lookup(self, target: str, source: str, stamp_ns: int, known_until_ns: int | None = None) -> Pose:
        """`target_from_source` at `stamp_ns`; moving edges later than `known_until_ns`, if given, are not looked at.

        Raises:
            TransformError: the frames are not connected, or an edge on the way does not reach the stamp.
        """
        if target == source:
            return Pose.identity()
        target_path, source_path = self._ancestors(target), self._ancestors(source)
        common = next((frame for frame in source_path if frame in target_path), None)
        if common is None:
            raise TransformError(
                f"no transform connects {target} and {source}",
                remedy=f"publish {target} → {source} on /tf_static (known children: {self._known()})",
            )
        common_from_target = self._climb(target, common, stamp_ns, known_until_ns)
        return common_from_target.inverse() @ self._climb(source, common, stamp_ns, known_until_ns)

    def _ancestors(self, frame: str) -> list[str]:
        path = [frame]
        while (edge := self._edges.get(path[-1])) is not None:
            if edge.parent in path:
                raise TransformError(
                    f"the transforms form a circle: {' → '.join([*path, edge.parent])}",
                    remedy="let each frame have one parent, and base_link none below it",
                )
            path.append(edge.parent)
        return path

    def _climb(self, frame: str, ancestor: str, stamp_ns: int, known_until_ns: int | None) -> Pose:
        """`ancestor_from_frame`."""
        pose = Pose.identity()
        while frame != ancestor:
            edge = self._edges[frame]
            step = edge.at(stamp_ns, self._max_extrapolation_ns, known_until_ns)
            if step is None:
                age_s = (stamp_ns - edge.stamps_ns[-1]) / 1e9
                raise TransformError(
                    f"{edge.parent} → {frame} is known from {edge.stamps_ns[0]} to {edge.stamps_ns[-1]} ns, "
                    f"asked at {stamp_ns} ns ({age_s:+.2f} s from the newest)",
                    remedy=f"publish {edge.parent} → {frame} without gaps, with the sensors' clock",
                )
            pose, frame = step @ pose, edge.parent
        return pose

    def _known(self) -> str:
        return ", ".join(sorted(self._edges)) or "none"
