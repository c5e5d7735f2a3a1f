"""Parameters of the sound encoder."""

from __future__ import annotations

from dataclasses import dataclass

from crossmodal_narrator.core.config import parameter
from crossmodal_narrator.core.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundEncoderConfig:
    """How a stream is joined, and from when on a siren or a horn is believed."""

    siren_threshold: float = parameter(
        0.85, help="probability from which a frame of 100 ms counts for a siren", low=0.01, high=0.999
    )
    siren_frames: int = parameter(3, help="last frames that are asked whether a siren is heard", low=1, high=50)
    siren_hits: int = parameter(2, help="of them that must count", low=1, high=50)
    horn_threshold: float = parameter(
        0.7, help="probability from which a frame of 100 ms counts for a horn", low=0.01, high=0.999
    )
    horn_frames: int = parameter(3, help="last frames that are asked whether a horn is heard", low=1, high=50)
    horn_hits: int = parameter(2, help="of them that must count", low=1, high=50)
    max_jitter_s: float = parameter(
        0.03, help="how far a chunk's stamp may lie from the end of the last chunk and still follow it", unit="s",
        low=0.001, high=0.5,
    )  # fmt: skip
    max_bridge_s: float = parameter(
        0.5, help="longest gap that is filled with silence, or overlap that is cut; beyond, the stream begins anew",
        unit="s", low=0.0, high=5.0,
    )  # fmt: skip

    def __post_init__(self) -> None:
        for kind in ("siren", "horn"):
            hits, frames = getattr(self, f"{kind}_hits"), getattr(self, f"{kind}_frames")
            if hits > frames:
                raise ConfigError(
                    f"{kind}_hits = {hits} of {kind}_frames = {frames}", remedy=f"set {kind}_hits to {frames} or fewer"
                )
