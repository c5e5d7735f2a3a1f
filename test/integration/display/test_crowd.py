"""Fifty pages at once: one that reads nothing and one that sends garbage cost the others and the node nothing."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

Apart = Callable[[Coroutine[Any, Any, Any]], Any]
PAGES, LASTS_S, MEASURED_AFTER_S = 48, 12.0, 1.0


def hello(seat: int) -> str:
    return json.dumps({"kind": "hello", "token": "", "seat": f"{seat:032x}", "board": "", "after": 0})


async def page(address: str, seat: int, until_s: float, pictures: list[int]) -> list[float]:
    """Seconds from saying to hearing of each sentence. Now and then it is asked why; `pictures` counts what came."""
    found = []
    measured_from_s = time.monotonic() + MEASURED_AFTER_S  # what was said before it came is old
    async with connect(talk(address), origin=address, compression=None) as line:
        await line.send(hello(seat))
        while time.monotonic() < until_s:
            message: Any = json.loads(await asyncio.wait_for(line.recv(), 5.0))
            if message["kind"] == "picture":
                pictures.append(len(message.get("jpeg", "")))
            if message["kind"] == "said" and message["number"] % 40 == seat % 40:  # each page every two seconds
                await line.send(json.dumps({"kind": "picture", "id": message["claims"][0]["evidence"][0]["picture"]}))
            if message["kind"] == "said" and time.monotonic() > measured_from_s:
                found.append(time.monotonic() - float(message["text"]))
    return found


async def one_that_reads_nothing(address: str, until_s: float) -> bool:
    """Whether it was sent away before the end."""
    host, port = address.removeprefix("http://").split(":")
    plain = socket.create_connection((host, int(port)))
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    settings: dict[str, Any] = {"origin": address, "compression": None, "max_queue": 1, "ping_interval": None}
    async with connect(talk(address), sock=plain, close_timeout=0.1, **settings) as line:
        await line.send(hello(1000))
        line.transport.pause_reading()
        await asyncio.sleep(until_s - time.monotonic())
        line.transport.resume_reading()
        newest = 0.0
        with suppress(ConnectionClosed):  # an open line that is silent is a failure
            while time.monotonic() < until_s + 5.0:  # what had been on its way
                message = json.loads(await asyncio.wait_for(line.recv(), 5.0))
                newest = float(message["text"]) if message["kind"] == "said" else newest
        return newest < until_s - 1.0


async def one_that_sends_garbage(address: str, until_s: float) -> int:
    """How often it was sent away."""
    times = 0
    while time.monotonic() < until_s:
        async with connect(talk(address), origin=address, compression=None, close_timeout=0.1) as line:
            with suppress(ConnectionClosed):  # it is sent away in the midst of it
                await line.send(hello(1001))
                for garbage in ("{" * 4000, b"\xff" * 4000, "x" * 100_000):
                    await line.send(garbage)
            await line.wait_closed()
        times += 1
        await asyncio.sleep(0.02)
    return times


def talk(address: str) -> str:
    return f"{address.replace('http', 'ws')}/talk"


def ride(run_apart: Apart, *arguments: str) -> dict[str, Any]:
    command = [sys.executable, str(Path(__file__).parent / "serving.py"), *arguments]
    pictures: list[int] = []
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as server:
        assert server.stdout is not None
        address = server.stdout.readline().strip().rstrip("/")
        before = memory_mb(server.pid)

        async def all_of_them() -> tuple[list[list[float]], list[Any]]:
            until_s = time.monotonic() + LASTS_S
            hostile = (one_that_reads_nothing, one_that_sends_garbage)
            others = [asyncio.create_task(act(address, until_s)) for act in hostile]
            heard = await asyncio.gather(*(page(address, seat, until_s, pictures) for seat in range(PAGES)))
            return heard, [await other for other in others]

        heard, hostile = run_apart(all_of_them())
        after = memory_mb(server.pid)
        out, words = server.communicate(timeout=30)
    assert server.returncode == 0, words
    assert words == "", "what is sent by others fills no log"
    every = sorted(seconds for one in heard for seconds in one)
    return {
        "least": min(map(len, heard)),
        "p50_ms": 1e3 * every[len(every) // 2],
        "p95_ms": 1e3 * every[int(0.95 * len(every))],
        "p99_ms": 1e3 * every[int(0.99 * len(every))],
        "node_ms": 1e3 * float(out),
        "grown_mb": after - before,
        "hostile": hostile,
        "pictures": sum(size > 1000 for size in pictures),
    }


def memory_mb(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text()
    return float(status.split("VmRSS:")[1].split()[0]) / 1024


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.parametrize("arguments", [(), ("pictures",)], ids=["without pictures", "with pictures"])
def test_who_reads_nothing_and_who_sends_garbage_cost_the_others_nothing(
    run_apart: Apart, arguments: tuple[str, ...]
) -> None:
    found = ride(run_apart, *arguments)
    told = str(found)
    sys.stderr.write(told + "\n")
    was_sent_away, times = found["hostile"]

    assert was_sent_away, told
    assert times >= 2, "it came again after it was sent away, at least once: " + told
    assert found["least"] > 50, told
    assert found["p99_ms"] < 1000.0, told
    assert found["grown_mb"] < 40.0, told
    assert found["node_ms"] < 250.0, "the node's own part, p99: " + told
    assert found["pictures"] >= (2 * PAGES if arguments else 0), "each page got some: " + told
