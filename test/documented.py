"""What the pages tell their readers to type, and the files that they show."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("models/*/README.md")])

_TYPED = re.compile(r"^ *(?:\$ (?P<typed>.+)|(?P<bare>crossmodal-narrator [a-z]+(?: .*)?))$", re.MULTILINE)
_STATUS = re.compile(r"^ *\$ echo \$\?\n *(\d+)$", re.MULTILINE)
_IN_A_SENTENCE = re.compile(r"`(crossmodal-narrator [a-z]+ [^`]+)`")
_FILE = re.compile(r"^ *```yaml\n *# (\S+\.yaml)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_OUTLINE = re.compile(r"[\[…]")


class Command(NamedTuple):
    line: str
    status: int = 0  # that the page shows by `echo $?` after it


def page_name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def commands(page: Path) -> list[Command]:
    """In the page's order, those of other programs after a `$`, too; without its outlines of commands."""
    text = page.read_text(encoding="utf-8")
    found: list[Command] = []
    for match in _TYPED.finditer(text):
        line = re.sub(r"  +# .*", "", match["typed"] or match["bare"])
        if line == "echo $?":
            shown = _STATUS.match(text, match.start())
            assert shown is not None, f"{page}: no number stands under {line}"
            found[-1] = found[-1]._replace(status=int(shown[1]))
        elif not _OUTLINE.search(line):
            found.append(Command(line))
    return found


def commands_in_sentences(page: Path) -> list[str]:
    """Those in backticks that have more than a verb: a verb alone is a name."""
    return [line for line in _IN_A_SENTENCE.findall(page.read_text(encoding="utf-8")) if not _OUTLINE.search(line)]


def write_files(page: Path, folder: Path) -> None:
    """The YAML files that the page shows, which begin with a comment that is their name."""
    for name, text in _FILE.findall(page.read_text(encoding="utf-8")):
        (folder / name).write_text(textwrap.dedent(text), encoding="utf-8")


def run(command: str, folder: Path, status: int = 0) -> str:
    """What it prints."""
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        shlex.split(command),
        cwd=folder,
        env={**os.environ, "PATH": programs},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == status, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout
