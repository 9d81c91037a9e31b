"""Every content is read whole, each chunk once, within a bounded memory; what is damaged is told with its paths."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import pytest

from journal import Journal, Spool, verify
from journal.database import Database
from journal.rescue import contents
from journal.rescue.contents import Contents
from journal.rescue.gauge import Gauge
from tests.rescue.damages import codes, damage, verified

VERSIONS = 40


@pytest.fixture
def versions(root: Path, tmp_path: Path) -> Path:
    """Versions of a text of several chunks, one line edited each, and two of a small one in between."""
    path, choose = tmp_path / "versions.db", random.Random(3)
    lines = [b"%d %d\n" % (n, choose.getrandbits(64)) for n in range(8000)]
    with Spool.open(root, journal=path) as spool:
        for number in range(VERSIONS):
            lines[choose.randrange(len(lines))] = b"edited %d\n" % number
            spool.write("large", b"".join(lines))
            if number % 20 == 5:
                spool.write("small", b"%d\n" % number)
                spool.commit(f"at {number}")
        spool.write("empty", b"")
    return path


def test_all_of_it_is_read_and_right(versions: Path) -> None:
    report = verified(versions, full=True)
    assert report.findings == ()
    assert report.checked["whole_blobs"] == VERSIONS + 3
    assert report.checked["whole_chunks"] == report.checked["chunk"]


def test_a_memory_that_holds_next_to_nothing_is_enough(versions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "VERIFY_CACHE_BYTES", 0)
    monkeypatch.setattr(contents, "CHUNK_MAX", 100)
    monkeypatch.setattr(contents, "VERIFY_CHUNKS", 2)
    assert verified(versions, full=True).findings == ()


def test_what_is_remembered_is_bounded(versions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "VERIFY_CACHE_BYTES", 300_000)
    database = Database.open(str(versions), readonly=True)
    walk, most = Contents(database, Gauge(None)), 0
    for _ in walk.findings({}):
        pytest.fail("it is sound")
    most = sum(len(piece.data) for piece in walk._pieces.values())
    assert 0 < most == walk._bytes <= 300_000
    database.close()


@pytest.mark.damaged
def test_a_damaged_base_is_one_damaged_chunk_and_all_that_is_based_on_it(versions: Path) -> None:
    base = "(SELECT base_id FROM chunk WHERE base_id IS NOT NULL ORDER BY id LIMIT 1)"
    damage(versions, [f"UPDATE chunk SET body = zeroblob(length(body)) WHERE id = {base}"])
    report = verified(versions, full=True)
    found = [each for each in report.findings if each.code == "chunk-digest"]
    assert len(found) == 1
    assert codes(report) == {"chunk-digest", "chunk-base", "blob-digest"}
    lost = [each for each in report.findings if each.code == "blob-digest"]
    assert "'large'" in lost[0].message
    assert not any("'small'" in each.message for each in lost)


@pytest.mark.damaged
def test_only_the_first_contents_are_told_with_their_paths(versions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "VERIFY_NAMED_MAX", 1)
    damage(versions, ["UPDATE chunk SET body = zeroblob(length(body))"])
    lost = [each for each in verified(versions, full=True).findings if each.code == "blob-digest"]
    assert len(lost) == VERSIONS + 2
    assert ["content of" in each.message for each in lost] == [True] + [False] * (len(lost) - 1)


@pytest.mark.damaged
def test_a_chunk_that_is_missing_is_told_once(versions: Path) -> None:
    damage(versions, ["DELETE FROM chunk WHERE id = (SELECT max(id) FROM chunk WHERE codec <> 2)"])
    assert "chunk-missing" in codes(verified(versions, full=True))


@pytest.mark.damaged
def test_deltas_that_lead_in_a_circle_come_to_an_end(versions: Path) -> None:
    damage(versions, ["UPDATE chunk SET base_id = id + 1 WHERE base_id IS NOT NULL AND id % 2 = 0"])
    assert "chunk-base" in codes(verified(versions, full=True))


@pytest.mark.damaged
def test_pages_of_chunks_that_cannot_be_read_leave_the_others_checked(versions: Path) -> None:
    with versions.open("r+b") as file:
        file.seek(-20 * 2048, os.SEEK_END)
        file.write(b"\xa5" * 4096)
    report = verified(versions, full=True)
    assert "integrity" in codes(report)
    assert report.checked["whole_chunks"] > report.checked["chunk"] // 2


def test_it_can_be_ended_between_two_contents(versions: Path) -> None:
    def stop(done: int, total: int) -> None:
        if done > total // 2:
            raise KeyboardInterrupt

    with Journal.open(versions) as journal:
        with pytest.raises(KeyboardInterrupt):
            journal.verify(full=True, progress=stop)
        assert journal.read("small", at="main") == b"25\n"


def test_a_walk_that_leads_back_ends(sound: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = Contents._rows

    def back(self: Contents, sql: str, after: int, most: int) -> list[tuple[Any, ...]]:
        return rows(self, sql, 0, most)  # as a tree does whose numbers do not rise

    monkeypatch.setattr(Contents, "_rows", back)
    found = verify(sound, full=True)
    assert not found.ok
    assert "lead back" in next(each.message for each in found.findings if each.code == "unreadable")


@pytest.mark.damaged
def test_rows_that_hold_something_else_are_told(versions: Path) -> None:
    which = "WHERE name IN ('chunk', 'blob')"
    loose = "replace(replace(sql, ') STRICT', ')'), 'BLOB    NOT NULL', 'BLOB')"
    damage(versions, ["PRAGMA writable_schema=ON", f"UPDATE sqlite_schema SET sql = {loose} {which}"])
    last = "(SELECT max(id) FROM blob)"
    damage(versions, ["UPDATE chunk SET body = NULL WHERE id = 1", f"UPDATE blob SET chunks = 'x' WHERE id = {last}"])
    report = verified(versions, full=True)
    said = {(each.code, each.message) for each in report.findings}
    assert ("chunk-digest", "its row is none") in said and ("blob-digest", "its row is none") in said
    assert "whole_blobs" in report.checked
    assert not any(each.code == "unreadable" and each.subject == "contents" for each in report.findings)
