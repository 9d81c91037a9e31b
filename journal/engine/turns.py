"""Whose turn it is among the verbs of one session: in call order where they meet, side by side where they do not.

Two verbs meet when one of them runs alone, or when they touch the same path, or a path and a folder above it. A verb
that meets one that runs, or one that has waited longer, waits for it; so verbs on one path run in the order of their
calls, and none waits for ever.
"""

import threading
import weakref
from collections.abc import Collection, Iterator

from journal.content.paths import parents


class Turn:
    """One verb's turn: the paths that it touches, None for a verb that runs alone."""

    __slots__ = ("_green", "_steps", "above", "doubtful", "paths")

    def __init__(self, paths: Collection[str] | None) -> None:
        self.paths = None if paths is None else frozenset(paths)
        self.above = frozenset(folder for path in paths or () for folder in parents(path))
        self.doubtful = False
        self._steps: weakref.ref[Iterator[object]] | None = None
        self._green = threading.Lock()

    def meets(self, other: "Turn") -> bool:
        """Tells whether two verbs must not run side by side."""
        if self.paths is None or other.paths is None:
            return True
        apart = self.paths.isdisjoint(other.paths) and self.paths.isdisjoint(other.above)
        return not (apart and self.above.isdisjoint(other.paths))

    def belongs_to(self, steps: Iterator[object]) -> None:
        """Says in which generator the verb runs."""
        self._steps = weakref.ref(steps)

    def over(self) -> bool:
        """Tells whether the verb is over though it did not give its turn back: an interrupt hit its last lines."""
        steps = None if self._steps is None else self._steps()
        return getattr(steps, "gi_frame", None) is None  # a generator that has ended has no frame

    def stop(self) -> None:
        """Lets `wait` wait."""
        self._green.acquire()

    def go(self) -> None:
        """Ends the waiting."""
        self._green.release()

    def wait(self) -> None:
        """Waits until `go` is called."""
        with self._green:
            pass


class Turns:
    """Gives out turns, at most `places` at a time."""

    def __init__(self, places: int) -> None:
        self.places = places
        self._lock = threading.RLock()
        self._running: list[Turn] = []
        self._waiting: list[Turn] = []

    def enter(self, turn: Turn) -> None:
        """Waits until it is this verb's turn; whatever comes of it, `leave` gives the turn back."""
        with self._lock:
            if self._fits(turn) and not any(map(turn.meets, self._waiting)):
                self._running.append(turn)
                return
            turn.stop()
            self._waiting.append(turn)
        turn.wait()

    def leave(self, turn: Turn) -> None:
        """Gives a turn back, or gives up waiting for it; doing it twice is fine."""
        with self._lock:
            for turns in (self._running, self._waiting):
                if turn in turns:
                    turns.remove(turn)
            if self._waiting:
                self._let_go_on()

    @property
    def running(self) -> int:
        """Counts the verbs that run."""
        return len(self._running)

    @property
    def waiting(self) -> int:
        """Counts the verbs that wait."""
        return len(self._waiting)

    def _fits(self, turn: Turn) -> bool:
        return len(self._running) < self.places and not any(map(turn.meets, self._running))

    def _let_go_on(self) -> None:
        """Lets those run that meet neither one that runs nor one that has waited longer."""
        ahead: list[Turn] = []
        for turn in self._waiting[:]:
            if self._fits(turn) and not any(map(turn.meets, ahead)):
                self._running.append(turn)
                turn.go()
                self._waiting.remove(turn)  # last: an interrupt may come between any two lines
            else:
                ahead.append(turn)
