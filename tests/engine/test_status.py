"""A root as it stands, told beside the session that is at work there."""

from pathlib import Path

import pytest

from journal import Journal, PathRefused, Spool, UnknownName
from journal.engine import status
from tests.engine.looking import counts, held, shape


def test_status_and_diff_are_told_beside_a_living_session(spool: Spool, root: Path) -> None:
    spool.write("a", "1\n")
    spool.commit("a")
    spool.write("a", "2\n")
    spool.write("b", "1\n")
    (root / "b").write_text("theirs")
    expected = spool.status()
    before, rows = shape(root), counts(spool.journal)
    with Journal.open(root) as journal:
        assert status.of(journal, root) == expected
        assert [patch.path for patch in status.staged(journal, root)] == ["a", "b"]
        assert [patch.path for patch in status.staged(journal, root, "b")] == ["b"]
        assert status.judged(journal, root) == (status.staged(journal, root), expected.digest)
    assert (shape(root), counts(spool.journal)) == (before, rows)


def test_the_living_session_is_named_also_from_another_process(root: Path) -> None:
    with held(root), Journal.open(root) as journal:
        assert status.of(journal, root).session_id
    with Journal.open(root) as journal:
        assert status.of(journal, root).session_id == ""


def test_files_of_the_root_are_read(root: Path) -> None:
    (root / "a").write_bytes(b"x")
    assert status.read_root(root, "a") == b"x"
    assert status.read_root(root, "none") is None
    with pytest.raises(PathRefused):
        status.read_root(root, "../a")


def test_a_journal_without_a_root_has_no_status(root: Path, tmp_path: Path) -> None:
    with Journal.open(tmp_path / "new.db", readonly=False, create=True) as journal:
        with pytest.raises(UnknownName):
            status.of(journal, root)
        with pytest.raises(UnknownName):
            status.staged(journal, root)
        with pytest.raises(UnknownName):
            status.judged(journal, root)
