"""Whatever is done to a journal's file, a salvage brings back the rest, says what is gone, and never lies."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from pathlib import Path

import pytest

from journal import Journal, NotAJournal, SchemaTooNew, Spool, UsageError, salvage
from journal.limits import PAGE_BYTES
from tests.rescue.damaging import Sound, closed, made, made_large, proven, salvaged
from tests.rescue.flipping import chosen, cut_off, flipped, judge, lay

pytestmark = pytest.mark.damaged

FLIPS, TOGETHER, PARTS = 1000, 5, 5
"""bits that are flipped, so many in a copy, and in how many tests."""

@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Sound:
    """A journal of several commits, closed: every test damages copies of it."""
    folder = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPOOL_HOME", str(folder / "home"))
        return made(folder)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """An empty folder for a damaged copy and what is salvaged of it."""
    folder = tmp_path / "place"
    folder.mkdir()
    return folder


def page(sound: Sound, number: int) -> bytes:
    return sound.data[(number - 1) * PAGE_BYTES : number * PAGE_BYTES]


def put(data: bytes, number: int, new: bytes) -> bytes:
    return data[: (number - 1) * PAGE_BYTES] + new + data[number * PAGE_BYTES :]


def test_a_sound_journal_comes_over_whole(whole: Sound, place: Path) -> None:
    report = salvaged(whole, whole.data, place, set())
    assert report.ok and not report.lost and not report.findings
    assert report.recovered["commits"] == len(whole.trees) and report.recovered["staged"] == 2


@pytest.mark.parametrize("part", range(PARTS))
def test_flipped_bits_cost_no_more_than_what_they_touched(whole: Sound, place: Path, part: int) -> None:
    laid, cut = lay(whole.path), 0
    copies = FLIPS // TOGETHER // PARTS
    for seed in range(part * copies, (part + 1) * copies):
        cut += cut_off(judge(whole, laid, chosen(range(len(whole.data)), TOGETHER, seed), place))
    assert cut < copies // 2  # else little would be shown about what a verification finds


@pytest.mark.parametrize("part", range(4))
def test_a_page_of_zeros_costs_no_more_than_what_it_held(whole: Sound, place: Path, part: int) -> None:
    for number in range(1 + part, whole.pages + 1, 4):
        salvaged(whole, put(whole.data, number, bytes(PAGE_BYTES)), place, {number})


def test_a_file_that_ends_early_gives_what_is_left(whole: Sound, place: Path) -> None:
    ends = [*range(PAGE_BYTES, len(whole.data), 17 * PAGE_BYTES), 1, 99, 101, 5001, len(whole.data) - 1]
    for end in ends:
        gone = set(range(end // PAGE_BYTES + 1, whole.pages + 1))
        try:
            assert not salvaged(whole, whole.data[:end], place, gone).ok or end == len(whole.data) - 1
        except NotAJournal:
            assert end < PAGE_BYTES
            assert os.listdir(place) == ["damaged.db"]


def test_pages_that_changed_places_cost_no_more_than_themselves(whole: Sound, place: Path) -> None:
    chosen = random.Random(8)
    for _ in range(40):
        one, two = chosen.sample(range(2, whole.pages + 1), 2)
        data = put(put(whole.data, one, page(whole, two)), two, page(whole, one))
        salvaged(whole, data, place, {one, two})


def test_without_its_first_page_everything_else_comes_over(whole: Sound, place: Path) -> None:
    report = salvaged(whole, put(whole.data, 1, b"\xa5" * PAGE_BYTES), place, {1})
    assert report.recovered["commits"] == len(whole.trees) and report.lost == ()


@pytest.fixture
def logged(root: Path, tmp_path: Path) -> Path:
    """A journal whose last commits are in its log only."""
    path, copy = tmp_path / "used.db", tmp_path / "logged.db"
    with Spool.open(root, journal=path) as spool:
        spool.write("a", "one")
        spool.commit("first")
        spool.write("a", "two")
        spool.commit("second")
        for side in ("", "-wal"):
            shutil.copy(f"{path}{side}", f"{copy}{side}")
    return copy


def test_what_is_in_the_log_comes_over(logged: Path, tmp_path: Path) -> None:
    before = {each: each.read_bytes() for each in tmp_path.glob("logged.db*")}
    assert len(before) == 2
    report = salvage(logged, tmp_path / "new.db")
    assert report.recovered["commits"] == 2 and not report.lost
    with Journal.open(tmp_path / "new.db") as journal:
        assert journal.read("a") == b"two"
    assert {each: each.read_bytes() for each in tmp_path.glob("logged.db*")} == before


@pytest.mark.parametrize("seed", range(12))
def test_a_garbled_log_gives_no_wrong_bytes(logged: Path, tmp_path: Path, seed: int) -> None:
    log = logged.with_name("logged.db-wal")
    data, chosen = bytearray(log.read_bytes()), random.Random(seed)
    at = chosen.randrange(len(data) - 64)
    data[at : at + 64] = chosen.randbytes(64)
    log.write_bytes(data)
    report = salvage(logged, tmp_path / "new.db")
    with Journal.open(tmp_path / "new.db") as journal:
        for commit in journal.commits():
            assert journal.read("a", commit.id) in (b"one", b"two")
    assert report.ok or report.findings or report.lost


def test_a_lost_log_is_an_older_journal_or_none(logged: Path, tmp_path: Path) -> None:
    logged.with_name("logged.db-wal").unlink()
    report = salvage(logged, tmp_path / "new.db")
    assert not report.recovered["commits"] and report.journal_id


def test_a_content_that_was_lost_can_come_again(whole: Sound, place: Path, root: Path) -> None:
    sha = next(sha for sha, data in whole.contents.items() if data.startswith(b"39 0 "))
    number = max(whole.needs[sha])
    path, into = place / "damaged.db", place / "new.db"
    path.write_bytes(put(whole.data, number, bytes(PAGE_BYTES)))
    report = salvage(path, into)
    assert [each.path for each in report.lost if each.sha256 == sha] == ["dir/f39.txt"]
    with Journal.open(into, readonly=False) as journal:
        journal.attach(root, force=True)
    with Spool.open(root) as spool:
        spool.write("dir/again.txt", whole.contents[sha])
    with Journal.open(into) as journal:
        assert journal.read("dir/f39.txt", at=next(iter(whole.trees))) == whole.contents[sha]


def test_what_is_no_journal_is_refused_and_makes_nothing(place: Path) -> None:
    path = place / "x.db"
    for data in (b"", b"something else" * 1000, random.Random(1).randbytes(100_000)):
        path.write_bytes(data)
        with pytest.raises(NotAJournal):
            salvage(path, place / "new.db")
    with pytest.raises(NotAJournal):
        salvage(place, place / "new.db")
    assert os.listdir(place) == ["x.db"]


def test_a_later_format_is_left_to_a_later_release(whole: Sound, place: Path) -> None:
    (place / "x.db").write_bytes(whole.data)
    with sqlite3.connect(place / "x.db") as later:
        later.execute("INSERT INTO schema_migration VALUES (99, '0099_later.sql', zeroblob(32), 0)")
        later.execute("PRAGMA user_version=99")
    later.close()
    closed(place / "x.db")
    with pytest.raises(SchemaTooNew):
        salvage(place / "x.db", place / "new.db")
    assert os.listdir(place) == ["x.db"]


def test_a_head_that_only_claims_a_later_format_is_damaged(whole: Sound, place: Path) -> None:
    data = whole.data[:60] + (99).to_bytes(4, "big") + whole.data[64:]
    assert salvaged(whole, data, place, set()).recovered["commits"] == len(whole.trees)


def test_what_stands_at_the_new_place_stays(whole: Sound, place: Path) -> None:
    (place / "new.db").write_text("mine")
    for into in (place / "new.db", place / "none" / "new.db", ""):
        with pytest.raises(UsageError):
            salvage(whole.path, into)
    with pytest.raises(UsageError):
        salvage(place / "nowhere.db", place / "other.db")
    assert (place / "new.db").read_text() == "mine" and os.listdir(place) == ["new.db"]


def test_progress_ends_at_the_whole_file(whole: Sound, place: Path) -> None:
    told = list[tuple[int, int]]()
    report = salvage(whole.path, place / "new.db", progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (len(whole.data), len(whole.data))
    proven(whole, place / "new.db", report, set())


def test_a_pruned_journal_comes_over_whole(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "pruned.file"
    with Spool.open(root, journal=path) as spool:
        for number in range(6):
            spool.write("a.txt", f"{number}\n")
            spool.write(f"b{number}.txt", "same\n")
            spool.commit(f"commit {number}")
    with Journal.open(path, readonly=False) as journal:
        assert journal.prune(keep_commits=2, dry_run=False)["commits"] == 4
    report = salvage(path, tmp_path / "new.file")
    assert report.ok and not report.lost, (report.lost, report.findings)
    with Journal.open(path) as old, Journal.open(tmp_path / "new.file") as new:
        assert new.verify(full=True).ok
        kept = [commit.id for commit in old.commits()]
        assert kept == [commit.id for commit in new.commits()] and len(kept) == 2
        for commit in kept:
            assert old.tree(commit) == new.tree(commit)
            assert {name: new.read(name, commit) for name in new.tree(commit)} == {
                name: old.read(name, commit) for name in old.tree(commit)
            }


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Sound:
    """A journal of a thousand contents, of which a thousand bits touch some."""
    folder = tmp_path_factory.mktemp("large")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPOOL_HOME", str(folder / "home"))
        return made_large(folder)


@pytest.mark.parametrize("seed", range(3))
def test_a_thousand_flips_at_once_cost_no_more_than_what_they_touched(large: Sound, place: Path, seed: int) -> None:
    judge(large, lay(large.path), chosen(range(len(large.data)), FLIPS, seed), place)


@pytest.mark.parametrize("seed", range(3))
def test_a_thousand_flips_in_live_content_are_all_found(large: Sound, place: Path, seed: int) -> None:
    laid = lay(large.path)
    assert not cut_off(judge(large, laid, chosen(laid.bytes, FLIPS, seed), place))


@pytest.mark.parametrize("at", [17, 20, 47, 59, 63, 103, 104, 111])
def test_no_bit_of_the_head_costs_anything(whole: Sound, place: Path, at: int) -> None:
    for bit in range(8):
        report = salvaged(whole, flipped(whole.data, [8 * at + bit]), place, set())
        assert report.recovered["commits"] == len(whole.trees) and not report.lost
