"""Parameters of the sound encoder."""

from __future__ import annotations

from dataclasses import dataclass

from crossmodal_narrator.core.config import parameter
from crossmodal_narrator.core.errors import ConfigError
from crossmodal_narrator.core.geometry import Vec3
from crossmodal_narrator.encoding.audio.tones import is_in_line


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundEncoderConfig:
    """How a stream is joined, and from when on a siren or a horn is believed."""

    siren_threshold: float = parameter(
        0.86, help="probability from which a look counts for a siren, two each 100 ms", low=0.01, high=0.999
    )
    siren_frames: int = parameter(3, help="last looks that are asked whether a siren is heard", low=1, high=50)
    siren_hits: int = parameter(2, help="of them that must count", low=1, high=50)
    horn_threshold: float = parameter(
        0.45, help="probability from which a frame of 100 ms counts for a horn", low=0.01, high=0.999
    )
    horn_frames: int = parameter(4, help="last frames that are asked whether a horn is heard", low=1, high=50)
    horn_hits: int = parameter(3, help="of them that must count", low=1, high=50)
    max_jitter_s: float = parameter(
        0.03, help="how far a chunk's stamp may lie from the end of the last chunk and still follow it", unit="s",
        low=0.001, high=0.5,
    )  # fmt: skip
    max_bridge_s: float = parameter(
        0.5, help="longest gap that is filled with silence, or overlap that is cut; beyond, the stream begins anew",
        unit="s", low=0.0, high=5.0,
    )  # fmt: skip

    capsules_m: tuple[float, ...] = parameter(
        (), help="where the array's capsules are: x, y, z in base_link of channel after channel; empty: no directions. "
        "A microphone with another number of channels has none", unit="m", low=-20.0, high=20.0,
    )  # fmt: skip

    @property
    def capsules(self) -> tuple[Vec3, ...]:
        """Of the array, by channel."""
        values = iter(self.capsules_m)
        return tuple(zip(values, values, values, strict=True))

    def __post_init__(self) -> None:
        if len(self.capsules_m) % 3 or (self.capsules_m and is_in_line(self.capsules)):
            raise ConfigError(
                f"capsules_m has {len(self.capsules_m)} values that are no array: {list(self.capsules_m)}",
                remedy="give x, y and z of at least three capsules that do not stand in one line, or nothing",
            )
        for kind in ("siren", "horn"):
            hits, frames = getattr(self, f"{kind}_hits"), getattr(self, f"{kind}_frames")
            if hits > frames:
                raise ConfigError(
                    f"{kind}_hits = {hits} of {kind}_frames = {frames}", remedy=f"set {kind}_hits to {frames} or fewer"
                )
