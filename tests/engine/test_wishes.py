"""How a root is asked to be opened."""

from pathlib import Path
from typing import Any

import apsw
import pytest

from journal import Spool, UsageError
from journal.engine import wishes
from journal.limits import WORKERS_MAX


@pytest.mark.parametrize("workers", [0, -1, WORKERS_MAX + 1, 1.5, True, "many", None])
def test_workers_is_a_number_or_adaptive(root: Path, workers: Any) -> None:
    with pytest.raises(UsageError, match="workers is"):
        Spool.open(root, workers=workers)
    assert not (root / ".spool").exists()


def test_adaptive_is_as_many_as_there_are_processors(root: Path) -> None:
    assert 1 <= wishes.places("adaptive") <= WORKERS_MAX
    with Spool.open(root, workers="adaptive") as spool:
        spool.write("a", "x")


@pytest.mark.parametrize("durability", ["", "OFF", "safe", None, 1])
def test_a_durability_is_one_of_three(root: Path, durability: Any) -> None:
    with pytest.raises(UsageError, match="durability is"):
        Spool.open(root, durability=durability)


SYNCS = {"off": [0, 0, 0], "normal": [2, 1, 2], "full": [2, 2, 2]}
"""`PRAGMA synchronous` (0 off, 1 normal, 2 full) for a first touch, for a write of a marked path, for a commit."""


@pytest.mark.parametrize("durability", SYNCS)
def test_what_each_durability_syncs(root: Path, durability: Any) -> None:
    made, found = list[apsw.Connection](), list[int]()
    apsw.connection_hooks.append(made.append)
    try:
        with Spool.open(root, durability=durability) as spool:
            spool._desk.ended = lambda: None
            connection = made[0]

            def committing() -> bool:
                found.append(int(str(connection.pragma("synchronous"))))
                return False

            connection.set_commit_hook(committing)
            spool.write("a", "first")
            spool.write("a", "second")
            spool.commit("both")
            connection.set_commit_hook(None)
    finally:
        apsw.connection_hooks.remove(made.append)
    assert found == SYNCS[durability]


@pytest.mark.parametrize("wait_s", [-1, "1", None, float("nan")])
def test_a_wait_is_seconds_from_0_on(root: Path, wait_s: Any) -> None:
    with pytest.raises(UsageError, match="wait_s is"):
        Spool.open(root, wait_s=wait_s)


@pytest.mark.parametrize("name", ["", "  ", 3, b"x"])
def test_a_session_has_a_name_of_text(root: Path, name: Any) -> None:
    with pytest.raises(UsageError, match="session_id is"):
        Spool.open(root, session_id=name)


@pytest.mark.parametrize("brand", ["", "x" * 65, "100%", "two\nlines", 5, None])
def test_a_brand_is_a_short_line(root: Path, brand: Any) -> None:
    with pytest.raises(UsageError, match="log_brand is"):
        Spool.open(root, log_brand=brand)
