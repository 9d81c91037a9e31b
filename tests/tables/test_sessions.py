"""Roots, branches and sessions: who works where, and who did last."""

import os

import pytest

from journal.database import Database
from journal.errors import CorruptionError
from journal.ids import BranchId, RootId, SessionRow
from journal.tables import sessions
from journal.tables.sessions import BranchRow, RootRow, SessionFacts
from tests.tables import rows
from tests.tables.rows import Home, Side

FACTS = SessionFacts("s-1", 12, "host", rows.MOMENT, '{"a":1}')
ODD = os.fsdecode(b"/some\xffwhere")


@pytest.mark.parametrize("path", ["/some where/é", ODD])
def test_a_root_is_found_by_its_id_and_by_its_place(database: Database, path: str) -> None:
    with database.begin() as tx:
        made = sessions.add_root(tx, "uuid", path, 2**62, 4)
    assert made == RootRow(RootId(1), "uuid", path, 2**62, 4)
    assert sessions.root_by_uuid(database.look(), "uuid") == made
    assert sessions.root_by_path(database.look(), path) == made
    assert sessions.root_by_uuid(database.look(), "other") is sessions.root_by_path(database.look(), "/") is None


def test_a_root_may_move(database: Database) -> None:
    with database.begin() as tx:
        made = sessions.add_root(tx, "uuid", "/here", 1, 2)
        moved = sessions.place_root(tx, made, ODD, 3, 4)
        assert moved == RootRow(made.id, "uuid", ODD, 3, 4)
        assert sessions.root_by_uuid(tx, "uuid") == sessions.root_by_path(tx, ODD) == moved
        assert sessions.root_by_path(tx, "/here") is None
        assert sessions.place_root(tx, moved, "/here", 1, 2) == sessions.root_by_uuid(tx, "uuid") == made


def test_a_branch_counts_what_is_done_to_it(database: Database, home: Home) -> None:
    with database.begin() as tx:
        made = sessions.add_branch(tx, "side", home.root)
        assert made == sessions.branch(tx, "side") == BranchRow(made.id, "side", home.root, None, 0)
        sessions.bump(tx, made.id)
        sessions.bump(tx, made.id)
        assert sessions.generation(tx, made.id) == 2
        assert sessions.generation(tx, home.branch) == 0
        assert sessions.branch(tx, "nowhere") is None


def test_a_branch_moves_to_its_newest_commit(database: Database, home: Home) -> None:
    with database.begin() as tx:
        sessions.add_branch(tx, "empty", home.root)
        before = sessions.generation(tx, home.branch)
        commit = rows.commit(tx, home, {"a": Side(b"x")})
    look = database.look()
    found = sessions.branch(look, "main")
    assert found is not None and (found.head_id, found.generation) == (commit, before + 1)
    sha = look.value("SELECT sha256 FROM commits")
    assert sessions.branches(look) == [("empty", None), ("main", sha)]


def test_a_session_opens_and_closes(database: Database, home: Home) -> None:
    with database.begin() as tx:
        side = sessions.add_branch(tx, "side", home.root).id
        assert sessions.living(tx, side) is None and sessions.find(tx, "s-1") is None
        made = sessions.start(tx, side, FACTS)
        assert sessions.find(tx, "s-1") == (made, side, "open")
        assert sessions.living(tx, side) == ("s-1", 12, "host")
        sessions.end(tx, made, rows.MOMENT + 1)
        assert sessions.find(tx, "s-1") == (made, side, "closed")
        assert sessions.living(tx, side) is None
    found = database.look().row("SELECT started_at, ended_at, pid, host, metadata FROM session WHERE name = 's-1'")
    assert found == (rows.MOMENT, rows.MOMENT + 1, 12, "host", '{"a":1}')


def test_a_session_goes_on_under_its_name(database: Database, home: Home) -> None:
    with database.begin() as tx:
        made = sessions.start(tx, home.branch, FACTS)
        sessions.end(tx, made, rows.MOMENT + 1)
        again = sessions.start(tx, home.branch, SessionFacts("s-1", 34, "other", rows.MOMENT + 9, '{"b":2}'))
        assert again == made and sessions.living(tx, home.branch) == ("s-1", 34, "other")
    found = database.look().row("SELECT started_at, ended_at, metadata FROM session WHERE name = 's-1'")
    assert found == (rows.MOMENT, None, '{"b":2}')


def test_a_session_that_goes_on_without_metadata_keeps_what_it_had(database: Database, home: Home) -> None:
    with database.begin() as tx:
        made = sessions.start(tx, home.branch, FACTS)
        assert sessions.start(tx, home.branch, FACTS._replace(metadata="{}")) == made
        assert tx.value("SELECT metadata FROM session WHERE name = 's-1'") == FACTS.metadata


def test_the_next_session_says_who_died(database: Database, home: Home) -> None:
    with database.begin() as tx:
        other = rows.home(tx, "other")
        first = sessions.start(tx, home.branch, FACTS)
        assert sessions.find(tx, "session-main") == (home.session, home.branch, "died")
        sessions.start(tx, home.branch, FACTS._replace(name="s-2"))
        assert sessions.find(tx, "s-1") == (first, home.branch, "died")
        assert sessions.find(tx, "session-other") == (other.session, other.branch, "open")
        assert sessions.start(tx, home.branch, FACTS) == first
        assert sessions.find(tx, "s-1") == (first, home.branch, "open")
        assert sessions.find(tx, "s-2") == (SessionRow(first + 1), home.branch, "died")


def test_names_are_given_once_and_references_hold(database: Database, home: Home) -> None:
    with pytest.raises(CorruptionError, match="UNIQUE"), database.begin() as tx:
        sessions.add_branch(tx, "main", home.root)
    with pytest.raises(CorruptionError, match="UNIQUE"), database.begin() as tx:
        sessions.add_root(tx, "uuid of main", "/elsewhere", 1, 2)
    with pytest.raises(CorruptionError, match="FOREIGN KEY"), database.begin() as tx:
        sessions.add_branch(tx, "side", RootId(99))
    with pytest.raises(CorruptionError, match="FOREIGN KEY"), database.begin() as tx:
        sessions.start(tx, BranchId(99), FACTS)
    with pytest.raises(CorruptionError, match="json_valid"), database.begin() as tx:
        sessions.start(tx, home.branch, FACTS._replace(metadata="no json"))
    assert sessions.living(database.look(), home.branch) == ("session-main", 12, "host")
