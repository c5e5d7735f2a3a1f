"""One HTML file that holds everything: style, script and content. It asks nothing of a network, and says so itself.

The content is JSON in a data block in which no character can end the block; the script writes it as text alone. The
policy allows this style and this script by their digests, so that even a text that became markup could run nothing.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

_ASSETS = resources.files(__package__) / "assets"
# Inside of a script's element only these can change how HTML is read.
_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def render_page(
    title: str, body: str, content: Mapping[str, Any], *, styles: Sequence[str], scripts: Sequence[str]
) -> str:
    """A whole page. `body`, `styles` and `scripts` name files of assets/; the same content gives the same bytes."""
    style = "\n".join(_asset(name) for name in styles)
    script = "\n".join(_asset(name) for name in scripts)
    policy = (
        f"default-src 'none'; img-src data:; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    return (
        "<!doctype html>\n"
        '<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{html.escape(title)}</title>\n"
        f"<style>{style}</style>\n</head>\n<body>\n{_asset(body)}\n"
        f'<script type="application/json" id="content">{as_data_block(content)}</script>\n'
        f"<script>{script}</script>\n</body>\n</html>\n"
    )


def as_data_block(content: Mapping[str, Any]) -> str:
    """JSON that cannot end the element it stands in."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.translate(_ESCAPES)


def _asset(name: str) -> str:
    return (_ASSETS / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
