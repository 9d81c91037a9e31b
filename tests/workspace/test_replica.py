"""A folder to carry commits out in keeps count of how far it is, and lets nothing of others be lost."""

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from journal.errors import BusyError, UsageError, WorkspaceChanged
from journal.workspace.replica import Laid, Mark, Replica


class Wish(NamedTuple):
    """What is to stand at a path."""

    sha256: bytes
    size: int
    mode: int
    kind: str


def wish(data: bytes, mode: int = 0o644, kind: str = "file") -> Wish:
    """A content by its name."""
    return Wish(hashlib.sha256(data).digest(), len(data), mode, kind)


def put(replica: Replica, path: str, data: bytes, mode: int = 0o644, kind: str = "file") -> Laid:
    """Puts a content where nothing stands."""
    return replica.put(path, wish(data, mode, kind), [data], None)


@pytest.fixture
def replica(tmp_path: Path) -> Iterator[Replica]:
    made = Replica.find(str(tmp_path / "out"))
    made.begin()
    yield made
    made.close()


def test_files_come_change_and_go_with_their_folders(replica: Replica, tmp_path: Path) -> None:
    laid = put(replica, "a/b/c", b"one", 0o755)
    assert (tmp_path / "out/a/b/c").read_bytes() == b"one"
    assert stat.S_IMODE((tmp_path / "out/a/b/c").stat().st_mode) == 0o755
    laid = replica.put("a/b/c", wish(b"two2", 0o600), [b"two", b"2"], laid)
    laid = replica.set_mode("a/b/c", wish(b"two2", 0o400), laid)
    assert replica.stands("a/b/c", laid)
    link = put(replica, "a/link", b"../no/where", 0o777, "symlink")
    assert os.readlink(tmp_path / "out/a/link") == "../no/where"
    found = {path: look.kind for path, look in replica.walk()}
    assert found == {"a": "folder", "a/b": "folder", "a/b/c": "file", "a/link": "symlink"}
    assert list(found).index("a") > list(found).index("a/b") > list(found).index("a/b/c")
    replica.remove("a/b/c", laid)
    assert os.listdir(tmp_path / "out/a") == ["link"]
    replica.remove("a/link", link)
    assert os.listdir(tmp_path / "out") == [".spool"]
    replica.finish()
    assert os.listdir(tmp_path / "out") == []


def test_what_others_did_is_left(replica: Replica, tmp_path: Path) -> None:
    laid = put(replica, "a", b"one")
    (tmp_path / "out/b").write_text("theirs")
    with pytest.raises(WorkspaceChanged):
        put(replica, "b", b"ours")
    (tmp_path / "out/a").unlink()
    (tmp_path / "out/a").write_text("new")
    assert not replica.stands("a", laid)
    for call in (
        lambda: replica.put("a", wish(b"x"), [b"x"], laid),
        lambda: replica.remove("a", laid),
        lambda: replica.set_mode("a", wish(b"one", 0o600), laid),
    ):
        with pytest.raises(WorkspaceChanged) as caught:
            call()
        assert caught.value.paths == ("a",)
    assert (tmp_path / "out/a").read_text() == "new"
    assert (tmp_path / "out/b").read_text() == "theirs"


def test_how_far_it_is_can_be_read_again(replica: Replica, tmp_path: Path) -> None:
    for n in (0, 9, 10, 123_456):
        replica.keep(Mark("id", "m\u00e9", n))
        put(replica, f"{n}", b"x")
    with pytest.raises(BusyError):
        Replica.find(str(tmp_path / "out"))
    (tmp_path / "out/.spool/part").write_text("half")
    replica.close()
    again = Replica.find(str(tmp_path / "out"))
    assert again.mark == Mark("id", "m\u00e9", 123_456)
    assert os.listdir(tmp_path / "out/.spool") == ["replay"]
    found = dict(again.walk())
    assert again.recognise("0", found["0"], [None, wish(b"y"), wish(b"x")]) is not None
    assert again.recognise("0", found["0"], [None, wish(b"y"), wish(b"x", 0o600)]) is None
    again.close()


def test_a_folder_of_others_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / ".spool").mkdir(parents=True)
    (out / ".spool/id").write_text("x")
    with pytest.raises(UsageError, match="root of a journal"):
        Replica.find(str(out))
    (out / ".spool/id").unlink()
    (out / ".spool").rmdir()
    (out / "theirs").write_text("x")
    with pytest.raises(UsageError, match="not empty"):
        Replica.find(str(out))
    assert os.listdir(out) == ["theirs"]


def test_what_was_made_for_nothing_goes_again(tmp_path: Path) -> None:
    made = Replica.find(str(tmp_path / "far/out"))
    made.begin()
    assert not made.folds_case()
    made.withdraw()
    made.close()
    made.close()
    assert os.listdir(tmp_path) == []
