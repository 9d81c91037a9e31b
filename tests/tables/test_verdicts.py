"""Remembered verdicts: found by validator, version, path and both sides of a change, and by nothing less."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal.database import Database
from journal.ids import PathId
from journal.limits import VERDICT_BYTES_MAX
from journal.records import Problem
from journal.tables import paths, staged, verdicts
from journal.tables.staged import StagedRow
from journal.tables.states import State
from journal.tables.verdicts import Said, Verdict
from tests.tables import rows
from tests.tables.rows import Home, Side

OLD, NEW, OTHER = Side(b"old"), Side(b"new"), Side(b"other")
SAID = (Said("too long", 3, "E501"), Said("half a \ud800 character", None, ""))
texts = st.text(st.characters(exclude_categories=[]))
said = st.lists(st.builds(Said, texts, st.none() | st.integers(0, (1 << 63) - 1), texts)).map(tuple)


def stage(database: Database, home: Home, path: str, before: Side | None, after: Side | None) -> PathId:
    """Stages a change as a verb would."""
    with database.begin() as tx:
        edit = rows.edit(tx, home, path, before, after, rows.act(tx, home))
        staged.put(tx, [StagedRow(home.branch, edit.path_id, edit.before, edit.after, edit.id)])
        return edit.path_id


def state(side: Side | None) -> State | None:
    return None if side is None else rows.state(side)


def keep(database: Database, *found: Verdict, validator: str = "lint", version: str = "1") -> None:
    with database.begin() as tx:
        verdicts.put(tx, validator, version, found)


def known(
    database: Database, home: Home, validator: str = "lint", version: str = "1"
) -> dict[PathId, tuple[Said, ...]]:
    return verdicts.known(database.look(), home.branch, validator, version)


@pytest.mark.parametrize(("before", "after"), [(None, NEW), (OLD, NEW), (OLD, None)])
def test_what_was_said_of_a_staged_change_is_known(
    database: Database, home: Home, before: Side | None, after: Side | None
) -> None:
    number = stage(database, home, "a", before, after)
    assert known(database, home) == {}
    keep(database, Verdict(number, state(before), state(after), SAID))
    assert known(database, home) == {number: SAID}
    assert known(database, home, validator="other") == known(database, home, version="2") == {}


def test_agreement_is_a_verdict_too(database: Database, home: Home) -> None:
    number = stage(database, home, "a", None, NEW)
    keep(database, Verdict(number, None, state(NEW), ()))
    assert known(database, home) == {number: ()}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (OTHER, NEW),
        (None, NEW),
        (OLD, OTHER),
        (OLD, None),
        (OLD._replace(mode=0o600), NEW),
        (OLD, NEW._replace(mode=0o755)),
        (OLD._replace(kind="symlink"), NEW),
        (OLD, NEW._replace(kind="symlink")),
    ],
)
def test_every_part_of_both_sides_counts(
    database: Database, home: Home, before: Side | None, after: Side | None
) -> None:
    number = stage(database, home, "a", OLD, NEW)
    keep(database, Verdict(number, state(before), state(after), SAID))
    assert known(database, home) == {}
    keep(database, Verdict(number, state(OLD), state(NEW), ()))
    assert known(database, home) == {number: ()}


def test_another_path_or_branch_is_another_change(database: Database, home: Home) -> None:
    first = stage(database, home, "a", None, NEW)
    second = stage(database, home, "b", None, NEW)
    keep(database, Verdict(first, None, state(NEW), SAID))
    assert known(database, home) == {first: SAID}
    with database.begin() as tx:
        other = rows.home(tx, "other")
    assert known(database, other) == {}
    stage(database, other, "a", None, NEW)
    assert known(database, other) == {first: SAID}
    assert second != first


def test_the_last_word_counts(database: Database, home: Home) -> None:
    number = stage(database, home, "a", None, NEW)
    keep(database, Verdict(number, None, state(NEW), SAID))
    keep(database, Verdict(number, None, state(NEW), ()))
    assert known(database, home) == {number: ()}
    assert database.look().value("SELECT count(*) FROM verdict") == 1


@given(said)
def test_any_problem_comes_back(problems: tuple[Said, ...]) -> None:
    database = rows.migrated()
    with database.begin() as tx:
        home = rows.home(tx)
    number = stage(database, home, "a", None, NEW)
    keep(database, Verdict(number, None, state(NEW), problems))
    assert known(database, home) == {number: problems}
    assert database.look().value("SELECT json_array_length(problems) FROM verdict") == len(problems)
    database.close()


def test_a_problem_is_kept_without_its_path() -> None:
    assert verdicts.said(Problem("a", "too long", 3, "E501")) == SAID[0]


def test_a_very_long_verdict_is_not_kept(database: Database, home: Home) -> None:
    number = stage(database, home, "a", None, NEW)
    keep(database, Verdict(number, None, state(NEW), (Said("x" * VERDICT_BYTES_MAX, None, ""),)))
    assert known(database, home) == {}


def test_the_oldest_are_forgotten(database: Database, home: Home) -> None:
    numbers = [stage(database, home, path, None, NEW) for path in "abcd"]
    with database.begin() as tx:
        for number in numbers:
            verdicts.put(tx, "lint", "1", [Verdict(number, None, state(NEW), ())], kept=2)
    assert sorted(known(database, home)) == numbers[2:]


def test_a_path_that_goes_takes_its_verdicts_along(database: Database) -> None:
    with database.begin() as tx:
        number = paths.number(tx, "a")
        verdicts.put(tx, "lint", "1", [Verdict(number, None, state(NEW), ())])
        tx.run("DELETE FROM path WHERE id = :id", id=number)
    assert database.look().value("SELECT count(*) FROM verdict") == 0


@pytest.mark.parametrize(
    "text", ["{}", "[1]", '[{"message": "a"}]', '[{"message": "a", "line": "b", "code": ""}]', "5"]
)
def test_what_cannot_be_read_was_not_said(database: Database, home: Home, text: str) -> None:
    number = stage(database, home, "a", None, NEW)
    keep(database, Verdict(number, None, state(NEW), SAID))
    with database.begin() as tx:
        tx.run("UPDATE verdict SET problems = :text", text=text)
    assert known(database, home) == {}
