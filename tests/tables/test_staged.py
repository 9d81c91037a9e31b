"""What is staged, the log it folds, and the folders made for it."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal.database import Database
from journal.errors import CorruptionError
from journal.ids import BranchId, EditId, PathId
from journal.tables import marks, paths, staged
from journal.tables.invocations import Asked, Chain, Outcome
from journal.tables.marks import Mark
from journal.tables.staged import EditRow, Staged, StagedRow, Turn
from journal.tables.states import ABSENT
from tests.tables import rows
from tests.tables.rows import Home, Side

NAMES = ("done", "gone", "back", "never", "unmarked")
ODD = os.fsdecode(b"z/\xff")
ONE, TWO, LINK = Side(b"one"), Side(b"two\0", 0o755), Side(b"target", 0o777, "symlink")
FILE_HISTORY = [
    *("edit_id", "path", "branch", "session_id", "invocation_id", "edited_at", "change_type"),
    *("sha_before", "sha_after", "mode_before", "mode_after", "commit_id"),
]


def stage(edit: EditRow) -> StagedRow:
    """What is staged after one edit."""
    return StagedRow(edit.branch_id, edit.path_id, edit.before, edit.after, edit.id)


def test_what_is_staged_is_found_with_the_act_that_did_it(database: Database, home: Home) -> None:
    with database.begin() as tx:
        act = rows.act(tx, home)
        made = [rows.edit(tx, home, "a", ONE, TWO, act), rows.edit(tx, home, ODD, None, LINK, act)]
        staged.put(tx, [stage(edit) for edit in made])
    look = database.look()
    first = Staged(made[0].path_id, "a", rows.state(ONE), rows.state(TWO), made[0].id, act)
    second = Staged(made[1].path_id, ODD, None, rows.state(LINK), made[1].id, act)
    assert staged.get(look, home.branch, first.path_id) == first
    assert staged.everything(look, home.branch) == [first, second]
    assert staged.row_of(look, home.branch, first.path_id) == (made[0].id, made[0].before, made[0].after)
    assert first.after is not None and not first.after.is_text


def test_what_is_not_staged_is_none(database: Database, home: Home) -> None:
    look = database.look()
    assert staged.get(look, home.branch, PathId(1)) is None
    assert staged.row_of(look, home.branch, PathId(1)) is None
    assert staged.everything(look, home.branch) == []
    assert staged.folders(look, home.branch) == []
    assert staged.last_edit(look) == 0


def test_a_later_edit_takes_the_place_of_the_one_before(database: Database, home: Home) -> None:
    with database.begin() as tx:
        first = rows.edit(tx, home, "a", ONE, TWO, rows.act(tx, home))
        staged.put(tx, [stage(first)])
        act = rows.act(tx, home)
        second = rows.edit(tx, home, "a", TWO, None, act)
        staged.put(tx, [StagedRow(home.branch, first.path_id, first.before, ABSENT, second.id)])
    found = Staged(first.path_id, "a", rows.state(ONE), None, second.id, act)
    assert staged.everything(database.look(), home.branch) == [found]


def test_paths_are_dropped_or_all_of_them_cleared(database: Database, home: Home) -> None:
    with database.begin() as tx:
        other = rows.home(tx, "other")
        act = rows.act(tx, home)
        made = [rows.edit(tx, home, path, None, ONE, act) for path in ("a", "b", "c")]
        staged.put(tx, [stage(edit) for edit in made])
        staged.put(tx, [stage(rows.edit(tx, other, "a", None, TWO, rows.act(tx, other)))])
        staged.made(tx, home.branch, [(paths.number(tx, "folder"), made[0].id)])
        staged.drop(tx, home.branch, [made[0].path_id, made[2].path_id, PathId(99)])
        assert [each.path for each in staged.everything(tx, home.branch)] == ["b"]
        assert len(staged.folders(tx, home.branch)) == 1
        staged.clear(tx, home.branch)
        assert staged.everything(tx, home.branch) == []
        assert staged.folders(tx, home.branch) == []
        assert [each.path for each in staged.everything(tx, other.branch)] == ["a"]
        assert tx.value("SELECT count(*) FROM edit") == 4


@given(st.lists(st.binary(min_size=1, max_size=3).map(os.fsdecode), unique=True, max_size=8))
def test_everything_comes_by_path_bytes(names: list[str]) -> None:
    names = [name for name in names if "\0" not in name]
    database = rows.migrated()
    with database.begin() as tx:
        home = rows.home(tx)
        act = rows.act(tx, home)
        staged.put(tx, [stage(rows.edit(tx, home, name, None, ONE, act)) for name in names])
    found = [each.path for each in staged.everything(database.look(), home.branch)]
    assert found == sorted(names, key=os.fsencode)
    database.close()


def test_edits_have_rising_numbers_that_a_rollback_gives_back(database: Database, home: Home) -> None:
    with database.begin() as tx:
        act = rows.act(tx, home)
        assert [rows.edit(tx, home, "a", None, ONE, act).id for _ in range(3)] == [1, 2, 3]
    with pytest.raises(ValueError), database.begin() as tx:
        rows.edit(tx, home, "a", None, ONE, act)
        raise ValueError
    assert staged.last_edit(database.look()) == 3
    with database.begin() as tx:
        tx.run("DROP TRIGGER edit_stays")
        tx.run("DELETE FROM edit WHERE id = 3")
        assert staged.last_edit(tx) == 3, "a number is never given out again"


def test_an_edit_tells_where_a_move_came_from(database: Database, home: Home) -> None:
    with database.begin() as tx:
        act, old, new = rows.act(tx, home), paths.number(tx, "old"), paths.number(tx, "new")
        side = rows.columns(tx, ONE)
        staged.log(tx, [EditRow(EditId(5), act, home.branch, new, 1, ABSENT, side, old)])
        staged.log(tx, [EditRow(EditId(6), act, home.branch, old, 0, side, ABSENT, None)])
        staged.log(tx, [])
    found = database.look().rows("SELECT id, path_id, seq, moved_from, after_blob, undone_by FROM edit ORDER BY id")
    assert found == [(5, new, 1, old, side[0], None), (6, old, 0, None, None, None)]


CHANGES = [
    "path_id = (SELECT id FROM path WHERE name = 'b')",
    "before_mode = 1",
    "after_blob = NULL, after_mode = NULL, after_kind = NULL",
    "seq = 9",
    "id = 9",
    "moved_from = 1",
    "invocation_id = 2",
]


@pytest.mark.parametrize("change", CHANGES)
def test_the_log_is_only_added_to(database: Database, home: Home, change: str) -> None:
    with database.begin() as tx:
        act = rows.act(tx, home)
        rows.act(tx, home)
        rows.edit(tx, home, "a", ONE, TWO, act)
        paths.number(tx, "b")
    before = database.look().rows("SELECT * FROM edit")
    with pytest.raises(CorruptionError, match="an edit is never changed"), database.begin() as tx:
        tx.run(f"UPDATE edit SET {change}")
    assert database.look().rows("SELECT * FROM edit") == before


def test_an_edit_is_undone_once(database: Database, home: Home) -> None:
    with database.begin() as tx:
        act = rows.act(tx, home)
        rows.edit(tx, home, "a", ONE, TWO, act)
        tx.run("UPDATE edit SET undone_by = :act", act=act)
    for value in (str(int(act)), "NULL"):
        with pytest.raises(CorruptionError, match="only undone_by is set, once"), database.begin() as tx:
            tx.run(f"UPDATE edit SET undone_by = {value}")


@pytest.mark.parametrize("before", [ABSENT, (None, 0o644, None), (None, None, "file")], ids=["nothing", "mode", "kind"])
def test_half_a_state_is_refused(database: Database, home: Home, before: tuple[None, int | None, str | None]) -> None:
    with pytest.raises(CorruptionError, match="CHECK"), database.begin() as tx:
        act, path = rows.act(tx, home), paths.number(tx, "a")
        edit = EditRow(EditId(1), act, home.branch, path, 0, before, ABSENT, None)  # type: ignore[arg-type]  # on purpose
        staged.log(tx, [edit])


def test_folders_come_deepest_first(database: Database, home: Home) -> None:
    with database.begin() as tx:
        act = rows.act(tx, home)
        edit = rows.edit(tx, home, "a/b/c/d", None, ONE, act).id
        later = rows.edit(tx, home, "a/b/e", None, ONE, rows.act(tx, home)).id
        numbers = {path: paths.number(tx, path) for path in ("a", "a/b", "a/b/c", ODD)}
        staged.made(tx, home.branch, [(number, edit) for number in numbers.values()])
        staged.made(tx, home.branch, [(numbers["a"], later)])
        found = staged.folders(tx, home.branch)
        assert found[0] == ("a/b/c", numbers["a/b/c"], act) and found[-1] == ("a", numbers["a"], act)
        assert {each[0] for each in found[1:-1]} == {"a/b", ODD}
        staged.unmade(tx, home.branch, [numbers["a/b/c"], numbers[ODD], PathId(99)])
        assert [each[0] for each in staged.folders(tx, home.branch)] == ["a/b", "a"]
        assert staged.folders(tx, BranchId(99)) == []


def test_every_write_is_in_the_history_of_files(database: Database, home: Home) -> None:
    sides = [(None, ONE), (ONE, TWO), (TWO, Side(TWO.data, 0o600)), (Side(TWO.data, 0o600), LINK), (LINK, None)]
    with database.begin() as tx:
        acts = [rows.act(tx, home, started_at=rows.MOMENT + at) for at in range(len(sides))]
        for (before, after), act in zip(sides, acts, strict=True):
            rows.edit(tx, home, "a", before, after, act)
        rows.edit(tx, home, ODD, None, ONE, acts[1])
        rows.commit(tx, home, {"a": TWO}, act_id=acts[1])
    names, listed = rows.stock(database.path, "SELECT * FROM file_history ORDER BY edit_id")
    assert names == FILE_HISTORY
    sha, begun = rows.state(ONE).sha256.hex(), "2023-11-14T22:13:20.000000Z"
    assert listed[0] == [1, "a", "main", "session-main", acts[0], begun, "created", None, sha, None, 420, None]
    told = [dict(zip(names, row, strict=True)) for row in listed]
    assert [row["change_type"] for row in told[:5]] == ["created", "modified", "mode", "modified", "deleted"]
    assert told[4]["sha_after"] is None and told[4]["mode_after"] is None and told[4]["sha_before"] is not None
    assert told[1]["edited_at"] == "2023-11-14T22:13:20.000001Z"
    commit = database.look().value("SELECT commit_id FROM history")
    assert [row["commit_id"] for row in told] == [None, commit, None, None, None, None]
    assert told[5]["path"] == "//z/\\xff"


def test_what_the_last_act_left_at_a_marked_path(database: Database, home: Home) -> None:
    with database.begin() as tx:
        for path in ("done", "gone", "back", "never"):
            rows.edit(tx, home, path, None, ONE, rows.act(tx, home))
            marks.mark(tx, [Mark(home.root, paths.number(tx, path), 1, 2, 3, 4, "boot")])
        rows.edit(tx, home, "done", ONE, TWO, rows.act(tx, home))
        rows.edit(tx, home, "gone", ONE, None, rows.act(tx, home))
        asked = Asked(home.session, "spool", "batch", "{}", rows.MOMENT)
        failed = Chain(tx).record(asked, Outcome("failed", rows.MOMENT, 0, "no")).id
        for path in ("back", "never", "unmarked"):
            rows.edit(tx, home, path, ONE if path == "back" else None, TWO, failed)
            rows.edit(tx, home, path, TWO, LINK, failed)
    look = database.look()
    left = {path: staged.left(look, home.branch, home.root).get(rows.path_id(look, path), "no word") for path in NAMES}
    assert left == {
        "done": rows.state(TWO),
        "gone": None,
        "back": rows.state(ONE),
        "never": None,
        "unmarked": "no word",
    }
    assert staged.left(look, BranchId(99), home.root) == {}


def test_a_part_of_what_is_staged_is_asked_for(database: Database, home: Home) -> None:
    with database.begin() as tx:
        act, other = rows.act(tx, home), rows.home(tx, "other")
        made = [rows.edit(tx, home, path, None, ONE, act) for path in ("a/b", "a/c", "d")]
        staged.put(tx, [stage(edit) for edit in made])
        staged.put(tx, [stage(rows.edit(tx, other, "a/z", None, TWO, rows.act(tx, other)))])
    look, ids = database.look(), [each.path_id for each in made]
    assert [each.path for each in staged.everything(look, home.branch, ["d", "a/c", "x"])] == ["a/c", "d"]
    assert [each.path for each in staged.everything(look, home.branch, ["a"])] == ["a/b", "a/c"]
    assert [each.path for each in staged.everything(look, home.branch, ["a", ""])] == ["a/b", "a/c", "d"]
    assert staged.everything(look, home.branch, []) == []
    found = staged.many(look, home.branch, [ids[0], ids[2], PathId(99)])
    assert found == {
        each: (staged.get(look, home.branch, each), staged.row_of(look, home.branch, each)) for each in (ids[0], ids[2])
    }


def test_the_edits_by_which_paths_came_and_went(database: Database, home: Home) -> None:
    with database.begin() as tx:
        act, a, b = rows.act(tx, home, "move"), paths.number(tx, "a"), paths.number(tx, "b")
        one, two = rows.columns(tx, ONE), rows.columns(tx, TWO)
        steps = [(a, ABSENT, one, None), (a, one, two, None), (a, two, ABSENT, None), (b, one, two, a)]
        listed = [
            EditRow(EditId(n), act, home.branch, path, n, before, after, source)
            for n, (path, before, after, source) in enumerate(steps, 1)
        ]
        staged.log(tx, listed)
    found = staged.turns(database.look(), home.branch, EditId(1))
    assert found == [Turn(EditId(1), a, None, False), Turn(EditId(3), a, None, True), Turn(EditId(4), b, a, False)]
    assert staged.turns(database.look(), home.branch, EditId(4)) == found[2:]
