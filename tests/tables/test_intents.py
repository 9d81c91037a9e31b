"""Promised changes of the disk: written, found again as they were, and done."""

import os

import pytest

from journal.database import Database, Write
from journal.errors import CorruptionError
from journal.ids import InvocationId
from journal.tables import intents, paths
from journal.tables.intents import Intent, IntentRow
from journal.tables.states import ABSENT
from tests.tables import rows
from tests.tables.rows import Home, Side

ODD = os.fsdecode(b"\xff")
ONE, TWO, LINK = Side(b"one"), Side(b"two\0", 0o755), Side(b"target", 0o777, "symlink")
LARGE = 2**63 - 1


def put(tx: Write, at: Home, path: str, act: InvocationId, seq: int = 0) -> IntentRow:
    """Promises that a file is put at a path where there is nothing."""
    number = paths.number(tx, path)
    row = IntentRow(
        *(at.branch, number, act, seq, 1, "put", 7, None),
        *(ABSENT, (None, None), rows.columns(tx, ONE), (None, None), None),
    )
    intents.put(tx, [row])
    return row


def test_a_promise_comes_back_as_it_was(database: Database, home: Home) -> None:
    with database.begin() as tx:
        act = rows.act(tx, home)
        edit = rows.edit(tx, home, "a", ONE, TWO, act)
        old, new = paths.number(tx, "old"), paths.number(tx, ODD)
        one, two, link = (rows.columns(tx, side) for side in (ONE, TWO, LINK))
        put_ = IntentRow(home.branch, edit.path_id, act, 0, 2, "put", 7, None, one, (5, 6), two, (LARGE, LARGE), None)
        prior = (edit.id, one, two)
        move = IntentRow(home.branch, new, act, 1, 2, "move", 8, old, ABSENT, (None, None), link, (9, -1), prior)
        intents.put(tx, [move, put_])
    state = rows.state
    assert intents.open_ones(database.look(), home.branch) == [
        Intent(edit.path_id, "a", act, 2, "put", 7, None, state(ONE), (5, 6), state(TWO), (LARGE, LARGE), None),
        Intent(new, ODD, act, 2, "move", 8, old, None, (None, None), state(LINK), (9, -1), prior),
    ]


def test_what_was_staged_before_may_have_had_no_sides(database: Database, home: Home) -> None:
    with database.begin() as tx:
        act = rows.act(tx, home)
        edit = rows.edit(tx, home, "a", None, ONE, act)
        row = put(tx, home, "a", act)._replace(how="remove", prior=(edit.id, ABSENT, edit.after))
        intents.put(tx, [row])
    assert intents.open_ones(database.look(), home.branch)[0].prior == (edit.id, ABSENT, edit.after)


def test_promises_come_by_act_and_place(database: Database, home: Home) -> None:
    with database.begin() as tx:
        first, second = rows.act(tx, home), rows.act(tx, home)
        put(tx, home, "a", second, 1)
        put(tx, home, "b", second, 0)
        put(tx, home, "c", first, 5)
        other = rows.home(tx, "other")
        put(tx, other, "a", rows.act(tx, other))
    assert [each.path for each in intents.open_ones(database.look(), home.branch)] == ["c", "b", "a"]


def test_a_later_promise_for_a_path_takes_its_place(database: Database, home: Home) -> None:
    with database.begin() as tx:
        put(tx, home, "a", rows.act(tx, home))
        later = rows.act(tx, home)
        put(tx, home, "a", later)
    assert [each.act_id for each in intents.open_ones(database.look(), home.branch)] == [later]


def test_what_is_done_is_gone(database: Database, home: Home) -> None:
    with database.begin() as tx:
        acts = [rows.act(tx, home) for _ in range(3)]
        for at, act in enumerate(acts):
            put(tx, home, f"{at}", act)
            put(tx, home, f"{at}/more", act, 1)
        other = rows.home(tx, "other")
        put(tx, other, "a", acts[0])
        intents.done(tx, home.branch, [acts[0], acts[2], InvocationId(99)])
        intents.done(tx, home.branch, [])
        assert [each.path for each in intents.open_ones(tx, home.branch)] == ["1", "1/more"]
        intents.all_done(tx, home.branch)
        assert intents.open_ones(tx, home.branch) == []
        assert len(intents.open_ones(tx, other.branch)) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"how": "copy"},
        {"how": "move"},
        {"moved_from": 1},
        {"act_size": 0},
        {"seq": -1},
        {"act_id": 99},
        {"path_id": 99},
    ],
    ids=lambda wrong: "-".join(map(str, (*wrong, *wrong.values()))),
)
def test_a_promise_that_cannot_be_is_refused(database: Database, home: Home, wrong: dict[str, int | str]) -> None:
    with pytest.raises(CorruptionError), database.begin() as tx:
        row = put(tx, home, "a", rows.act(tx, home))
        intents.put(tx, [row._replace(**wrong)])  # type: ignore[arg-type]  # each value fits its field
    assert intents.open_ones(database.look(), home.branch) == []
