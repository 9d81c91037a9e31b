"""How often a progress function is called."""

import time

from journal.limits import PROGRESS_INTERVAL_S
from journal.records import Progress


class Pace:
    """Tells how far a piece of work is, at most ten times a second, and once more when all of it is done."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress = progress
        self._total = total
        self._last_s = time.monotonic()

    def at(self, done: int) -> None:
        """Says that so much is done; most calls pass without a word."""
        if self._progress is None:
            return
        now_s = time.monotonic()
        if done >= self._total or now_s - self._last_s >= PROGRESS_INTERVAL_S:
            self._last_s = now_s
            self._progress(done, self._total)
