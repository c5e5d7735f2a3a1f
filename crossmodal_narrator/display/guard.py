"""Who may come in, and how often: origin, host, token and rates."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

LOCAL_NAMES = ("127.0.0.1", "localhost", "::1")
AT_ALL = 4  # times as many questions as from one address
MOST_FAILURES, FORGIVEN_AFTER_S, MOST_ADDRESSES = 5, 60.0, 256


class Bucket:
    """A rate with a burst: `take` is true as long as there is some left."""

    def __init__(self, per_s: float, burst: float, now_s: Callable[[], float]) -> None:
        self._per_s, self._burst, self._now_s = per_s, burst, now_s
        self._left, self._at_s = burst, now_s()

    def take(self, number: float = 1.0) -> bool:
        now_s = self._now_s()
        self._left = min(self._burst, self._left + (now_s - self._at_s) * self._per_s)
        self._at_s = now_s
        if self._left < number:
            return False
        self._left -= number
        return True


class Rates:
    """A bucket for each address, which a connection does not get anew by coming again, and one for all of them."""

    def __init__(self, per_minute: float, now_s: Callable[[], float]) -> None:
        self._per_minute, self._now_s = per_minute, now_s
        self._all = self._bucket(AT_ALL)
        self._of: dict[str, Bucket] = {}

    def take(self, address: str) -> bool:
        if address not in self._of:
            while len(self._of) >= MOST_ADDRESSES:
                self._of.pop(next(iter(self._of)))
            self._of[address] = self._bucket(1)
        return self._of[address].take() and self._all.take()

    def _bucket(self, times: int) -> Bucket:
        per_minute = times * self._per_minute
        return Bucket(per_minute / 60.0, max(1.0, per_minute / 4), self._now_s)


class Guard:
    """Compares what a connection brings with what is wanted."""

    def __init__(
        self, *, token: str, origins: Iterable[str], host: str, is_local: bool, now_s: Callable[[], float]
    ) -> None:
        self._token, self._origins, self._is_local = token.encode(), frozenset(origins), is_local
        self._hosts = frozenset(urlsplit(origin).netloc.lower() for origin in self._origins)
        self._names = frozenset((*LOCAL_NAMES, host.lower()))
        self._now_s = now_s
        self._failures: dict[str, Bucket] = {}

    def is_host_right(self, host: str) -> bool:
        """At loopback only its own names: else another site's name could be made to lead here (DNS rebinding)."""
        return not self._is_local or _name(f"//{host}") in self._names or host.lower() in self._hosts

    def is_origin_right(self, origin: str, host: str) -> bool:
        """Only our own page talks to us, never one of another site."""
        return origin in (f"http://{host}", f"https://{host}") or origin in self._origins

    def is_token_right(self, token: str, address: str) -> bool:
        """In a time that tells nothing of how much of it was right. An address that guesses waits."""
        if not self._token:
            return True
        tries = self._failures.get(address)
        if tries is not None and not tries.take():
            return False
        if hmac.compare_digest(token.encode("utf-8", "ignore"), self._token):
            self._failures.pop(address, None)
            return True
        if tries is None:
            while len(self._failures) >= MOST_ADDRESSES:
                self._failures.pop(next(iter(self._failures)))
            per_s = MOST_FAILURES / FORGIVEN_AFTER_S
            self._failures[address] = Bucket(per_s, MOST_FAILURES - 1, self._now_s)
        return False


def _name(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
