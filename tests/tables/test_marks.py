"""What is known about the disk: marks, looks, and bytes set aside."""

import pytest

from journal.database import Database
from journal.errors import CorruptionError
from journal.ids import BlobId, RootId, sha256
from journal.tables import marks, paths
from journal.tables.marks import Mark, Seen
from tests.tables import rows
from tests.tables.rows import Home

SEEN = Seen(sha256(b"one"), True, "file", 1, 2, 3, 4, 5, 0o644, 6)
LARGE = 2**63 - 1


def test_a_path_is_marked_in_its_root(database: Database, home: Home) -> None:
    with database.begin() as tx:
        other = rows.home(tx, "other")
        one, two = paths.number(tx, "a"), paths.number(tx, "b")
        marks.mark(tx, [Mark(home.root, one, 1, 2, 3, 4, "boot"), Mark(other.root, two, 1, None, None, None, "boot")])
        marks.mark(tx, [])
        marks.mark(tx, [Mark(home.root, one, 9, LARGE, LARGE, -1, "later")])
    look = database.look()
    assert marks.marked(look, home.root, one) and marks.marked(look, other.root, two)
    assert not marks.marked(look, home.root, two) and not marks.marked(look, other.root, one)
    found = look.rows("SELECT seq, inode, size, mtime_ns, boot_id FROM unsynced ORDER BY root_id")
    assert found == [(9, LARGE, LARGE, -1, "later"), (1, None, None, None, "boot")]


def test_the_marks_of_a_root_get_the_id_of_this_boot(database: Database, home: Home) -> None:
    with database.begin() as tx:
        other = rows.home(tx, "other")
        numbers = [paths.number(tx, path) for path in ("a", "b")]
        marks.mark(tx, [Mark(home.root, number, 1, 2, 3, 4, f"boot {number}") for number in numbers])
        marks.mark(tx, [Mark(other.root, numbers[0], 1, 2, 3, 4, "old")])
        marks.restamp(tx, home.root, "new")
    found = database.look().rows("SELECT root_id, boot_id, seq FROM unsynced ORDER BY root_id, path_id")
    assert found == [(home.root, "new", 1), (home.root, "new", 1), (other.root, "old", 1)]


def test_what_was_seen_comes_back(database: Database, home: Home) -> None:
    with database.begin() as tx:
        rows.blob(tx, b"one")
        rows.blob(tx, b"\0two")
        one, two = paths.number(tx, "a"), paths.number(tx, "b")
        marks.saw(tx, home.root, [(one, SEEN), (two, SEEN._replace(kind="symlink", inode=LARGE, mode=0o777))])
        marks.saw(tx, home.root, [(one, SEEN._replace(sha256=sha256(b"\0two"), taken_ns=7))])
        marks.saw(tx, home.root, [])
    look = database.look()
    binary = SEEN._replace(sha256=sha256(b"\0two"), is_text=False, taken_ns=7)
    assert marks.last_seen(look, home.root, one) == binary
    assert marks.last_seen(look, home.root, two) == SEEN._replace(kind="symlink", inode=LARGE, mode=0o777)
    assert marks.last_seen(look, RootId(99), one) is None


def test_a_content_that_is_not_kept_was_not_seen(database: Database, home: Home) -> None:
    with database.begin() as tx:
        number = paths.number(tx, "a")
        marks.saw(tx, home.root, [(number, SEEN)])
    assert marks.last_seen(database.look(), home.root, number) is None


def test_rescued_bytes_are_on_record(database: Database) -> None:
    with database.begin() as tx:
        path, blob = paths.number(tx, "a"), rows.blob(tx, b"unknown")
        for _ in range(2):
            marks.rescue(tx, path, blob, "edited while away", rows.MOMENT)
    found = database.look().rows("SELECT id, path_id, blob_id, reason, found_at FROM rescued")
    assert found == [(number, path, blob, "edited while away", rows.MOMENT) for number in (1, 2)]
    with pytest.raises(CorruptionError), database.begin() as tx:
        marks.rescue(tx, path, BlobId(99), "of no content", rows.MOMENT)


def test_marks_of_other_roots_are_of_no_boot_after_a_loss(database: Database, home: Home) -> None:
    with database.begin() as tx:
        other = rows.home(tx, "other")
        one = paths.number(tx, "a")
        marks.mark(tx, [Mark(root, one, 1, 2, 3, 4, "boot") for root in (home.root, other.root)])
        assert not marks.of_another_boot(tx, home.root, "boot") and not marks.of_another_boot(tx, other.root, "boot")
        marks.doubt_others(tx, home.root)
    look = database.look()
    assert not marks.of_another_boot(look, home.root, "boot")
    assert marks.of_another_boot(look, other.root, "boot") and marks.of_another_boot(look, home.root, "next boot")


def test_marks_are_listed_with_the_file_that_was_put_there(database: Database, home: Home) -> None:
    with database.begin() as tx:
        one, two = paths.number(tx, "a"), paths.number(tx, "b")
        marks.mark(tx, [Mark(home.root, one, 1, 2, 3, 4, "boot"), Mark(home.root, two, 1, None, None, None, "boot")])
    assert sorted(marks.everything(database.look(), home.root)) == [("a", one, 2), ("b", two, None)]


def test_many_paths_are_asked_for_at_once(database: Database, home: Home) -> None:
    with database.begin() as tx:
        other = rows.home(tx, "other")
        rows.blob(tx, b"one")
        one, two, three = (paths.number(tx, path) for path in "abc")
        marks.mark(tx, [Mark(home.root, each, 1, 2, 3, 4, "boot") for each in (one, three)])
        marks.saw(tx, home.root, [(one, SEEN), (two, SEEN._replace(inode=9))])
        marks.saw(tx, other.root, [(three, SEEN)])
    look = database.look()
    assert marks.marked_many(look, home.root, [one, two]) == {one}
    assert marks.marked_many(look, other.root, [one, two, three]) == marks.marked_many(look, home.root, []) == set()
    assert marks.last_seen_many(look, home.root, [one, two, three]) == {one: SEEN, two: SEEN._replace(inode=9)}
    assert marks.last_seen_many(look, home.root, []) == {}
