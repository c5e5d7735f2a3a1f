"""What messages do not say of themselves, or say wrongly, as those of some simulators do."""

from __future__ import annotations

from dataclasses import dataclass

from crossmodal_narrator.core.config import parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeConfig:
    """Said, not guessed: a camera that is read with wrong axes still looks plausible."""

    body_frames: tuple[str, ...] = parameter(
        (), help="frames of images that look along x (REP 103's body axes), where an optical frame is expected"
    )
    rectified: tuple[str, ...] = parameter(
        (), help="cameras whose images are rectified: P of their CameraInfo counts, not K and D"
    )
    fov_deg: tuple[float, ...] = parameter(
        (),
        help="horizontal fields of view, one for each of `cameras`, of ideal pinholes without CameraInfo; 0: it counts",
        unit="deg",
        low=0.0,
        high=179.0,
    )
    point_times: bool = parameter(
        True, help="whether the times of a sweep's points are read; false where their clock is not the stamp's"
    )
