"""Links lead somewhere, commands are taken, every page of the site can be reached, and the site builds."""

from __future__ import annotations

import argparse
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from documented import PAGES, ROOT, commands

from crossmodal_narrator.cli.main import load_verb

LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    """As they are made of headings: lower case, hyphens for spaces, without marks."""
    titles = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    plain = (re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", title).lower() for title in titles)
    return {re.sub(r"[^\w\- ]", "", title).strip().replace(" ", "-") for title in plain}


def links(page: Path) -> Iterator[str]:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    return (target for target in LINK.findall(text) if "://" not in target and not target.startswith("mailto:"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    broken = []
    for target in links(page):
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in anchors(file)):
            broken.append(target)
    assert not broken


def verbs(page: Path) -> Iterator[list[str]]:
    """The words behind `crossmodal-narrator` of each of the page's commands."""
    for line, _ in commands(page):
        for program, *words in map(shlex.split, line.split("&&")):
            if program == "crossmodal-narrator":
                yield words


@pytest.mark.parametrize(
    "page", [page for page in PAGES if any(verbs(page))], ids=lambda page: str(page.relative_to(ROOT))
)
def test_every_command_of_a_page_is_one_that_the_command_line_takes(page: Path) -> None:
    for verb, *words in verbs(page):
        parser = argparse.ArgumentParser(prog=f"crossmodal-narrator {verb}")
        load_verb(verb).add_arguments(parser)
        try:
            parser.parse_args(words)
        except SystemExit:
            pytest.fail(f"{verb} {shlex.join(words)} is refused")


def named_in(entry: Any) -> Iterator[str]:
    if isinstance(entry, str):
        yield entry
    else:
        for value in entry.values() if isinstance(entry, dict) else entry:
            yield from named_in(value)


def test_every_page_stands_in_the_navigation_of_the_site() -> None:
    navigation = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]
    docs = {str(page.relative_to(ROOT / "docs")) for page in (ROOT / "docs").rglob("*.md")}
    cards = {f"models/{card.parent.name}.md" for card in ROOT.glob("models/*/README.md")}
    assert sorted(named_in(navigation)) == sorted(docs | cards)


def test_the_site_builds_without_a_broken_link() -> None:
    if not (Path(sys.executable).parent / "zensical").exists():
        pytest.skip("zensical is not installed: requirements/docs.txt")
    built = subprocess.run(
        [sys.executable, ROOT / "tools" / "site.py"], capture_output=True, text=True, timeout=120, check=False
    )
    assert built.returncode == 0, built.stdout + built.stderr
    start = (ROOT / "build" / "site" / "start" / "index.html").read_text(encoding="utf-8")
    assert "crossmodal-narrator simulate" in re.sub(r"<[^>]+>", "", start)
    assert not re.search(r'(?:src|href)="https?://fonts', start), "the site asks nobody for its letters"
