"""`spool salvage` makes a new journal of a damaged one, and says what is missing."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.cli.running import Runner


def test_a_sound_journal(committed: Runner, tmp_path: Path) -> None:
    path = committed("where").out.strip()
    out = committed("salvage", path, str(tmp_path / "new.db")).out
    assert "Nothing was lost." in out and "spool attach" in out
    found = committed("salvage", path, str(tmp_path / "other.db"), "--json").json
    assert found["ok"] is True and found["lost"] == [] and found["recovered"]["commits"]
    committed("salvage", path, str(tmp_path / "new.db"), code=2)


@pytest.mark.damaged
def test_a_damaged_journal(committed: Runner, tmp_path: Path) -> None:
    path = committed("where").out.strip()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE chunk SET body = zeroblob(length(body))")
    connection.close()
    done = committed("salvage", path, str(tmp_path / "new.db"), code=5)
    assert done.out.startswith("lost  ") and "Keep the damaged file" in done.out
    assert committed("salvage", path, str(tmp_path / "other.db"), "--json", code=5).json["lost"]


def test_what_is_no_journal(committed: Runner, root: Path) -> None:
    (root / "x").write_bytes(b"something else" * 1000)
    assert committed("salvage", "x", "new.db", code=5).err.startswith("spool: ")
    assert not (root / "new.db").exists()
