"""A commit comes over when its id follows from what its rows say; else it is told as lost, by path."""

from __future__ import annotations

from journal.database import Write
from journal.ids import ChangeFields, commit_id
from journal.rescue.cells import Values
from journal.rescue.histories import Histories
from journal.rescue.losses import Losses
from journal.tables import salvaged

SHA = bytes(range(32))
ID = commit_id(None, None, 5, "m", "{}", [ChangeFields("a", None, None, None, SHA, 0o644, "file", None)])
COMMIT: Values = (1, ID, None, None, 1, 1, 1, 5, "m", "{}", 1, 0, 0, bytes(32))
CHANGE: Values = (1, 1, 1, "created", None, None, None, 1, 0o644, "file", None, None)


def brought(tx: Write, commit: Values, change: Values, name: str, told: str) -> Losses:
    losses = Losses()
    salvaged.put(tx, "blob", (1, SHA, 3, 1, 1, 0, "whole", bytes(4)))
    found = Histories(tx, losses)
    found.paths([(1, name, None)], [(told, 1)])
    found.commits([commit], [(ID, 1)])
    list(found.changes([change]))
    found.end()
    assert found.broken == losses.any
    return losses


def test_a_sound_commit(tx: Write) -> None:
    assert not brought(tx, COMMIT, CHANGE, "a", "a").any
    assert (salvaged.count(tx, "commits"), salvaged.count(tx, "change")) == (1, 1)


def test_the_name_of_a_path_and_an_id_are_told_by_their_indexes(tx: Write) -> None:
    assert not brought(tx, (1, bytes(32), *COMMIT[2:]), CHANGE, "b", "a").any
    assert salvaged.path(tx, 1) == "a" and tx.value("SELECT sha256 FROM commits") == ID


def test_a_commit_that_says_something_else_is_lost_with_its_paths(tx: Write) -> None:
    losses = brought(tx, (*COMMIT[:8], "n", *COMMIT[9:]), CHANGE, "a", "a")
    assert losses.any and salvaged.count(tx, "commits") == salvaged.count(tx, "change") == 0


def test_a_changed_mode_is_not_believed(tx: Write) -> None:
    assert brought(tx, COMMIT, (*CHANGE[:8], 0o600, *CHANGE[9:]), "a", "a").any
