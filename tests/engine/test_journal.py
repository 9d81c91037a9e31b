"""The reading side of a journal: opening it, trees, contents, and reading while others write."""

import os
import threading
from pathlib import Path
from typing import Any

import apsw
import pytest

from journal import Closed, DigestMismatch, Journal, NotAJournal, Spool, UnknownName, UsageError
from tests.engine.looking import held, let_go, run


def test_a_journal_is_opened_by_file_root_or_folder_in_it(filled: Spool, root: Path) -> None:
    (root / "deep/er").mkdir(parents=True)
    for path in (filled.journal.path, root, root / "deep/er", str(root)):
        with Journal.open(path) as journal:
            assert (journal.path, journal.id, journal.readonly) == (filled.journal.path, filled.journal.id, True)
    assert Journal.locate(root) == Journal.locate(root / "deep") == filled.journal.path


def test_where_there_is_no_journal_the_name_is_unknown(root: Path) -> None:
    for ask in (Journal.locate, Journal.open):
        with pytest.raises(UnknownName) as caught:
            ask(root)
        assert caught.value.hint
    with pytest.raises(UsageError):
        Journal.open(root / "none.db")
    assert os.listdir(root) == []


def test_an_empty_file_is_no_journal(root: Path) -> None:
    (root / "empty.db").touch()
    with pytest.raises((NotAJournal, UsageError)):
        Journal.open(root / "empty.db")
    assert (root / "empty.db").stat().st_size == 0


def test_a_journal_can_be_made_without_a_root(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "new.db", readonly=False, create=True) as journal:
        assert (journal.cursor, journal.head(), journal.tree(), list(journal.commits())) == (0, None, {}, [])
        assert len(journal.id) == 32
        assert journal.verify().ok


def test_a_blob_is_found_by_its_digest(filled: Spool) -> None:
    entry = filled.journal.tree()["src/c"]
    blob = filled.journal.blob(entry.sha256)
    assert (blob.sha256, blob.size, blob.is_text, blob.read()) == (entry.sha256, 1, True, b"2")
    with blob.open() as reader:
        assert reader.read() == b"2"
    with pytest.raises(UnknownName) as caught:
        filled.journal.blob("0" * 64)
    assert caught.value.name == "0" * 64
    for wrong in ("zz", 5, None):
        name: Any = wrong
        with pytest.raises(UsageError):
            filled.journal.blob(name)


@pytest.mark.damaged
def test_a_damaged_content_is_never_given(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    data = os.urandom(3_000_000)
    with Spool.open(root, journal=path) as spool:
        sha = str(spool.write("big", data).sha_after)
    connection = apsw.Connection(str(path))
    connection.execute("UPDATE chunk SET body = zeroblob(length(body)) WHERE id = (SELECT max(id) FROM chunk)")
    connection.close()
    with Journal.open(path) as journal:
        with pytest.raises(DigestMismatch) as caught:
            journal.blob(sha).read()
        assert caught.value.hint
        with journal.blob(sha).open() as reader, pytest.raises(DigestMismatch):
            reader.read()


def test_closing_is_final_and_may_be_repeated(filled: Spool) -> None:
    journal = Journal.open(filled.journal.path)
    commits = journal.commits()
    next(commits)
    journal.close()
    journal.close()
    calls: list[Any] = [journal.head, journal.tree, journal.changes, journal.verify, lambda: journal.cursor]
    calls += [lambda: journal.id, lambda: list(journal.commits()), lambda: journal.blob("0" * 64)]
    calls += [lambda: journal.commit("main"), lambda: journal.query("SELECT 1"), lambda: list(journal.rows("SELECT 1"))]
    for call in calls:
        with pytest.raises(Closed):
            call()
    assert filled.journal.head() is not None


def test_the_journal_of_a_spool_closes_with_it(root: Path) -> None:
    with Spool.open(root) as spool:
        journal = spool.journal
        journal.close()
        assert journal.cursor == 0
    with pytest.raises(Closed):
        journal.head()


def test_a_journal_is_read_while_a_session_is_open_elsewhere(root: Path) -> None:
    with held(root) as process:
        with Journal.open(root) as journal:
            assert journal.head() is None
        let_go(process)


WRITER = """
import sys
from journal import Spool, Write
with Spool.open(sys.argv[1]) as spool:
    print("open", flush=True)
    for n in range(60):
        spool.batch([Write(f"f{i}", f"{n} {i}") for i in range(10)])
        spool.commit(f"{n}")
"""


def test_a_reader_sees_whole_commits_only(root: Path) -> None:
    seen = set()
    with held(root, WRITER) as process, Journal.open(root) as journal:
        while True:
            over = process.poll() is not None
            changes = journal.changes(limit=10_000)
            tree = journal.tree()
            assert len(changes) % 10 == 0
            assert all(change.ends_commit == (change.cursor % 10 == 0) for change in changes)
            versions = {journal.blob(entry.sha256).read().split()[0] for entry in tree.values()}
            assert (len(tree), len(versions)) in ((10, 1), (0, 0))
            seen.add(len(changes))
            if over:
                break
        assert len(journal.changes(limit=10_000)) == 600
    assert len(seen) > 1


def test_a_journal_may_be_asked_from_any_thread(filled: Spool) -> None:
    failures: list[BaseException] = []

    def ask() -> None:
        try:
            for _ in range(50):
                assert len(filled.journal.tree()) == 2
                assert len(list(filled.journal.commits())) == 2
                assert filled.journal.query("SELECT count(*) AS n FROM commits") == [{"n": 2}]
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for n in range(30):
        filled.write("busy", f"{n}")
    for thread in threads:
        thread.join()
    assert failures == []


FORK = """
import os, sys
from journal import Journal, Spool, UsageError
spool = Spool.open(sys.argv[1])
journal = Journal.open(sys.argv[1])
child = os.fork()
if child == 0:
    for call in (spool.diff, lambda: spool.write("a", "x"), spool.journal.head, journal.tree, lambda: spool.reset()):
        try:
            call()
        except UsageError:
            continue
        os._exit(1)
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
spool.write("a", "still ours")
spool.close()
print("fine")
"""


def test_a_fork_is_refused_and_the_parent_goes_on(root: Path) -> None:
    assert run(FORK, root) == "fine\n"
