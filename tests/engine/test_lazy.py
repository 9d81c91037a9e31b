"""The parts of a record that come from the journal: while it is open, afterwards, and in another process."""

import pickle
import random
from pathlib import Path
from typing import Any

import pytest

from journal import Blob, Change, Delete, FilePatch, JournalError, Spool, Write
from tests.engine.looking import disk, run
from tests.engine.renaming import committed, git, two_commits

READ = """
import pickle, sys
patch, change, blob = pickle.loads(bytes.fromhex(sys.argv[1]))
print(patch.additions, patch.deletions, change.patch.additions, blob.size)
"""


@pytest.fixture
def records(root: Path) -> tuple[FilePatch, Change, Blob]:
    """A patch, a change and a blob of a spool that is closed by now."""
    with Spool.open(root) as spool:
        spool.write("a", "one\ntwo\n")
        spool.commit("first")
        patch = spool.write("a", "one\nthree\nfour\n")
        spool.commit("second")
        (change,) = spool.journal.changes(after=1)
        return patch, change, spool.journal.blob(str(patch.sha_after))


def look(patch: FilePatch, change: Change, blob: Blob) -> list[Any]:
    """Asks for everything that is worked out late."""
    seen: list[Any] = [patch.additions, patch.deletions, patch.preview, patch.hunks, patch.diff, patch.diff_bytes]
    seen += [patch.unified(0), patch.to_dict(), change.patch.diff, change.to_dict(patch=True)]
    seen += [patch.side_by_side(60), patch.html(), patch.side_by_side(60, context=0), change.patch.html(style=True)]
    with blob.open() as reader:
        return [*seen, blob.read(), reader.read()]


def test_records_can_be_asked_after_the_spool_is_closed(records: tuple[FilePatch, Change, Blob]) -> None:
    patch, change, blob = records
    assert (patch.additions, patch.deletions) == (2, 1)
    assert patch.diff.endswith("@@ -1,2 +1,3 @@\n one\n-two\n+three\n+four\n")
    assert patch.hunks[0].added == ("three", "four")
    assert patch.hunks[0].removed == ("two",)
    assert (change.patch.diff, blob.read()) == (patch.diff, b"one\nthree\nfour\n")
    assert "three" in patch.preview
    blank = " " * 18
    assert patch.side_by_side(40).endswith(f"2 two              <\n{blank} > 2 three\n{blank} > 3 four\n")
    assert '<td class="new"><ins>three</ins></td>' in patch.html()


def test_records_can_be_pickled(records: tuple[FilePatch, Change, Blob]) -> None:
    again = pickle.loads(pickle.dumps(records))
    assert again == records
    assert tuple(map(hash, again)) == tuple(map(hash, records))
    assert look(*again) == look(*records)


def test_records_can_be_asked_in_another_process(records: tuple[FilePatch, Change, Blob]) -> None:
    assert run(READ, pickle.dumps(records).hex()) == "2 1 2 15\n"


def test_records_give_the_same_while_a_session_is_open(records: tuple[FilePatch, Change, Blob], root: Path) -> None:
    before = look(*records)
    with Spool.open(root) as spool:
        assert look(*records) == before
        spool.write("a", "five\n")
        assert look(*records) == before


def test_asking_before_and_after_close_is_the_same(root: Path) -> None:
    with Spool.open(root) as spool:
        patch = spool.write("a", "one\n")
        open_answer = (patch.additions, patch.diff, patch.preview)
    assert (patch.additions, patch.diff, patch.preview) == open_answer


def test_a_record_whose_journal_is_gone_says_so(records: tuple[FilePatch, Change, Blob], spool_home: Path) -> None:
    (journal,) = spool_home.glob("*/journal.db")
    journal.rename(journal.with_name("elsewhere"))
    for ask in (lambda: records[0].diff, lambda: records[1].patch, records[2].read):
        with pytest.raises(JournalError) as caught:
            ask()
        assert str(journal) in str(caught.value)
        assert caught.value.hint


def test_an_open_reader_outlives_the_spool(root: Path) -> None:
    data = bytes(range(256)) * 12_000
    with Spool.open(root) as spool:
        patch = spool.write("big", data)
        blob = spool.journal.blob(str(patch.sha_after))
        before = blob.open()
    with blob.open() as reader:
        reader.seek(1_000_001)
        assert reader.read() == data[1_000_001:]
    with before:
        assert before.read() == data


def test_the_patches_of_a_commit_tell_each_thing_once(spool: Spool, root: Path, tmp_path: Path) -> None:
    moved = two_commits(spool)
    first, second = moved.journal.commits(newest_first=False)
    patches = [change.patch for change in moved.journal.changes(commit=second.id)]
    assert [(patch.change_type, bool(patch.diff)) for patch in patches] == [
        ("deleted", False),
        ("deleted", False),
        ("renamed", True),
        ("renamed", True),
    ]
    assert sum(patch.additions for patch in patches) == second.additions == 1
    assert (patches[0].deletions, patches[0].hunks, patches[0].preview, patches[0].changed) == (0, (), "", True)
    moved.journal.checkout(first.id, tmp_path / "other")
    for each in patches:
        if each.diff:
            git(tmp_path / "other", each.diff_bytes)
    assert disk(tmp_path / "other") == disk(root)


def test_a_binary_rename_that_no_diff_tells_leaves_the_deletion_its_text(spool: Spool) -> None:
    data = random.Random(4).randbytes(2000)
    committed(spool, old=data)
    spool.batch([Delete("old"), Write("new", data[:1500] + b"\0")])
    spool.commit("moved")
    come, gone = (change.patch for change in spool.journal.changes(1))
    assert (come.renamed_from, gone.is_binary) == ("old", True)
    assert gone.diff == "diff --git a/old b/old\ndeleted file mode 100644\nBinary files a/old and /dev/null differ\n"
