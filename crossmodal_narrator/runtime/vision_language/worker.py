"""The process of a large model: `python -m crossmodal_narrator.runtime.vision_language.worker --folder FOLDER`.

Frames come in on standard input and go out on what was standard output; what libraries print goes to standard error.
It ends when its input ends, so it does not outlive the node.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from crossmodal_narrator.runtime.vision_language.frames import (
    HEADER,
    MAX_REQUEST_BYTES,
    MAX_TEXT_BYTES,
    FormatError,
    Frame,
    Kind,
    Request,
    read_header,
)

Answer = Callable[[Request], str | None]  # None: not finished within the request's budget

# How glibc's loader (elf/dl-load.c and its neighbours), allocators and libraries say that there is no memory, besides
# MemoryError: where a limit strikes depends on the machine.
_NO_MEMORY = (
    "failed to map segment",
    "cannot map zero-fill pages",
    "cannot create shared object descriptor",
    "cannot allocate",
    "Cannot allocate memory",
    "can't allocate memory",
    "bad_alloc",
)


def main() -> int:
    """The exit status: 0 at the end of input, 1 where the checkpoint could not be loaded."""
    parser = argparse.ArgumentParser(description="Answer requests about images with a vision-language checkpoint.")
    parser.add_argument("--folder", type=Path, required=True, help="the checkpoint")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--threads", type=int, default=2, help="threads on the CPU")
    parser.add_argument("--memory-mb", type=int, default=0, help="most memory for data, 0: no limit")
    options = parser.parse_args()
    inward, outward = _private_streams()
    _spare_the_node(options.memory_mb)
    try:
        answer = load(options.folder, options.device, options.threads)
    except Exception as error:  # noqa: BLE001 - it is told; whatever a checkpoint does, the node hears of it
        _say(outward, Kind.REFUSED, 0, reason_of(error))
        return 1
    _say(outward, Kind.READY, 0, "")
    while (frame := _next(inward)) is not None:
        serve(frame, answer, outward)
    return 0


def serve(frame: Frame, answer: Answer, outward: BinaryIO) -> None:
    """Answer one request, whatever it does."""
    try:
        text = answer(Request.unpacked(frame.payload))
    except Exception as error:  # noqa: BLE001 - it is told, and the next request is answered
        _say(outward, Kind.REFUSED, frame.request, reason_of(error))
        return
    _say(outward, Kind.LATE if text is None else Kind.ANSWER, frame.request, text or "")


def load(folder: Path, device: str, threads: int) -> Answer:
    """The checkpoint as a function. Only local files, only safetensors, and no code of the checkpoint's own."""
    import torch
    from PIL import Image
    from transformers import AutoModelForImageTextToText, AutoProcessor, StoppingCriteriaList

    torch.set_num_threads(threads)
    kept: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    processor = AutoProcessor.from_pretrained(folder, **kept)
    model = AutoModelForImageTextToText.from_pretrained(folder, use_safetensors=True, dtype="auto", **kept)
    model = model.eval().to(device)

    def answer(request: Request) -> str | None:
        until_s = time.monotonic() + request.budget_ms / 1000.0
        shown = {} if request.image_rgb is None else {"images": [Image.fromarray(request.image_rgb)]}
        text = _prompt(processor, request.prompt, has_image=bool(shown))
        inputs = processor(text=[text], **shown, return_tensors="pt").to(device, model.dtype)

        def is_late(tokens: Any, scores: Any, **more: Any) -> Any:
            return torch.full((tokens.shape[0],), time.monotonic() >= until_s, device=tokens.device)

        with torch.inference_mode():
            tokens = model.generate(
                **inputs,
                max_new_tokens=request.max_new_tokens,
                do_sample=False,
                stopping_criteria=StoppingCriteriaList([is_late]),
            )
        if time.monotonic() >= until_s:
            return None
        if not model.config.is_encoder_decoder:
            tokens = tokens[:, inputs["input_ids"].shape[1] :]
        decoded: str = processor.batch_decode(tokens, skip_special_tokens=True)[0]
        return decoded.strip()

    return answer


def _prompt(processor: Any, prompt: str, *, has_image: bool) -> str:
    """One turn of a user who shows the image and asks; plain where the checkpoint has no template for turns."""
    if getattr(processor, "chat_template", None):
        shown = [{"type": "image"}] if has_image else []
        content = [*shown, {"type": "text", "text": prompt}]
        turn = [{"role": "user", "content": content}]
        return str(processor.apply_chat_template(turn, add_generation_prompt=True, tokenize=False))
    mark = getattr(processor, "image_token", None) if has_image else None
    return f"{mark}\n{prompt}" if mark else prompt


def _private_streams() -> tuple[BinaryIO, BinaryIO]:
    """Frames' own streams; prints of libraries go to standard error instead of between frames."""
    inward, outward = os.dup(0), os.dup(1)
    os.dup2(2, 1)
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    return os.fdopen(inward, "rb"), os.fdopen(outward, "wb")


def _spare_the_node(memory_mb: int) -> None:
    """Limit the memory, and be the first that the kernel ends when there is too little for all."""
    if memory_mb:
        # Private writable pages (Linux 4.7 and later); address space would count what CUDA only reserves.
        resource.setrlimit(resource.RLIMIT_DATA, (memory_mb * 1024**2, memory_mb * 1024**2))
    score = Path("/proc/self/oom_score_adj")
    if score.exists():
        score.write_text("1000")


def _next(inward: BinaryIO) -> Frame | None:
    """The next request, None at the end of input."""
    header = inward.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    kind, request, length = read_header(header, MAX_REQUEST_BYTES)
    payload = inward.read(length)
    if kind is not Kind.REQUEST or len(payload) < length:
        raise FormatError(f"{kind.name} of {len(payload)} bytes instead of a whole request")
    return Frame(kind=kind, request=request, payload=payload)


def _say(outward: BinaryIO, kind: Kind, request: int, text: str) -> None:
    payload = text.encode("utf-8", "replace")[:MAX_TEXT_BYTES].decode("utf-8", "ignore").encode("utf-8")
    outward.write(Frame(kind=kind, request=request, payload=payload).packed())
    outward.flush()


def reason_of(error: Exception) -> str:
    """What is said of an error: its kind and words, and that it was memory where the words mean that."""
    told = f"{type(error).__name__}: {error}"[:2000]
    if isinstance(error, MemoryError) or any(sign in told for sign in _NO_MEMORY):
        return f"it needs more memory than memory_mb allows, or than there is ({told})"
    return told


if __name__ == "__main__":
    sys.exit(main())
