"""`run --page`: which nodes are started, and which address is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from crossmodal_narrator.cli.run import page_address
from crossmodal_narrator.core.errors import ConfigError


def test_the_address_is_the_one_of_the_parameters(tmp_path: Path) -> None:
    file = tmp_path / "params.yaml"
    file.write_text("display:\n  ros__parameters:\n    port: 9001\n")

    assert page_address(None, {}, None) == "http://127.0.0.1:8480/"
    assert page_address(file, {"port": 9000}, None) == "http://127.0.0.1:9001/"
    assert page_address(file, {"port": 9000}, 9002) == "http://127.0.0.1:9002/"
    assert page_address(None, {"host": "::1", "port": 9000}, None) == "http://[::1]:9000/"


def test_the_word_that_lets_in_is_never_told(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("0123456789abcdef")

    told = page_address(None, {"host": "0.0.0.0", "token_file": str(tmp_path / "token")}, None)
    assert told == "http://0.0.0.0:8480/#token=<what token_file holds>"


def test_a_page_for_all_without_a_token_is_refused_before_anything_is_started() -> None:
    with pytest.raises(ConfigError, match="token_file is empty"):
        page_address(None, {"host": "0.0.0.0"}, None)


@pytest.mark.parametrize(
    ("has_voice", "page", "names"),
    [
        (False, "", ["perception", "narrator"]),
        (True, "", ["perception", "narrator", "dialogue", "voice"]),
        (False, "http://127.0.0.1:8480/", ["display", "perception", "narrator", "dialogue"]),
        (True, "http://127.0.0.1:8480/", ["display", "perception", "narrator", "dialogue", "voice"]),
    ],
)
def test_the_page_brings_the_dialogue_along_and_comes_first(has_voice: bool, page: str, names: list[str]) -> None:
    pytest.importorskip("rclpy", reason="rclpy is not installed: run `make setup`")
    from crossmodal_narrator.nodes.runner import Run, RunPlan

    plan = RunPlan(bag=None, languages=None, params=None, rate=1.0, exits_at_end=True, has_voice=has_voice, page=page)

    assert [name for name, _ in Run(plan, {})._nodes()] == names
