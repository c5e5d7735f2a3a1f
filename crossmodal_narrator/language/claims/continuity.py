"""Whether scenes go on, or begin anew: then nothing that was seen and said before may be taken for what is seen now."""

from __future__ import annotations

from crossmodal_narrator.core.scene import SceneState

ROUNDED_NS = 100_000_000  # ages are rounded, and a message carries them as floats
REMEMBERED_NS = 300_000_000_000
MANY = 1024


class Continuity:
    """Call `goes_on` with each scene."""

    def __init__(self) -> None:
        self._last_ns = 0
        self._seen_ns: dict[int, int] = {}  # by number, when it was seen last

    def goes_on(self, scene: SceneState) -> bool:
        """False where the clock has jumped back, or a number names something that was born after it was seen last.

        A perception that was started again counts from one again.
        """
        births = {thing.track_id: scene.stamp_ns - round(thing.age_s * 1e9) for thing in scene.objects}
        goes_on = scene.stamp_ns >= self._last_ns and not any(
            born_ns > self._seen_ns.get(track_id, born_ns) + ROUNDED_NS for track_id, born_ns in births.items()
        )
        self._last_ns = scene.stamp_ns
        if not goes_on:
            self._seen_ns.clear()
        elif len(self._seen_ns) > MANY:
            self._seen_ns = {k: ns for k, ns in self._seen_ns.items() if scene.stamp_ns - ns <= REMEMBERED_NS}
        self._seen_ns |= dict.fromkeys(births, scene.stamp_ns)
        return goes_on
