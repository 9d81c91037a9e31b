"""Trees: at the head and at every commit before it, as a plain dictionary would have them."""

import os

from hypothesis import given
from hypothesis import strategies as st

from journal.content.paths import parents
from journal.database import Database, Read
from journal.ids import BranchId, PathId
from journal.tables import paths, trees
from journal.tables.states import State
from journal.tables.trees import TreeEntry
from tests.tables import rows
from tests.tables.rows import Home, Side

ODD = os.fsdecode(b"c/\xff")
SIDES = st.sampled_from([Side(b"one"), Side(b"two"), Side(b"one", 0o755), Side(b"one", 0o777, "symlink"), Side(b"\0")])
COMMITS = st.lists(
    st.dictionaries(st.sampled_from(["a", "b", "a/b", ODD, "é"]), st.none() | SIDES, min_size=1), max_size=6
)


def tree(entries: list[TreeEntry]) -> dict[str, State]:
    """A tree by path; no path stands in it twice."""
    found = {entry.path: entry.state for entry in entries}
    assert len(found) == len(entries)
    return found


def numbers_fit(tx: Read, entries: list[TreeEntry]) -> bool:
    """Whether the number of each entry is that of its path."""
    return all(paths.name(tx, entry.path_id) == entry.path for entry in entries)


@given(COMMITS, COMMITS)
def test_a_tree_is_what_a_dictionary_would_hold(
    mine: list[dict[str, Side | None]], theirs: list[dict[str, Side | None]]
) -> None:
    database = rows.migrated()
    with database.begin() as tx:
        homes = [rows.home(tx), rows.home(tx, "other")]
    models: list[list[dict[str, State]]] = [[{}], [{}]]
    for turn in range(max(len(mine), len(theirs))):
        for at, model, commits in zip(homes, models, (mine, theirs), strict=True):
            changes = {
                path: side for path, side in (commits[turn : turn + 1] or [{}])[0].items() if side or path in model[-1]
            }
            if changes:
                with database.begin() as tx:
                    rows.commit(tx, at, changes)
                states = {path: rows.state(side) for path, side in changes.items() if side}
                model.append({path: state for path, state in model[-1].items() if path not in changes} | states)
    look = database.look()
    for at, model in zip(homes, models, strict=True):
        assert [tree(trees.at(look, at.branch, n)) for n in range(len(model))] == model
        assert tree(trees.head(look, at.branch)) == model[-1]
        assert numbers_fit(look, trees.head(look, at.branch)) and numbers_fit(look, trees.at(look, at.branch, 1))
        for path in ("a", "b", "a/b", ODD, "é"):
            number = paths.find(look, path)
            assert number is None or trees.at_head(look, at.branch, number) == model[-1].get(path)
    database.close()


def test_a_tree_beyond_the_head_is_the_one_at_the_head(database: Database, home: Home) -> None:
    with database.begin() as tx:
        rows.commit(tx, home, {"a": Side(b"one")})
    assert trees.at(database.look(), home.branch, 9) == trees.at(database.look(), home.branch, 1)


def test_what_nobody_knows_is_in_no_tree(database: Database, home: Home) -> None:
    with database.begin() as tx:
        rows.commit(tx, home, {"a": Side(b"one")})
    look = database.look()
    assert trees.at_head(look, home.branch, PathId(99)) is None
    assert trees.at_head(look, BranchId(99), rows.path_id(look, "a")) is None
    assert trees.head(look, BranchId(99)) == trees.at(look, BranchId(99), 1) == []


def test_the_head_advances_by_what_is_given(database: Database, home: Home) -> None:
    with database.begin() as tx:
        one, two = paths.number(tx, "a"), paths.number(tx, ODD)
        trees.advance(tx, home.branch, [(one, rows.columns(tx, Side(b"one"))), (two, rows.columns(tx, Side(b"two")))])
        trees.advance(tx, home.branch, [])
        assert set(tree(trees.head(tx, home.branch))) == {"a", ODD}
        gone = (None, None, None)
        trees.advance(tx, home.branch, iter([(one, gone), (two, rows.columns(tx, Side(b"x", 0o600)))]))
        trees.advance(tx, home.branch, [(one, gone)])
        assert trees.head(tx, home.branch) == [TreeEntry(two, ODD, rows.state(Side(b"x", 0o600)))]


LOOK_ALIKES = ["a", "a/b", "a/b/c", "a0", "a.b", "a\\b/c", "a\n", "a\n/b", ODD, "c", "c/d", f"{ODD}/x", f"a/{ODD}"]
WAYS = st.sampled_from(LOOK_ALIKES)


