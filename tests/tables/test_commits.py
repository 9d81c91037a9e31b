"""Commits and their feed: paged both ways, in order, with nothing left out and nothing twice."""

import os
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal.database import Database, Write
from journal.errors import CorruptionError
from journal.ids import CommitRow, PathId, Sha256, sha256
from journal.tables import commits, paths, sessions
from journal.tables.commits import Became, ChangeFacts, CommitFacts, Draft, DraftChange, Wanted
from journal.tables.states import ABSENT, Columns
from tests.tables import rows
from tests.tables.rows import MOMENT, Home, Side

ODD = os.fsdecode(b"z/\xff")
ONE, TWO, LINK = Side(b"one"), Side(b"two\0", 0o755), Side(b"target", 0o777, "symlink")
HISTORY = [
    *("cursor", "commit_id", "branch", "session_id", "committed_at", "message", "path", "change_type", "kind_before"),
    *("kind_after", "sha_before", "sha_after", "mode_before", "mode_after", "size_before", "size_after"),
    *("renamed_from", "invocation_id"),
]


def three(tx: Write, at: Home) -> list[CommitRow]:
    """Three commits, a second apart: of a; of a and b; of b."""
    return [
        rows.commit(tx, at, {"a": ONE}, created_at=MOMENT, message="first"),
        rows.commit(tx, at, {"a": TWO, "b": ONE}, created_at=MOMENT + 1_000_000, message="second"),
        rows.commit(tx, at, {"b": None}, created_at=MOMENT + 2_000_000, message="third"),
    ]


def rename(tx: Write, at: Home) -> CommitRow:
    """A commit that renames a to an undecodable name."""
    act = rows.act(tx, at, "move")
    old, new, side = paths.number(tx, "a"), paths.number(tx, ODD), rows.columns(tx, ONE)
    changes = [
        DraftChange(old, "deleted", side, ABSENT, None, act),
        DraftChange(new, "renamed", side, side, old, act),
    ]
    draft = Draft(sha256(b"rename"), None, at.branch, 1, at.session, MOMENT, "moved", '{"a":1}', 2, 0, 0, bytes(32))
    return commits.add(tx, draft, changes)


def test_a_commit_is_read_as_it_was_written(database: Database, home: Home) -> None:
    with database.begin() as tx:
        first, second, _ = three(tx, home)
    look = database.look()
    names = [row[0] for row in look.rows("SELECT sha256 FROM commits ORDER BY id")]
    found = commits.by_row(look, second)
    assert found == CommitFacts(
        *(second, names[1], names[0], None, "main", "session-main", MOMENT + 1_000_000, "second", "{}", 2, 2, 1),
        *(3, home.branch, 2),
    )
    assert commits.by_sha(look, names[1]) == found
    assert commits.by_sha(look, sha256(b"unknown")) is None
    assert (commits.by_row(look, first).parent, commits.by_row(look, first).cursor) == (None, 1)
    assert commits.tip(look, second) == (names[1], 2)


def test_changes_come_in_the_order_of_the_feed(database: Database, home: Home) -> None:
    with database.begin() as tx:
        three(tx, home)
    found = commits.changes(database.look(), 0, 10, None, None)
    told = [(each.cursor, each.path, each.change_type, each.last_of_commit) for each in found]
    expected = [(1, "a", "created", 1), (2, "a", "modified", 3), (3, "b", "created", 3), (4, "b", "deleted", 4)]
    assert told == expected
    sha = database.look().value("SELECT sha256 FROM commits WHERE n = 2")
    assert found[1] == ChangeFacts(
        *(2, sha, "a", "modified", rows.state(ONE), rows.state(TWO), None, None, "main", "session-main"),
        *(MOMENT + 1_000_000, 3),
    )
    assert (found[3].before, found[3].after) == (rows.state(ONE), None)


def test_a_rename_tells_where_from_and_by_what_act(database: Database, home: Home) -> None:
    with database.begin() as tx:
        commit = rename(tx, home)
    found = commits.changes(database.look(), 0, 10, "main", commit)
    assert [(each.path, each.renamed_from, each.invocation_id) for each in found] == [("a", None, 1), (ODD, "a", 1)]
    assert found[1].before == found[1].after == rows.state(ONE)
    assert [each.became for each in found] == [Became(ODD, rows.state(ONE)), None]


