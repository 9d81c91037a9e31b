"""Work on a whole journal: every root is held, the act is audited however it ends, and other roots end it."""

from pathlib import Path

import pytest

from journal import BusyError, Journal, Spool
from journal.database import Database
from journal.engine.upkeep import Leases, portions, upkeep
from journal.tables import sessions
from tests.engine import looking


def opened(root: Path) -> Database:
    with Spool.open(root) as spool:
        spool.write("a.txt", "one")
        path = str(spool.journal.path)
    return Database.open(path, readonly=False)


def test_no_session_opens_meanwhile(root: Path) -> None:
    database = opened(root)
    with Leases.take(database, database.path):
        with pytest.raises(BusyError):
            Spool.open(root)
        with pytest.raises(BusyError):
            Leases.take(database, database.path)
    Leases.take(database, database.path).close()
    database.close()


def test_an_act_is_closed_as_it_ended(root: Path) -> None:
    database = opened(root)
    with upkeep(database, "prune", {}) as work, work.step():
        pass
    with pytest.raises(ZeroDivisionError), upkeep(database, "prune", {}):
        raise ZeroDivisionError
    database.close()
    with Journal.open(database.path) as journal:
        assert looking.acts(journal)[-2:] == [("prune", "ok"), ("prune", "failed")]


def test_another_root_ends_it(root: Path) -> None:
    database = opened(root)
    with pytest.raises(BusyError), upkeep(database, "prune", {}) as work:
        with database.begin() as tx:
            sessions.add_root(tx, "another", "/elsewhere", 1, 2)
        with work.step():
            pass
    database.close()


def test_portions_are_bounded() -> None:
    assert list(portions([1, 2, 3, 4, 5], 2)) == [[1, 2], [3, 4], [5]]
    assert list(portions([], 2)) == []