@given(st.sets(WAYS), WAYS)
def test_what_is_in_the_way_of_a_file_lies_above_or_below_it(held: set[str], path: str) -> None:
    database = rows.migrated()
    with database.begin() as tx:
        home = rows.home(tx)
        rows.commit(tx, home, {each: Side(b"one") for each in held} | {"other": Side(b"one")})
    found = tree(trees.in_the_way(database.look(), home.branch, [path]))
    assert set(found) == {each for each in held if path in parents(each) or each in parents(path)}
    assert trees.in_the_way(database.look(), BranchId(99), [path]) == []
    database.close()


@given(st.sets(WAYS), st.sets(WAYS))
def test_what_is_in_the_way_of_several_files_is_that_of_each(held: set[str], wanted: set[str]) -> None:
    database = rows.migrated()
    with database.begin() as tx:
        home = rows.home(tx)
        rows.commit(tx, home, {each: Side(b"one") for each in held} | {"other": Side(b"one")})
    look = database.look()
    each = {entry.path for path in wanted for entry in trees.in_the_way(look, home.branch, [path])}
    assert set(tree(trees.in_the_way(look, home.branch, wanted))) == each - wanted
    database.close()


def test_looking_for_a_part_of_the_tree_costs_that_part() -> None:
    database = rows.migrated()
    values: dict[str, int | str] = {"branch_id": 1, "spans": "[]"}
    steps = [row[3] for row in database.look().rows("EXPLAIN QUERY PLAN " + trees.SELECT_HEAD_IN, **values)]
    assert [step for step in steps if step.startswith("SCAN")] == ["SCAN j VIRTUAL TABLE INDEX 1:"]
    database.close()


@given(COMMITS)
def test_what_changed_between_two_commits_is_told_with_its_state(made: list[dict[str, Side | None]]) -> None:
    database = rows.migrated()
    with database.begin() as tx:
        at, other = rows.home(tx), rows.home(tx, "other")
        models: list[dict[str, State]] = [{}]
        touched: list[set[str]] = [set()]
        for commit in made:
            changes = {path: side for path, side in commit.items() if side or path in models[-1]}
            if changes:
                rows.commit(tx, at, changes)
                rows.commit(tx, other, {"a": Side(b"elsewhere")})
                states = {path: rows.state(side) for path, side in changes.items() if side}
                models.append({path: state for path, state in models[-1].items() if path not in changes} | states)
                touched.append(set(changes))
    look, last = database.look(), len(models) - 1
    for low in range(last + 1):
        changed = set().union(*touched[low + 1 :])
        assert set(trees.changed(look, at.branch, low, last)) == changed
        for n in (low, last):
            expected = {path: state for path, state in models[n].items() if path in changed}
            assert tree(trees.changed_at(look, at.branch, n, low, last)) == expected
        for path in ("a", "b", "a/b", ODD, "é"):
            number = paths.find(look, path)
            assert number is None or trees.one_at(look, at.branch, low, number) == models[low].get(path)


def test_no_tree_reads_the_history_below_it() -> None:
    look = rows.migrated().look()
    values = {"branch_id": 1, "n": 1}
    steps = [row[3] for row in look.rows("EXPLAIN QUERY PLAN " + trees.SELECT_AT, **values)]
    assert [step for step in steps if step.startswith("SCAN")] == ["SCAN p"]
    seek = "SEARCH x USING COVERING INDEX change_path (path_id=? AND commit_id<?"
    assert any(step.startswith(seek) for step in steps)


@given(st.lists(st.sampled_from(["a", "a/b", "a/c", "a-b", "b/" + ODD, ODD]), unique=True))
def test_a_part_of_the_tree_is_what_lies_at_or_below_some_paths(starts: list[str]) -> None:
    database = rows.migrated()
    with database.begin() as tx:
        at, other = rows.home(tx), rows.home(tx, "other")
        rows.commit(tx, at, {path: Side(os.fsencode(path)) for path in ("a/b", "a/c/d", "e", ODD)})
        rows.commit(tx, other, {"a/x": Side(b"x")})
    look = database.look()
    every = tree(trees.head(look, at.branch))
    begins = tuple(start + "/" for start in starts)
    wanted = {path: every[path] for path in every if path in starts or path.startswith(begins)}
    assert tree(trees.head(look, at.branch, starts)) == wanted
    assert tree(trees.head(look, at.branch, [*starts, ""])) == every
    ids = [rows.path_id(look, path) for path in (*wanted, "a/x")]
    assert trees.at_head_many(look, at.branch, ids) == {rows.path_id(look, path): wanted[path] for path in wanted}
    database.close()
