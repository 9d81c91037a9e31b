"""Turns: in call order where verbs meet, side by side where they do not."""

import threading
import time
from collections.abc import Callable

import pytest

from journal.engine.turns import Turn, Turns


def soon(happened: Callable[[], bool]) -> bool:
    """Waits until something has happened."""
    end = time.monotonic() + 20
    while not happened() and time.monotonic() < end:
        time.sleep(0.001)
    return happened()


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        (["a"], ["a"], True),
        (["a"], ["b"], False),
        (["a"], ["a/b"], True),
        (["a/b/c"], ["a"], True),
        (["a/b"], ["a/c"], False),
        (["ab"], ["a"], False),
        (["x", "y/z"], ["q", "y"], True),
        (None, ["a"], True),
        (None, None, True),
        (None, [], True),
        ([], ["a"], False),
    ],
)
def test_verbs_meet_on_a_path_and_on_a_folder_above_it(
    one: list[str] | None, other: list[str] | None, meet: bool
) -> None:
    first, second = Turn(one), Turn(other)
    assert (first.meets(second), second.meets(first)) == (meet, meet)


class Crowd:
    """Verbs in threads of their own, which say when they run and end when they are told."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.running: list[str] = []
        self._ends: dict[str, threading.Event] = {}
        self._threads: list[threading.Thread] = []

    def call(self, name: str, paths: list[str] | None) -> None:
        """Calls a verb, and comes back when it runs or waits."""
        self._ends[name] = threading.Event()
        waiting = self.turns.waiting
        thread = threading.Thread(target=self._verb, args=(name, Turn(paths)))
        self._threads.append(thread)
        thread.start()
        assert soon(lambda: name in self.running or self.turns.waiting > waiting)

    def end(self, name: str) -> None:
        """Ends a verb, and comes back when its turn was given back."""
        self._ends[name].set()
        assert soon(lambda: name not in self.running)

    def finish(self) -> None:
        """Waits for all threads."""
        for end in self._ends.values():
            end.set()
        for thread in self._threads:
            thread.join(20)

    def _verb(self, name: str, turn: Turn) -> None:
        self.turns.enter(turn)
        self.running.append(name)
        self._ends[name].wait(20)
        self.turns.leave(turn)
        self.running.remove(name)


def test_verbs_on_one_path_run_in_the_order_of_their_calls() -> None:
    crowd = Crowd(Turns(4))
    for name in ("first", "second", "third"):
        crowd.call(name, ["a"])
    assert crowd.running == ["first"]
    crowd.end("first")
    assert soon(lambda: crowd.running == ["second"])
    crowd.end("second")
    assert soon(lambda: crowd.running == ["third"])
    crowd.finish()


def test_verbs_on_other_paths_overtake_but_never_one_that_they_meet() -> None:
    crowd = Crowd(Turns(4))
    crowd.call("a", ["a"])
    crowd.call("a b", ["a", "b"])
    crowd.call("c", ["c"])
    assert crowd.running == ["a", "c"]
    crowd.call("b", ["b"])  # it meets none that runs, but one that has waited longer
    assert crowd.running == ["a", "c"]
    crowd.end("a")
    assert soon(lambda: "a b" in crowd.running)
    assert "b" not in crowd.running
    crowd.end("a b")
    assert soon(lambda: "b" in crowd.running)
    crowd.finish()


def test_one_that_runs_alone_waits_for_all_and_all_wait_for_it() -> None:
    crowd = Crowd(Turns(4))
    crowd.call("a", ["a"])
    crowd.call("alone", None)
    crowd.call("b", ["b"])
    assert crowd.running == ["a"]
    crowd.end("a")
    assert soon(lambda: crowd.running == ["alone"])
    crowd.end("alone")
    assert soon(lambda: crowd.running == ["b"])
    crowd.finish()


def test_no_more_run_than_there_are_places() -> None:
    crowd = Crowd(Turns(2))
    for name in "abc":
        crowd.call(name, [name])
    assert (crowd.running, crowd.turns.waiting) == (["a", "b"], 1)
    crowd.end("b")
    assert soon(lambda: crowd.running == ["a", "c"])
    crowd.finish()


def test_a_turn_is_given_back_twice_and_never_taken() -> None:
    turns = Turns(1)
    first, second = Turn(["a"]), Turn(["a"])
    turns.leave(second)
    turns.enter(first)
    turns.leave(first)
    turns.leave(first)
    turns.enter(second)
    turns.leave(second)
    assert turns.waiting == 0


def test_whoever_gives_up_waiting_lets_the_next_one_on() -> None:
    crowd = Crowd(Turns(4))
    crowd.call("a", ["a"])
    given_up = Turn(None)
    waiting = threading.Thread(target=crowd.turns.enter, args=(given_up,))
    waiting.start()
    assert soon(lambda: crowd.turns.waiting == 1)
    crowd.call("b", ["b"])
    crowd.turns.leave(given_up)
    assert soon(lambda: "b" in crowd.running)
    given_up.go()
    waiting.join(20)
    crowd.finish()
