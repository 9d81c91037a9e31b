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


def test_what_is_no_journal(committed: Runner, root: Path) -> None:
    (root / "x.db").write_bytes(b"something else" * 1000)
    assert committed("verify", "x.db", code=5).err.startswith("spool: ")


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
