"""The live view: the sentences as they are said, and under them how the senses are and how long a scene takes."""

from __future__ import annotations

import time

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from crossmodal_narrator.core.speech import Narration, Reply, Urgency
from crossmodal_narrator.nodes.listener import Listener

_STYLES = {Urgency.CALM: "", Urgency.NOTABLE: "bold", Urgency.URGENT: "bold red"}
_PERIOD_S = 0.25
_MOST_TROUBLES = 4


class TerminalView:
    """On a terminal the lines below the sentences are renewed in place; into a pipe only the sentences go."""

    def __init__(self, console: Console) -> None:
        self.sentences = 0
        self._console = console
        self._renewed_s = 0.0
        starting = Text("starting the nodes", style="dim")
        self._live = (
            Live(starting, console=console, transient=True, auto_refresh=False) if console.is_terminal else None
        )

    def __enter__(self) -> TerminalView:
        if self._live is not None:
            self._live.start(refresh=True)
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def tell(self, line: str) -> None:
        self._console.print(Text(line, style="dim"), soft_wrap=True)

    def say(self, narration: Narration, first_ns: int | None) -> None:
        """One sentence, with the time since the drive began."""
        self.sentences += 1
        at_s = (narration.stamp_ns - (first_ns or narration.stamp_ns)) / 1e9
        line = Text(f"{at_s:6.1f} s  [{narration.language}] ")
        line.append(narration.text, style=_STYLES[narration.urgency])
        self._console.print(line, soft_wrap=True)

    def answer(self, reply: Reply, first_ns: int | None) -> None:
        """What a passenger asked, and was told."""
        at_s = (reply.stamp_ns - (first_ns or reply.stamp_ns)) / 1e9
        self._console.print(Text(f"{at_s:6.1f} s  {reply.in_reply_to.text}", style="cyan"), soft_wrap=True)
        self._console.print(Text(f"          [{reply.language}] {reply.text}", style="bold"), soft_wrap=True)

    def renew(self, listener: Listener) -> None:
        now_s = time.monotonic()
        if self._live is None or now_s - self._renewed_s < _PERIOD_S:
            return
        self._renewed_s = now_s
        lines = [Text(f" {line}", no_wrap=True, overflow="ellipsis") for line in status_lines(listener)]
        for k, line in enumerate(lines):
            line.stylize("dim" if k == 0 else "yellow")
        self._live.update(Group(*lines), refresh=True)


def status_lines(listener: Listener) -> list[str]:
    """The senses' health and the age of scenes; then what the nodes complain of, the worst first."""
    ages = listener.ages.quantiles().get("age")
    parts = [f"{listener.scenes} scenes"]
    if ages is not None:
        parts.append(f"{ages[0]:.0f} ms from sensor to scene (p99 {ages[1]:.0f})")
    parts += [f"{sense}: {trouble}" for sense, trouble in sorted(listener.degraded.items())]
    if not listener.degraded and listener.scenes:
        parts.append("all senses deliver")
    troubles = sorted(listener.troubles.items(), key=lambda item: (-item[1].level, item[0]))
    told = [f"{name}: {trouble.message}" for name, trouble in troubles[:_MOST_TROUBLES]]
    return [" · ".join(parts), *told]