def test_changes_of_one_commit_or_one_branch(database: Database, home: Home) -> None:
    with database.begin() as tx:
        other = rows.home(tx, "other")
        rows.commit(tx, home, {"a": ONE})
        between = rows.commit(tx, other, {"a": TWO, ODD: LINK})
        rows.commit(tx, home, {"b": ONE})
    look = database.look()

    def cursors(after: int, limit: int, branch: str | None, commit: CommitRow | None) -> list[int]:
        return [each.cursor for each in commits.changes(look, after, limit, branch, commit)]

    assert cursors(0, 9, None, None) == [1, 2, 3, 4]
    assert cursors(0, 9, "main", None) == [1, 4]
    assert cursors(0, 9, None, between) == cursors(1, 2, "other", None) == [2, 3]
    assert cursors(2, 9, None, between) == [3]
    assert cursors(0, 9, "main", between) == cursors(0, 9, "nowhere", None) == cursors(4, 9, None, None) == []


@pytest.mark.parametrize("limit", [1, 2, 3, 9])
def test_the_feed_is_paged_without_a_gap(database: Database, home: Home, limit: int) -> None:
    with database.begin() as tx:
        three(tx, home)
    seen: list[int] = []
    while page := commits.changes(database.look(), seen[-1] if seen else 0, limit, None, None):
        assert len(page) <= limit
        seen.extend(each.cursor for each in page)
    assert seen == [1, 2, 3, 4]


@given(st.lists(st.sampled_from(["main", "other"]), max_size=9), st.integers(1, 4), st.booleans())
def test_pages_hold_every_commit_once_both_ways(made: list[str], limit: int, newest_first: bool) -> None:
    database = rows.migrated()
    with database.begin() as tx:
        homes = {name: rows.home(tx, name) for name in ("main", "other")}
        rows_made = [
            (name, rows.commit(tx, homes[name], {"a": Side(b"%d" % at)}, created_at=MOMENT + at))
            for at, name in enumerate(made)
        ]
    for branch in (None, "main", "other"):
        seen: list[CommitRow] = []
        after = None
        while page := commits.page(database.look(), Wanted(branch), after, limit, newest_first=newest_first):
            seen.extend(each.id for each in page)
            after = seen[-1]
        expected = [row for name, row in rows_made if branch in (None, name)]
        assert seen == (expected[::-1] if newest_first else expected)
    database.close()


WANTED: list[tuple[Callable[[Write], Wanted], list[str]]] = [
    (lambda tx: Wanted(), ["third", "second", "first"]),
    (lambda tx: Wanted(since=MOMENT + 1_000_000), ["third", "second"]),
    (lambda tx: Wanted(until=MOMENT + 1_000_000), ["second", "first"]),
    (lambda tx: Wanted(since=MOMENT + 1, until=MOMENT + 1_000_000), ["second"]),
    (lambda tx: Wanted(path_id=rows.path_id(tx, "a")), ["second", "first"]),
    (lambda tx: Wanted(path_id=rows.path_id(tx, "b"), since=MOMENT + 2_000_000), ["third"]),
    (lambda tx: Wanted(path_id=PathId(99)), []),
    (lambda tx: Wanted(branch="nowhere"), []),
]


@pytest.mark.parametrize(("wanted", "messages"), WANTED, ids=["-".join(messages) or "none" for _, messages in WANTED])
def test_pages_hold_what_is_wanted(
    database: Database, home: Home, wanted: Callable[[Write], Wanted], messages: list[str]
) -> None:
    with database.begin() as tx:
        three(tx, home)
        down = commits.page(tx, wanted(tx), None, 9, newest_first=True)
        up = commits.page(tx, wanted(tx), None, 9, newest_first=False)
    assert [each.message for each in down] == messages
    assert up == down[::-1]


def test_a_prefix_finds_what_begins_with_it(database: Database, home: Home) -> None:
    with database.begin() as tx:
        three(tx, home)
    look = database.look()
    names = sorted(row[0].hex() for row in look.rows("SELECT sha256 FROM commits"))
    for name in names:
        for length in (7, 8, 63, 64):
            assert commits.prefixed(look, name[:length]) == [name]
    assert commits.prefixed(look, "") == names
    assert commits.prefixed(look, "0" * 64) == []


