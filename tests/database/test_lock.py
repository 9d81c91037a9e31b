"""Stepping aside from a lock."""

import threading

import pytest

from journal.database import Aside, owned


def test_others_have_the_lock_meanwhile_and_its_thread_has_it_afterwards() -> None:
    lock, seen = threading.RLock(), list[bool]()

    def other() -> None:
        with lock:
            seen.append(owned(lock))

    with lock:
        with Aside(lock):
            assert not owned(lock)
            thread = threading.Thread(target=other)
            thread.start()
            thread.join(20)
        assert owned(lock)
    assert (seen, owned(lock)) == ([True], False)


def test_it_has_it_also_after_an_error() -> None:
    lock = threading.RLock()
    with lock:
        with pytest.raises(LookupError), Aside(lock):
            raise LookupError
        assert owned(lock)


class Interrupted:
    """A lock whose owner is interrupted twice while he waits for it."""

    def __init__(self) -> None:
        self.tries = 0
        self.held = True

    def acquire(self) -> None:
        self.tries += 1
        if self.tries < 3:
            raise KeyboardInterrupt
        self.held = True

    def release(self) -> None:
        self.held = False

    def _is_owned(self) -> bool:
        return self.held


def test_an_interrupt_while_it_waits_is_told_when_it_has_the_lock() -> None:
    lock = Interrupted()
    with pytest.raises(KeyboardInterrupt), Aside(lock):  # type: ignore[arg-type]  # what is asked of a lock
        pass
    assert (lock.held, lock.tries) == (True, 3)
