"""The live view: the sentences as they are said, and under them how the senses are and how long a scene takes."""

from __future__ import annotations

from rich.console import Console
from rich.live import Live
from rich.text import Text

from crossmodal_narrator.core.speech import Narration, Urgency
from crossmodal_narrator.nodes.listener import Listener

_STYLES = {Urgency.CALM: "", Urgency.NOTABLE: "bold", Urgency.URGENT: "bold red"}


class TerminalView:
    """On a terminal the last line is renewed in place; into a pipe only the sentences go."""

    def __init__(self, console: Console) -> None:
        self.sentences = 0
        self._console = console
        self._live = Live(Text("starting"), console=console, transient=True) if console.is_terminal else None

    def __enter__(self) -> TerminalView:
        if self._live is not None:
            self._live.start()
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

    def renew(self, listener: Listener) -> None:
        if self._live is not None:
            self._live.update(Text(status_line(listener), style="dim"))


def status_line(listener: Listener) -> str:
    """The senses' health, the age of scenes, and the first trouble there is."""
    ages = listener.ages.quantiles().get("age")
    parts = [f"{listener.scenes} scenes"]
    if ages is not None:
        parts.append(f"{ages[0]:.0f} ms from sensor to scene (p99 {ages[1]:.0f})")
    parts += [f"{sense}: {trouble}" for sense, trouble in sorted(listener.degraded.items())]
    if not listener.degraded and listener.scenes:
        parts.append("all senses deliver")
    if listener.troubles:
        name, message = sorted(listener.troubles.items())[0]
        parts.append(f"{name}: {message}")
    return " · ".join(parts)