def test_a_prefix_that_fits_many_finds_five(database: Database, home: Home) -> None:
    draft = Draft(sha256(b""), None, home.branch, 1, home.session, MOMENT, "m", "{}", 1, 0, 0, bytes(32))
    with database.begin() as tx:
        for n in range(1, 8):
            name = Sha256(bytes([0xAB, 0xCD, 0xEF, n]) + bytes(28))
            commits.add(tx, draft._replace(sha256=name, n=n), [])
    found = commits.prefixed(database.look(), "abcdef0")
    assert [name[:8] for name in found] == [f"abcdef0{n}" for n in range(1, 6)]
    assert commits.prefixed(database.look(), "ABCDEF07") == ["abcdef07" + "00" * 28]


def test_cursors_are_never_given_out_again(database: Database, home: Home) -> None:
    assert commits.cursor(database.look()) == commits.issued(database.look()) == 0
    with database.begin() as tx:
        three(tx, home)
        assert commits.cursor(tx) == commits.issued(tx) == 4
        tx.run("DROP TRIGGER change_stays")
        tx.run("DELETE FROM change WHERE seq >= 3")
        assert (commits.cursor(tx), commits.issued(tx)) == (2, 4)
        rows.commit(tx, home, {"c": ONE})
        assert commits.cursor(tx) == commits.issued(tx) == 5


@pytest.mark.parametrize("change", ["change_type = 'mode'", "after_mode = 0", "seq = seq + 9", "path_id = path_id"])
def test_a_committed_change_is_never_changed(database: Database, home: Home, change: str) -> None:
    with database.begin() as tx:
        three(tx, home)
    before = database.look().rows("SELECT * FROM change")
    with pytest.raises(CorruptionError, match="a committed change is never changed"), database.begin() as tx:
        tx.run(f"UPDATE change SET {change}")
    assert database.look().rows("SELECT * FROM change") == before


def test_a_path_changes_once_in_a_commit(database: Database, home: Home) -> None:
    draft = Draft(sha256(b"x"), None, home.branch, 1, home.session, MOMENT, "m", "{}", 1, 0, 0, bytes(32))
    with pytest.raises(CorruptionError, match="UNIQUE"), database.begin() as tx:
        twice = DraftChange(paths.number(tx, "a"), "created", ABSENT, rows.columns(tx, ONE), None, None)
        commits.add(tx, draft, [twice, twice])
    assert commits.cursor(database.look()) == 0


WRONG: list[tuple[str, Columns, Columns]] = [
    ("moved", ABSENT, ABSENT),
    ("created", ABSENT, ABSENT),
    ("created", ABSENT, (None, 0o644, None)),
    ("created", (None, None, "file"), ABSENT),
]


@pytest.mark.parametrize(("kind", "before", "after"), WRONG, ids=["type", "nothing", "mode", "kind"])
def test_a_change_that_cannot_be_is_refused(
    database: Database, home: Home, kind: str, before: Columns, after: Columns
) -> None:
    draft = Draft(sha256(b"x"), None, home.branch, 1, home.session, MOMENT, "m", "{}", 1, 0, 0, bytes(32))
    with pytest.raises(CorruptionError, match="CHECK"), database.begin() as tx:
        commits.add(tx, draft, [DraftChange(paths.number(tx, "a"), kind, before, after, None, None)])
    assert commits.page(database.look(), Wanted(), None, 9, newest_first=True) == []


def test_a_commit_that_cannot_be_is_refused(database: Database, home: Home) -> None:
    draft = Draft(sha256(b"x"), None, home.branch, 1, home.session, MOMENT, "m", "{}", 1, 0, 0, bytes(32))
    with database.begin() as tx:
        commits.add(tx, draft, [])
    wrong = [
        draft._replace(n=2),
        draft._replace(sha256=sha256(b"y")),
        draft._replace(sha256=sha256(b"y"), n=2, files=0),
        draft._replace(sha256=sha256(b"y"), n=2, metadata="{"),
        draft._replace(sha256=sha256(b"y"), n=2, parent_id=CommitRow(99)),
        draft._replace(sha256=sha256(b"y"), n=2, audit_head=b""),
    ]
    for each in wrong:
        with pytest.raises(CorruptionError), database.begin() as tx:
            commits.add(tx, each, [])
    assert sessions.branches(database.look()) == [("main", None)]


