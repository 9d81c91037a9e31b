"""How many calls run side by side when that follows the load."""

from journal.limits import ADAPT_GAIN, ADAPT_RSS_BYTES


class Climb:
    """Goes up or down by one place as long as more gets done so, and turns round when not.

    So it need not know what calls wait for: where they sleep, more places do more; where they want the processors, the
    write lock or memory, more do less. While nobody waits for a place it stays where it is.
    """

    def __init__(self, places: int, most: int) -> None:
        self.places = places
        self._most = most
        self._way = 1
        self._rate = 0.0

    def after(self, calls: int, took_s: float, queued: int, rss_bytes: int) -> int:
        """Tells what was done in how long, how many calls wait, and what memory is in use; gives the new places."""
        if rss_bytes > ADAPT_RSS_BYTES:
            self._way, self._rate = -1, 0.0
            self.places = max(self.places - 1, 1)
            return self.places
        if not queued:
            self._rate = 0.0
            return self.places
        rate = calls / max(took_s, 1e-9)
        if rate < self._rate * (1 + self._way * ADAPT_GAIN):  # more places must gain something, fewer lose nothing
            self._way = -self._way
        self._rate = rate
        if not 1 <= self.places + self._way <= self._most:  # at a bound: what is on the other side may be better by now
            self._way = -self._way
        self.places = min(max(self.places + self._way, 1), self._most)
        return self.places
