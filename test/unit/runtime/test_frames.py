"""What goes into a frame comes out of it, and what is no frame is refused and never guessed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from crossmodal_narrator.runtime.vision_language.frames import (
    HEADER,
    FormatError,
    Frame,
    Kind,
    Request,
    read_header,
)

IMAGES = st.tuples(st.integers(1, 5), st.integers(1, 5)).flatmap(lambda size: arrays(np.uint8, (*size, 3)))
TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)


@given(IMAGES, TEXTS, st.integers(1, 2048), st.integers(0, 2**31))
def test_a_request_arrives_as_it_was_made(image: np.ndarray, prompt: str, tokens: int, budget_ms: int) -> None:
    made = Request(image_rgb=image, prompt=prompt, max_new_tokens=tokens, budget_ms=budget_ms)

    got = Request.unpacked(made.packed())

    np.testing.assert_array_equal(got.image_rgb, image)
    assert (got.prompt, got.max_new_tokens, got.budget_ms) == (prompt, tokens, budget_ms)


def test_a_request_without_an_image_has_none_when_it_arrives() -> None:
    made = Request(image_rgb=None, prompt="说说看", max_new_tokens=8, budget_ms=400)

    got = Request.unpacked(made.packed())

    assert (got.image_rgb, got.prompt) == (None, "说说看")


def test_an_image_of_one_size_only_is_no_image() -> None:
    packed = Request(image_rgb=None, prompt="?", max_new_tokens=8, budget_ms=400).packed()

    with pytest.raises(FormatError, match="an image of 4x0"):
        Request.unpacked(packed[:4] + (4).to_bytes(4, "little") + packed[8:])


@given(st.sampled_from(Kind), st.integers(0, 2**32 - 1), st.binary(max_size=50))
def test_a_header_tells_kind_number_and_length(kind: Kind, request: int, payload: bytes) -> None:
    packed = Frame(kind=kind, request=request, payload=payload).packed()

    assert read_header(packed[: HEADER.size], 50) == (kind, request, len(payload))
    assert packed[HEADER.size :] == payload


@given(st.binary(min_size=HEADER.size, max_size=HEADER.size))
def test_other_bytes_are_no_header(header: bytes) -> None:
    if header[:4] != b"CMN1":
        with pytest.raises(FormatError):
            read_header(header, 2**32)


@given(st.binary(max_size=120))
def test_other_bytes_are_no_request(payload: bytes) -> None:
    try:
        request = Request.unpacked(payload)
    except FormatError:
        return
    assert request.packed() == payload


def test_a_length_beyond_its_limit_is_not_believed() -> None:
    with pytest.raises(FormatError, match="payload of 51 bytes, above the 50"):
        read_header(Frame(kind=Kind.ANSWER, request=1, payload=b"x" * 51).packed()[: HEADER.size], 50)
