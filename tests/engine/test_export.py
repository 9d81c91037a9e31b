"""What is exported is what the views say, whole or not there, and goes on from a cursor."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from journal import Journal, Spool, UsageError
from journal.engine import pace
from journal.records import ExportFormat
from journal.workspace import calls
from tests.engine.walks import ODD, lively


@pytest.fixture
def worked(spool: Spool, root: Path) -> Spool:
    lively(spool, root)
    return spool


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_every_view_is_a_file_of_lines(worked: Spool, tmp_path: Path) -> None:
    told = dict(worked.journal.export("jsonl", tmp_path / "out"))
    cursor = told.pop("cursor")
    assert cursor == worked.journal.cursor
    assert sorted(os.listdir(tmp_path / "out")) == [f"{view}.jsonl" for view in sorted(told)]
    assert {"audit", "commits", "file_history", "history", "storage"} <= set(told)
    for view, count in told.items():
        assert len(lines(tmp_path / "out" / f"{view}.jsonl")) == count
    for view in ("audit", "storage"):
        assert lines(tmp_path / "out" / f"{view}.jsonl") == worked.journal.query(f"SELECT * FROM {view}")
    made = lines(tmp_path / "out" / "commits.jsonl")
    assert [each["commit_id"] for each in made] == [c.id for c in worked.journal.commits(newest_first=False)]
    assert made[0]["message"] == worked.journal.commit(made[0]["commit_id"]).message
    assert (tmp_path / "out/audit.jsonl").stat().st_mode & 0o777 == 0o600


def test_names_that_are_no_text_are_told_as_records_tell_them(worked: Spool, tmp_path: Path) -> None:
    worked.journal.export("jsonl", tmp_path / "out")
    (change,) = worked.journal.changes(paths=[ODD])
    told = [each["path"] for each in lines(tmp_path / "out/history.jsonl")]
    assert change.to_dict()["path"] in told
    assert [path for path in told if isinstance(path, str) and path.startswith("//")] == []


def test_a_cursor_limits_what_has_one(worked: Spool, tmp_path: Path) -> None:
    first = worked.journal.export("jsonl", tmp_path / "first")
    worked.write("later", "x")
    worked.commit("later")
    second = worked.journal.export("jsonl", tmp_path / "second", since=first["cursor"])
    assert (second["history"], second["commits"]) == (1, 1)
    assert second["audit"] > first["audit"]
    assert [each["path"] for each in lines(tmp_path / "second/history.jsonl")] == ["later"]
    assert worked.journal.export("jsonl", tmp_path / "third", since=second["cursor"])["history"] == 0


def test_a_journal_without_commits_gives_empty_files(spool: Spool, tmp_path: Path) -> None:
    told = spool.journal.export("jsonl", tmp_path / "out")
    assert (told["history"], told["cursor"]) == (0, 0)
    assert (tmp_path / "out/history.jsonl").read_bytes() == b""
    assert spool.journal.export("git", tmp_path / "stream")["commits"] == 0
    assert (tmp_path / "stream").read_bytes() == b"feature done\ndone\n"


FORMS: tuple[ExportFormat, ...] = ("jsonl", "git")


def test_what_stands_there_is_left(worked: Spool, root: Path, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full/theirs").write_text("x")
    (tmp_path / "file").write_text("x")
    for into in (tmp_path / "full", tmp_path / "file", root / ".spool", worked.journal.path.parent, ""):
        for form in FORMS:
            with pytest.raises(UsageError) as caught:
                worked.journal.export(form, into)
            assert caught.value.hint
    with pytest.raises(UsageError):
        worked.journal.export("git", tmp_path / "none/stream")
    assert os.listdir(tmp_path / "full") == ["theirs"]
    assert (tmp_path / "file").read_text() == "x"


def test_what_is_empty_is_filled(worked: Spool, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    worked.journal.export("jsonl", tmp_path / "folder")
    worked.journal.export("git", tmp_path / "file")
    assert (tmp_path / "file").read_bytes().endswith(b"done\n")


@pytest.mark.parametrize(("form", "since"), [("xml", 0), ("git", -1), ("jsonl", "1"), (None, 0), ("jsonl", True)])
def test_what_is_no_wish_is_refused(worked: Spool, tmp_path: Path, form: Any, since: Any) -> None:
    with pytest.raises(UsageError):
        worked.journal.export(form, tmp_path / "out", since=since)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("form", ["jsonl", "git"])
def test_a_cursor_that_no_change_has_yet_is_refused(worked: Spool, tmp_path: Path, form: Any) -> None:
    newest = worked.journal.export(form, tmp_path / "whole")["cursor"]
    assert worked.journal.export(form, tmp_path / "rest", since=newest)["cursor"] == newest
    with pytest.raises(UsageError, match=f"no change has cursor {newest + 1} yet: the newest has {newest}"):
        worked.journal.export(form, tmp_path / "out", since=newest + 1)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("form", ["jsonl", "git"])
def test_a_disk_that_refuses_leaves_nothing(
    worked: Spool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: Any
) -> None:
    def full(fd: int, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    before = sorted(os.listdir(tmp_path))
    monkeypatch.setattr(calls, "write", full)
    with pytest.raises(Exception, match="No space left"):
        worked.journal.export(form, tmp_path / "out")
    assert sorted(os.listdir(tmp_path)) == before


def test_progress_counts_rows(worked: Spool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "PROGRESS_INTERVAL_S", 0.0)
    told: list[tuple[int, int]] = []
    counts = dict(worked.journal.export("jsonl", tmp_path / "out", progress=lambda *at: told.append(at)))
    del counts["cursor"]
    assert told == [(n + 1, sum(counts.values())) for n in range(sum(counts.values()))]
    told.clear()
    worked.journal.export("git", tmp_path / "stream", progress=lambda *at: told.append(at))
    assert told[-1] == (worked.journal.cursor, worked.journal.cursor)


def test_a_journal_that_is_only_read_is_enough(worked: Spool, root: Path, tmp_path: Path) -> None:
    with Journal.open(root) as journal:
        assert journal.export("jsonl", str(tmp_path / "out"))["commits"] == 6
        assert journal.export("git", str(tmp_path / "stream"))["commits"] == 6


def test_nothing_is_left_open(worked: Spool, tmp_path: Path) -> None:
    worked.journal.export("jsonl", tmp_path / "warm")
    before = len(os.listdir("/dev/fd"))
    for n in range(3):
        worked.journal.export("jsonl", tmp_path / f"j{n}")
        worked.journal.export("git", tmp_path / f"g{n}")
        with pytest.raises(UsageError):
            worked.journal.export("jsonl", tmp_path / f"j{n}")
    assert len(os.listdir("/dev/fd")) == before
