"""`spool backup` copies the journal, and `spool attach` brings the copy back."""

from pathlib import Path

import pytest

from journal import Journal, Spool
from tests.cli.running import Runner


def test_a_copy_beside_a_session(committed: Runner, root: Path, tmp_path: Path) -> None:
    with Spool.open(root):
        out = committed("backup", "../copy.db").out
    assert out.endswith(f" KiB copied to {tmp_path / 'copy.db'}\n")
    with Journal.open(tmp_path / "copy.db") as journal:
        assert len(list(journal.commits())) == 1
    told = committed("backup", str(tmp_path / "other.db"), "--json").json
    assert told == {"version": 1, "backup": str(tmp_path / "other.db"), "bytes": (tmp_path / "other.db").stat().st_size}


def test_what_stands_there_is_told(committed: Runner, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    for into in ("../mine.txt", "..", "", "../none/copy.db"):
        told = committed("backup", into, code=2)
        assert told.out == "" and told.err.startswith("spool: ")
    assert (tmp_path / "mine.txt").read_text() == "mine"


@pytest.mark.usefixtures("terminal")
def test_a_terminal_shows_how_far_it_is(committed: Runner) -> None:
    assert "Copying [###" in committed("backup", "../copy.db", coloured=True).err


def test_a_copy_is_attached(committed: Runner, root: Path, tmp_path: Path) -> None:
    committed("backup", "../copy.db")
    committed("write", "a.txt", "--text", "later\n")
    committed("commit", "-m", "later")
    where = committed("where").out
    assert committed("attach", "../copy.db").out == f"{tmp_path / 'copy.db'} is the journal of {root} now\n"
    assert committed("where").out == f"{tmp_path / 'copy.db'}\n" != where
    assert len(committed("log", "--json").lines) == 1
    committed("reset", "--force")
    assert (root / "a.txt").read_text() == "one\ntwo\nthree\n"
    assert committed("attach", where.strip(), "--json").json["journal"] == where.strip()


def test_a_stranger_is_not_attached_without_force(committed: Runner, tmp_path: Path) -> None:
    Journal.open(tmp_path / "other.db", readonly=False, create=True).close()
    assert "--force" in committed("attach", "../other.db", code=2).err
    committed("attach", "../other.db", "--force")
    assert committed("log", "--json").out == ""
