"""Contents and diffs as a journal gives them: each diff is computed once, and only where it may be kept."""

from pathlib import Path

import pytest

from journal import Journal, Spool
from journal.content.diffing import compare
from tests.engine.looking import counts, value

PAIRS = "SELECT count(*) FROM patch WHERE before_id > 0"


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each time two texts are compared."""
    made: list[int] = []

    def counted(before: bytes, after: bytes) -> object:
        made.append(len(before) + len(after))
        return compare(before, after)

    monkeypatch.setattr("journal.engine.reading.compare", counted)
    return made


def test_a_pair_of_contents_is_compared_once(spool: Spool, calls: list[int]) -> None:
    spool.write("a", "one\n")
    spool.commit("a")
    patch = spool.write("a", "two\n")
    spool.write("b", "one\n")
    calls.clear()
    for _ in range(3):
        assert (patch.additions, patch.deletions) == (1, 1)
        assert len(patch.hunks) == 1
        assert patch.diff.endswith("-one\n+two\n")
        assert [each.path for each in spool.diff()] == ["a", "b"]
    spool.commit("b")
    assert spool.journal.changes(after=1)[0].patch.additions == 1
    assert len(calls) <= 2
    assert value(spool.journal, PAIRS) == 1


def test_a_journal_opened_to_read_computes_and_keeps_nothing(spool: Spool) -> None:
    spool.write("a", "one\n")
    patch = spool.write("a", "two\n")
    spool.close()
    with Journal.open(spool.journal.path) as journal:
        before = counts(journal)
        assert (patch.additions, patch.diff.endswith("-one\n+two\n")) == (1, True)
        assert counts(journal) == before


def test_a_change_of_kind_is_told_as_all_old_and_all_new(spool: Spool) -> None:
    spool.write("a", "target\n")
    spool.commit("a")
    spool.symlink("a", "b")
    (patch,) = spool.diff()
    assert (patch.kind_before, patch.kind, patch.additions, patch.deletions) == ("file", "symlink", 1, 1)
    assert "deleted file mode 100644" in patch.diff
    assert "new file mode 120000" in patch.diff


def test_counts_of_a_mode_are_none(spool: Spool) -> None:
    spool.write("a", "x\n")
    spool.commit("a")
    patch = spool.chmod("a", 0o755)
    assert (patch.additions, patch.deletions, patch.hunks, patch.preview) == (0, 0, (), "")
    assert patch.diff == "diff --git a/a b/a\nold mode 100644\nnew mode 100755\n"


def test_a_binary_content_is_told_in_one_line(spool: Spool) -> None:
    told = [spool.write("a", content) for content in (b"\0", b"\0\0")]
    spool.commit("a")
    told += [spool.symlink("a", "b"), spool.write("a", b"\0\0"), spool.delete("a")]
    assert all(patch.is_binary and patch.additions in (0, 1) for patch in told)
    created, modified, to_link, from_link, deleted = (patch.diff for patch in told)
    assert created == "diff --git a/a b/a\nnew file mode 100644\nBinary files /dev/null and b/a differ\n"
    assert modified == "diff --git a/a b/a\nBinary files a/a and b/a differ\n"
    assert deleted == "diff --git a/a b/a\ndeleted file mode 100644\nBinary files a/a and /dev/null differ\n"
    target = "--- /dev/null\n+++ b/a\n@@ -0,0 +1 @@\n+b\n\\ No newline at end of file\n"
    assert to_link.endswith("new file mode 120000\n" + target)
    assert from_link.endswith("new file mode 100644\nBinary files /dev/null and b/a differ\n")


def test_an_unchanged_path_has_no_diff(spool: Spool) -> None:
    spool.write("a", "x\n")
    patch = spool.write("a", "x\n")
    assert (patch.changed, patch.hunks, patch.additions) == (False, (), 0)


def test_a_content_is_read_from_any_place_on(spool: Spool, root: Path) -> None:
    data = bytes(range(251)) * 9000
    patch = spool.write("big", data)
    with spool.journal.blob(str(patch.sha_after)).open() as reader:
        for at in (0, 1, 16_384, 1_000_000, len(data) - 1, len(data)):
            reader.seek(at)
            assert reader.read(1000) == data[at : at + 1000]


def test_both_sides_are_shown_from_what_was_found_when_compared(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool.write("a", "one\ntwo\n")
    spool.commit()
    patch = spool.write("a", "one\n2\n")
    assert patch.additions == 1
    monkeypatch.setattr("journal.engine.reading.compare", lambda *_: pytest.fail("compared once more"))
    assert "2 two              | 2 2\n" in patch.side_by_side(40)
    assert "<del>two</del>" in patch.html(context=0)


def test_a_file_that_becomes_a_symlink_is_shown_as_gone_and_made(spool: Spool) -> None:
    spool.write("a", "one\ntwo\n")
    spool.commit()
    spool.symlink("a", "two")
    (patch,) = spool.diff()
    assert [hunk.lines for hunk in patch.hunks] == [("-one", "-two"), ("+two", "\\ No newline at end of file")]
    assert patch.side_by_side(60).splitlines()[1] == "modified, mode 644 -> 777, file -> symlink"
    assert "No newline" not in patch.side_by_side(40) + patch.html()
