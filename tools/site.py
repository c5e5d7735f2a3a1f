"""Builds the documentation site into build/site: `make docs`.

On the site there is nothing but docs/. So model cards become pages of it, and other links that leave docs/ become the
name of the file, which a reader finds in the checkout.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from os.path import relpath
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCS, PAGES = ROOT / "docs", ROOT / "build" / "docs"
CARDS = sorted(ROOT.glob("models/*/README.md"))
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s#]+)(#[^)]*)?\)")


def is_page(file: Path) -> bool:
    return file.is_relative_to(DOCS) or file in CARDS


def place_of(file: Path) -> Path:
    """Where the site has a page, a picture of docs/, or models/NAME/README.md."""
    return Path("models") / f"{file.parent.name}.md" if file in CARDS else file.relative_to(DOCS)


def on_site(source: Path) -> str:
    """The text of a file, with links that hold on the site."""
    page = place_of(source)

    def link(match: re.Match[str]) -> str:
        words, target, anchor = match[1], match[2], match[3] or ""
        if ":" in target:
            return match[0]
        named = (source.parent / target).resolve()
        if not is_page(named):
            return f"{words} (`{named.relative_to(ROOT).as_posix()}`)"
        return f"[{words}]({relpath(place_of(named), page.parent)}{anchor})"

    return _LINK.sub(link, source.read_text(encoding="utf-8"))


def gather() -> None:
    """docs/ and the model cards, as pages in build/docs."""
    shutil.rmtree(PAGES, ignore_errors=True)
    shutil.copytree(DOCS, PAGES)
    for source in (*DOCS.rglob("*.md"), *CARDS):
        page = PAGES / place_of(source)
        page.parent.mkdir(exist_ok=True)
        page.write_text(on_site(source), encoding="utf-8")


def main() -> int:
    gather()
    zensical = Path(sys.executable).parent / "zensical"
    build = [zensical, "build", "--clean", "--strict", "--config-file", "mkdocs.yml"]
    return subprocess.run(build, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
