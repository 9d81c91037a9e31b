"""`spool write` stages content from a file, from its arguments or from standard input."""

import io
import os
import threading
from pathlib import Path

import pytest

from journal import Spool
from journal.cli import access
from tests.cli.running import Runner


def test_text_file_and_standard_input(spool: Runner, root: Path, tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"from\n")
    os.chmod(tmp_path / "source", 0o750)
    assert spool("write", "a.txt", "--text", "no line end").out == "A  a.txt  +1\n"
    assert spool("write", "b/c.txt", "--from", "../source").out == "A  b/c.txt  +1\n"
    assert spool("write", "d.bin", stdin=b"\0\xff").out == "A  d.bin  nothing -> 2 B\n"
    assert (root / "a.txt").read_bytes() == b"no line end"
    assert (root / "b/c.txt").read_bytes() == b"from\n"
    assert (root / "b/c.txt").stat().st_mode & 0o777 == 0o750
    assert (root / "d.bin").read_bytes() == b"\0\xff"


def test_a_dash_is_standard_input(spool: Runner, root: Path) -> None:
    spool("write", "a.txt", "--from", "-", stdin=b"x")
    assert (root / "a.txt").read_bytes() == b"x"


def test_the_mode(spool: Runner, root: Path) -> None:
    spool("write", "run.sh", "--text", "x\n", "--mode", "755")
    assert (root / "run.sh").stat().st_mode & 0o777 == 0o755
    assert spool("write", "run.sh", "--text", "x\n", "--mode", "644").out == "M  run.sh  mode 755 -> 644\n"
    assert "octal" in spool("write", "run.sh", "--text", "x", "--mode", "99", code=2).err


def test_the_same_again_changes_nothing(committed: Runner) -> None:
    assert committed("write", "a.txt", "--text", "one\ntwo\nthree\n").out == "=  a.txt  as it was\n"


def test_as_json(spool: Runner) -> None:
    (patch,) = spool("write", "a.txt", "--text", "x\n", "--json").json["patches"]
    assert (patch["path"], patch["change_type"], patch["additions"], patch["changed"]) == ("a.txt", "created", 1, True)
    assert "diff" not in patch


def test_from_a_folder_below(spool: Runner, root: Path) -> None:
    (root / "sub").mkdir()
    below = spool.at(root / "sub")
    assert below("write", "a.txt", "--text", "x").out == "A  a.txt  +1\n"
    assert below("write", "../b.txt", "--text", "x").out == "A  ../b.txt  +1\n"
    assert below("write", str(root / "c.txt"), "--text", "x").out == "A  ../c.txt  +1\n"
    assert (root / "sub/a.txt").exists() and (root / "b.txt").exists() and (root / "c.txt").exists()


@pytest.mark.parametrize("path", ["/etc/x", "../x", ".git/config", ".spool/id", "", ".", "a/"])
def test_paths_that_may_not_be(path: str, spool: Runner) -> None:
    assert spool("write", path, "--text", "x", code=2).err.startswith("spool: ")


def test_git_when_it_is_meant(spool: Runner, root: Path) -> None:
    assert "--allow-git" in spool("write", ".git/config", "--text", "x", code=2).err
    spool("write", ".git/config", "--text", "x", "--allow-git")
    assert (root / ".git/config").read_text() == "x"


def test_an_undecodable_name(spool: Runner, root: Path) -> None:
    name = os.fsdecode(b"\xff.txt")
    assert spool("write", name, "--text", "x").out == f"A  {name}  +1\n"
    assert spool("write", name, "--text", "y", "--json").json["patches"][0]["path"] == {"bytes_base64": "/y50eHQ="}


def test_who_writes_to_standard_input_slowly_holds_up_nobody(
    spool: Runner, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            with Spool.open(root):
                return super().read(size)

    monkeypatch.setattr(access, "standard_input", lambda: Slow(b"at last\n"))
    assert spool("write", "a.txt").out == "A  a.txt  +1\n"


def test_a_person_is_told_that_they_are_waited_for(spool: Runner, terminal: None) -> None:
    assert "Ctrl-D" in spool("write", "a.txt", stdin=b"x").err


@pytest.mark.parametrize("source", ["nowhere.txt", ".", "a\0b"])
def test_a_source_that_cannot_be_read(source: str, spool: Runner) -> None:
    assert "cannot be read" in spool("write", "a.txt", "--from", source, code=2).err


def test_a_pipe_as_source(spool: Runner, root: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=lambda: (tmp_path / "pipe").write_bytes(b"piped"))
    writer.start()
    spool("write", "a.txt", "--from", "../pipe")
    writer.join()
    assert (root / "a.txt").read_bytes() == b"piped"
