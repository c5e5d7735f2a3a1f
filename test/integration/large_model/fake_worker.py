"""A process that speaks the frames of a large model's, each time with one fault. It imports nothing of ours."""

import os
import pathlib
import struct
import sys
import time

HEADER = struct.Struct("<4sBII")
READY, REQUEST, ANSWER, LATE, REFUSED = 1, 2, 3, 4, 5


def say(kind, request, payload=b"", magic=b"CMN1", length=None):
    write(HEADER.pack(magic, kind, request, len(payload) if length is None else length) + payload)


def write(data):
    while data:
        data = data[os.write(1, data) :]


def read(count):
    data = b""
    while len(data) < count:
        chunk = os.read(0, count - len(data))
        if not chunk:
            sys.exit(0)
        data += chunk
    return data


def request():
    """Number, image size, prompt and the mean of the image's bytes."""
    _, _, number, length = HEADER.unpack(read(HEADER.size))
    payload = read(length)
    height, width, _, budget_ms, prompt = struct.unpack_from("<5I", payload)
    image, words = payload[20 + prompt :], payload[20 : 20 + prompt].decode()
    return number, f"{width}x{height} {words} {sum(image) // max(1, len(image))}", budget_ms


def forever():
    while True:
        time.sleep(60)


fault = sys.argv[1]
mark = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None  # a file that tells a second start from the first
is_second = mark is not None and mark.exists()


def leave_mark():
    if mark is not None:
        with mark.open("a") as file:
            file.write(f"{os.getpid()}\n")


leave_mark()

if fault == "dies loading":
    os.write(2, b"Traceback ...\nMemoryError: 80 GB\n")
    sys.exit(3)
if fault == "never loads":
    forever()
if fault == "loads slowly":
    time.sleep(0.6)
if fault == "refuses the checkpoint":
    say(REFUSED, 0, b"ValueError: no such architecture")
    sys.exit(1)
if fault == "talks before it is ready":
    write(b"Loading weights: 100%\n")
if fault == "floods its errors":
    for _ in range(2000):
        os.write(2, b"warning " * 100 + b"\n")
say(READY, 0)
if fault == "never reads" and not is_second:
    forever()

while True:
    number, text, budget_ms = request()
    if is_second or fault in ("none", "loads slowly", "floods its errors"):
        say(ANSWER, number, text.encode())
    elif fault.startswith("answers: "):
        say(ANSWER, number, fault.removeprefix("answers: ").encode())
    elif fault == "rewords":
        sentence = text.rsplit(" ", 1)[0].rsplit("\n", 1)[-1].split(": ", 1)[1]
        if "behind" in sentence or "bus" in sentence:
            time.sleep(2.0)
        say(ANSWER, number, sentence.replace("pulling away", "moving off").encode())
    elif fault == "is late":
        time.sleep(0.6)
        say(ANSWER, number, b"the answer to an old request")
    elif fault == "gives up":
        say(LATE, number)
    elif fault == "refuses once":
        say(REFUSED, number, b"RuntimeError: image too small")
        fault = "none"
    elif fault == "answers an old request first":
        say(ANSWER, number - 1, b"the answer to an old request")
        say(ANSWER, number, text.encode())
    elif fault == "answers a request that was never made":
        say(ANSWER, number + 1, b"hello")
    elif fault == "says garbage":
        write(b"\x80\x04\x95 garbage that is no frame, and longer than a header")
    elif fault == "says too much":
        say(ANSWER, number, b"x", length=2**31)
    elif fault == "says no text":
        say(ANSWER, number, b"\xff\xfe\xfd")
    elif fault == "dies in its answer":
        say(ANSWER, number, b"half of", length=4000)
        os.write(2, b"Segmentation fault (not really)\n")
        sys.exit(7)
    elif fault == "is killed":
        os.kill(os.getpid(), 9)
    elif fault == "floods":
        while True:
            say(ANSWER, number - 1, b"the answer to an old request " * 1000)
    elif fault == "leaves a child":
        if os.fork() == 0:
            leave_mark()
            forever()
        forever()
    else:
        sys.exit(f"no such fault: {fault}")
