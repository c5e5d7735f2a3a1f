"""The processes that `run` keeps."""

from __future__ import annotations

from pathlib import Path

# The word of its command by which each child is known: `play` hands its process over to its node.
CHILDREN = {
    **{node: node for node in ("perception", "narrator", "dialogue", "voice", "display")},
    "crossmodal_narrator.nodes.player": "play",
}


def children_of(pid: int) -> dict[str, int]:
    """Process ids by the node or verb that they run. A child that does not run its last command yet is none."""
    found: dict[str, int] = {}
    for entry in Path("/proc").iterdir():
        try:
            parent = int(entry.joinpath("stat").read_text().rpartition(")")[2].split()[1])
            command = entry.joinpath("cmdline").read_text().split("\0")
        except (OSError, IndexError, ValueError):  # it has ended meanwhile, or is no process
            continue
        if parent == pid:
            name = next((CHILDREN[word] for word in command if word in CHILDREN), None)
            if name is not None:
                found[name] = int(entry.name)
    return found