def test_every_change_is_in_the_history(database: Database, home: Home) -> None:
    with database.begin() as tx:
        rename(tx, home)
        rows.commit(tx, home, {"b": LINK}, created_at=MOMENT + 1, message="grüße")
    names, listed = rows.stock(database.path, "SELECT * FROM history ORDER BY cursor")
    assert names == HISTORY
    told = [dict(zip(names, row, strict=True)) for row in listed]
    commit, one, link = sha256(b"rename").hex(), rows.state(ONE).sha256.hex(), rows.state(LINK).sha256.hex()
    begun = [commit, "main", "session-main", "2023-11-14T22:13:20.000000Z", "moved"]
    assert listed[0] == [1, *begun, "a", "deleted", "file", None, one, None, 420, None, 3, None, None, 1]
    assert listed[1] == [2, *begun, "//z/\\xff", "renamed", "file", "file", one, one, 420, 420, 3, 3, "a", 1]
    assert (told[2]["committed_at"], told[2]["message"]) == ("2023-11-14T22:13:20.000001Z", "grüße")
    assert (told[2]["kind_after"], told[2]["sha_after"], told[2]["mode_after"]) == ("symlink", link, 511)
    assert (told[2]["size_before"], told[2]["size_after"], told[2]["invocation_id"]) == (None, 6, None)

def test_the_feed_tells_what_was_removed_from_it(database: Database, home: Home) -> None:
    look = database.look()
    assert (commits.issued(look), commits.unbroken(look), commits.kept(look, 0, 9)) == (0, 1, 0)
    assert commits.behind(look, 0) == 0
    with database.begin() as tx:
        three(tx, home)
    assert (commits.issued(look), commits.unbroken(look), commits.kept(look, 0, 4)) == (4, 1, 4)
    assert commits.kept(look, 1, 3) == 2
    assert [commits.behind(look, after) for after in (0, 1, 4, 9)] == [4, 3, 0, 0]
    with database.begin() as tx:
        tx.run("DROP TRIGGER change_stays")
        tx.run("DELETE FROM change WHERE seq <= 2")
    assert (commits.issued(look), commits.unbroken(look), commits.kept(look, 0, 4)) == (4, 3, 2)
    assert [commits.behind(look, after) for after in (0, 1, 2, 3, 4)] == [2, 2, 2, 1, 0]
    with database.begin() as tx:
        tx.run("DELETE FROM change WHERE seq = 4")
    assert (commits.issued(look), commits.unbroken(look)) == (4, 5)


def test_a_page_knows_where_each_of_its_commits_ends(database: Database, home: Home) -> None:
    with database.begin() as tx:
        for n in range(3):
            rows.commit(tx, home, {name: Side(b"%d" % n) for name in "abcd"}, message=str(n))
    for after in range(12):
        for limit in range(1, 13):
            found = commits.changes(database.look(), after, limit, None, None)
            assert [each.cursor for each in found] == list(range(after + 1, min(after + limit, 12) + 1))
            assert all(each.last_of_commit == -(-each.cursor // 4) * 4 for each in found)


def test_whatever_fails_leaves_no_gap_among_the_cursors(database: Database, home: Home) -> None:
    with pytest.raises(ZeroDivisionError), database.begin() as tx:
        three(tx, home)
        raise ZeroDivisionError
    with database.begin() as tx:
        first = rows.commit(tx, home, {"a": ONE})
        with pytest.raises(CorruptionError):  # a statement that fails in the middle of its rows
            number = paths.number(tx, "b")
            commits.add(
                tx,
                Draft(sha256(b"twice"), first, home.branch, 2, home.session, MOMENT, "", "{}", 2, 0, 0, bytes(32)),
                [DraftChange(number, "created", ABSENT, rows.columns(tx, ONE), None, None)] * 2,
            )
        rows.commit(tx, home, {"c": ONE}, message="later")
    found = [row[0] for row in database.look().rows("SELECT seq FROM change ORDER BY seq")]
    assert found == list(range(1, len(found) + 1)) and len(found) == 3


def test_what_went_and_what_was_renamed_is_listed_commit_by_commit(database: Database, home: Home) -> None:
    with database.begin() as tx:
        rename(tx, home)
        rows.commit(tx, home, {"b": ONE})
        rows.commit(tx, home, {"b": None})
    found = commits.turns(database.look(), home.branch, 0, 9)
    assert [(each.path, each.renamed_from) for each in found] == [("a", None), (ODD, "a"), ("b", None)]
    assert found[0].n == found[1].n < found[2].n
    assert commits.turns(database.look(), home.branch, 1, found[2].n - 1) == []
