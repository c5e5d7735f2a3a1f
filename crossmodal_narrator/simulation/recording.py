"""A drive on disk: a bag, its truth, and what a narrator is expected to say of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

from crossmodal_narrator.bags.vehicle import VEHICLE_NAME
from crossmodal_narrator.bags.whole_folder import written_whole
from crossmodal_narrator.bags.writer import BagWriter
from crossmodal_narrator.core.errors import BagError
from crossmodal_narrator.core.folders import user_cache_dir
from crossmodal_narrator.simulation.drive import Drive
from crossmodal_narrator.simulation.scenarios import expectations_document
from crossmodal_narrator.simulation.sensors.rig import MicrophoneArray
from crossmodal_narrator.wire.sound import SOUND_DEFINITIONS

OnProgress = Callable[[int, int], None]
BAG_NAME, TRUTH_NAME, EXPECTATIONS_NAME = "bag", "truth.json", "expectations.json"
_MADE_OF = ("simulation", "wire", "bags")  # packages whose change may change the bytes of a drive
_SOURCES = ("*.py", "*.yaml", "*.xml")


def _silent(done: int, total: int) -> None:
    pass


def record(drive: Drive, folder: Path, *, processes: int | None = None, on_progress: OnProgress = _silent) -> Path:
    """Write the drive to a new `folder`: bag/, truth.json, expectations.json and vehicle.yaml; returns the bag's path.

    The same drive gives the same bytes, whatever the number of processes. The folder appears when all is written: what
    fails before leaves nothing that looks like a drive.

    Raises:
        ScenarioError: the drive cannot be made.
        BagError: `folder` exists, or cannot be written.
    """
    with written_whole(folder) as making:
        making.mkdir()
        truth: list[dict[str, Any]] = []
        with BagWriter(making / BAG_NAME, definitions=SOUND_DEFINITIONS) as bag:
            for tick in drive.ticks(processes):
                for message in tick.messages:
                    bag.write_raw(message.topic, tick.types[message.topic], message.raw, message.log_time_ns)
                truth.append(tick.truth)
                on_progress(len(truth), drive.count)
        _write_json(making / TRUTH_NAME, truth)
        _write_json(making / EXPECTATIONS_NAME, expectations_document(drive.scenario, length_s=drive.length_s))
        if drive.rig.microphones is not None:
            document = _vehicle_document(drive.rig.microphones)
            (making / VEHICLE_NAME).write_text(document, encoding="utf-8")
    return folder / BAG_NAME


def _vehicle_document(array: MicrophoneArray) -> str:
    """What no topic tells of the vehicle: where the capsules of its array are."""
    flat = [round(value, 4) for capsule in array.in_base_m for value in capsule]
    return yaml.safe_dump({"perception": {"ros__parameters": {"sound": {"capsules_m": flat}}}}, default_flow_style=None)


def _write_json(path: Path, document: Sequence[Any] | dict[str, Any]) -> None:
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def cached_drive(drive: Drive, on_progress: OnProgress = _silent) -> Path:
    """The bag of a drive, recorded the first time that this version is asked for it, and kept in the user's cache.

    Raises:
        BagError: the cache cannot be written.
    """
    kept = user_cache_dir() / "drives" / f"{drive.scenario.name}-{drive.seed}-{_fingerprint(drive)}"
    if not kept.is_dir():
        try:
            record(drive, kept, on_progress=on_progress)
        except BagError:
            if not kept.is_dir():  # else another run was faster, and made the same bytes
                raise
    return kept / BAG_NAME


def _fingerprint(drive: Drive) -> str:
    """Of the code and the data that make the drive."""
    root = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256(repr((drive.scenario, drive.rig, drive.count)).encode())
    for package in _MADE_OF:
        for pattern in _SOURCES:
            for path in sorted((root / package).rglob(pattern)):
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
