"""`spool export` writes files for git and for analysts, and a stream to standard output."""

import json
import os
from pathlib import Path

import pytest

from tests.cli.running import Runner


def test_a_stream_for_git(committed: Runner, tmp_path: Path) -> None:
    out = committed("export", "git", "../stream").out
    assert out == "../stream: 1 commit, 2 changes, 2 contents, 0 left out; go on by --since 2\n"
    assert (tmp_path / "stream").read_bytes().endswith(b"\ndone\n")
    told = committed("export", "git", str(tmp_path / "more"), "--since", "2", "--json").json
    assert told["into"] == str(tmp_path / "more")
    assert (told["counts"]["commits"], told["cursor"], told["format"]) == (0, 2, "git")


def test_a_stream_to_standard_output(committed: Runner, tmp_path: Path) -> None:
    committed("export", "git", "../stream")
    done = committed("export", "git", "-")
    assert done.out.encode() == (tmp_path / "stream").read_bytes()
    assert done.err == "spool: 1 commit, 2 changes, 2 contents, 0 left out; go on by --since 2\n"
    done = committed("export", "git", "-", "--json")
    assert done.out.encode() == (tmp_path / "stream").read_bytes()
    assert json.loads(done.err)["counts"]["commits"] == 1


def test_lines_a_file_a_view(committed: Runner, tmp_path: Path) -> None:
    told = committed("export", "jsonl", "../out", "--json").json
    assert set(os.listdir(tmp_path / "out")) == {f"{view}.jsonl" for view in told["counts"]}
    assert "history" in committed("export", "jsonl", "../again").out


def test_tables_where_pyarrow_is_installed(committed: Runner, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    committed("export", "parquet", "../out")
    assert (tmp_path / "out/audit.parquet").read_bytes()[:4] == b"PAR1"


def test_what_stands_there_is_told(committed: Runner, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    wishes = [("git", "../mine"), ("git", ".."), ("jsonl", ".."), ("jsonl", "../mine"), ("git", ""), ("xml", "../x")]
    for arguments in (*wishes, ("git", "../x", "--since", "-1"), ("git", "-", "--since", "x")):
        told = committed("export", *arguments, code=2)
        assert told.out == "" and told.err.startswith("spool: ")
    assert (tmp_path / "mine").read_text() == "mine"


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_views_do_not_go_to_standard_output(committed: Runner, root: Path, form: str) -> None:
    assert "cannot go to standard output" in committed("export", form, "-", code=2).err
    assert not (root / "-").exists()
