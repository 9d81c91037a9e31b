"""`spool verify` says that a journal is sound, or what is wrong with it."""

import sqlite3
from argparse import Namespace
from pathlib import Path

import pytest

from journal.cli import verify
from journal.cli.output import Screen
from journal.records import Finding, VerifyReport
from tests.cli.running import Runner


def test_a_sound_journal(committed: Runner) -> None:
    out = committed("verify").out.splitlines()
    assert out[0].startswith("Checked: ") and out[-1] == "The journal is sound."
    found = committed("verify", "--json").json
    assert found["ok"] is True and found["findings"] == [] and found["checked"]


def test_a_file_by_name(committed: Runner, tmp_path: Path) -> None:
    path = committed("where").out.strip()
    assert committed.at(tmp_path)("verify", path).out.endswith("The journal is sound.\n")
    assert "nowhere.db" in committed("verify", "nowhere.db", code=2).err


def test_what_is_no_journal_is_damage(committed: Runner, root: Path) -> None:
    (root / "x.db").write_bytes(b"something else" * 1000)
    assert committed("verify", "x.db", code=5).out.startswith("error  not-a-database  ")
    found = committed("verify", "x.db", "--json", code=5).json
    assert [finding["code"] for finding in found["findings"]] == ["not-a-database"]
    committed("verify", "", code=2)


def test_a_folder_stands_for_its_journal(committed: Runner, root: Path, tmp_path: Path) -> None:
    assert committed.at(tmp_path)("verify", str(root)).out.endswith("The journal is sound.\n")
    (tmp_path / "none").mkdir()
    committed.at(tmp_path)("verify", "none", code=2)
    committed.at(tmp_path)("verify", code=2)


def test_all_of_it(committed: Runner, root: Path) -> None:
    found = committed("verify", "--full", "--json").json
    assert found["ok"] is True and found["findings"] == []
    assert found["checked"]["whole_blobs"] and found["checked"]["files"]
    (root / "a.txt").write_text("by hand\n")
    out = committed("verify", "--full").out
    assert "warning  disk-committed  a.txt: " in out and out.endswith("The journal is sound.\n")
    assert committed("verify").out.startswith("Checked: ")


def test_a_root_that_got_its_journal_from_elsewhere(committed: Runner, root: Path, tmp_path: Path) -> None:
    committed("backup", str(tmp_path / "copy"))
    found = committed("verify", "--full", "--json", str(tmp_path / "copy")).json
    assert found["ok"] is True and "files" not in found["checked"]


def test_a_bar_is_drawn_for_a_person(committed: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("journal.cli.progress.output.is_terminal", lambda stream: True)
    assert "Verifying [" in committed("verify", "--full", coloured=True).err


@pytest.mark.damaged
def test_a_damaged_journal(committed: Runner) -> None:
    path = committed("where").out.strip()
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM head_entry")
        connection.execute("UPDATE chunk SET body = zeroblob(length(body))")
    connection.close()
    out = committed("verify", code=5).out
    assert "error" in out and "The journal is damaged" in out
    found = committed("verify", "--json", code=5).json
    assert found["ok"] is False and found["findings"][0]["severity"] == "error"
    committed("read", "a.txt", "--at", "main", code=5)


def test_findings_are_told_with_their_cure(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    finding = Finding("chunk_digest", "error", "chunk 1", "is torn", "restore a backup")
    report = VerifyReport(False, {"chunk": 2, "blob": 1}, (finding,))
    verify.tell(Screen(Namespace(json=False, plain=False)), report)
    assert capsys.readouterr().out.splitlines() == [
        "error  chunk_digest  chunk 1: is torn",
        "       Restore a backup.",
        "Checked: chunk 2, blob 1.",
        "The journal is damaged: 1 error.",
    ]
