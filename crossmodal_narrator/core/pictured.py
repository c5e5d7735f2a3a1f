"""Where in a camera's picture something was seen, in the words of its evidence: written and read here alone."""

from __future__ import annotations

import re

from crossmodal_narrator.core.geometry import PixelBox

_PICTURED = re.compile(r"(?P<camera>[^:]+): .+ at (-?\d+),(-?\d+)-(-?\d+),(-?\d+) px")


def pictured(camera: str, what: str, box: PixelBox) -> str:
    """The detail of evidence by a camera, as "front: car 0.74 at 755,541-1125,838 px"."""
    return f"{camera}: {what} at {box.x0:.0f},{box.y0:.0f}-{box.x1:.0f},{box.y1:.0f} px"


def where_pictured(detail: str) -> tuple[str, PixelBox] | None:
    """The camera and the box, in whole pixels, of what `pictured` wrote; None of any other detail."""
    found = _PICTURED.fullmatch(detail)
    if found is None:
        return None
    x0, y0, x1, y1 = (float(number) for number in found.groups()[1:])
    return found["camera"], PixelBox(x0=x0, y0=y0, x1=x1, y1=y1)
