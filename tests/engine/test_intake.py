"""What `write` takes as content, small and large, and the modes that files get."""

import hashlib
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from journal import Spool, UsageError, Write
from journal.limits import PIECE_BYTES, STREAM_ABOVE
from tests.engine.looking import disk, mode, temp_files, value

TEXT = "héllo\nworld\n"
BYTES = TEXT.encode()


def pieces() -> Iterator[bytes]:
    yield BYTES[:3]
    yield b""
    yield BYTES[3:]


CONTENTS: dict[str, Callable[[], Any]] = {
    "str": lambda: TEXT,
    "bytes": lambda: BYTES,
    "bytearray": lambda: bytearray(BYTES),
    "memoryview": lambda: memoryview(BYTES),
    "list": lambda: [BYTES[:5], bytearray(BYTES[5:])],
    "generator": pieces,
    "open file": lambda: io.BytesIO(BYTES),
}


def noise(size: int, seed: int = 1) -> bytes:
    """Bytes that do not compress and are the same each time."""
    return b"".join(hashlib.sha256(b"%d %d" % (seed, n)).digest() for n in range(size // 32 + 1))[:size]


@pytest.mark.parametrize("kind", CONTENTS)
def test_every_kind_of_content_is_written(spool: Spool, root: Path, kind: str) -> None:
    patch = spool.write("a.txt", CONTENTS[kind]())
    assert (root / "a.txt").read_bytes() == BYTES
    assert (patch.change_type, patch.size_after) == ("created", len(BYTES))
    assert patch.sha_after == hashlib.sha256(BYTES).hexdigest()
    assert spool.journal.blob(patch.sha_after).read() == BYTES


def test_a_path_is_copied_with_its_mode(spool: Spool, root: Path, tmp_path: Path) -> None:
    source = tmp_path / "run.sh"
    source.write_bytes(BYTES)
    source.chmod(0o750)
    spool.write("run.sh", source)
    spool.write("plain.sh", source, mode=0o600)
    assert disk(root) == {"run.sh": (BYTES, 0o750, "file"), "plain.sh": (BYTES, 0o600, "file")}


def test_a_path_is_copied_through_a_symlink(spool: Spool, root: Path, tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(BYTES)
    (tmp_path / "link").symlink_to("real")
    assert spool.write("a", tmp_path / "link").kind == "file"
    assert (root / "a").read_bytes() == BYTES


def test_a_folder_cannot_be_copied(spool: Spool, root: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        spool.write("a", tmp_path)
    assert disk(root) == {}


@pytest.mark.parametrize("content", [5, None, ["text"], [1], object(), "\udc80"], ids=repr)
def test_a_content_of_no_use_is_refused_and_changes_nothing(spool: Spool, root: Path, content: Any) -> None:
    with pytest.raises(UsageError) as caught:
        spool.write("a.txt", content)
    assert caught.value.hint
    assert disk(root) == {}
    assert temp_files(root) == []


def test_an_iterable_that_raises_changes_nothing(spool: Spool, root: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield bytes(STREAM_ABOVE + 1)
        raise RuntimeError("the source broke")

    with pytest.raises(RuntimeError, match="the source broke"):
        spool.write("a.txt", broken())
    assert disk(root) == {}
    assert temp_files(root) == []
    assert spool.touched_files() == []
    assert value(spool.journal, "SELECT count(*) FROM blob") == 0


def test_a_new_file_has_0o644_less_the_umask(root: Path) -> None:
    old = os.umask(0o027)
    try:
        with Spool.open(root) as spool:
            spool.write("a.txt", "x")
            spool.write("b.sh", "x", mode=0o777)
    finally:
        os.umask(old)
    assert mode(root / "a.txt") == 0o640
    assert mode(root / "b.sh") == 0o777


def test_a_write_keeps_the_mode(spool: Spool, root: Path) -> None:
    (root / "run.sh").write_text("old")
    (root / "run.sh").chmod(0o751)
    patch = spool.write("run.sh", "new")
    assert mode(root / "run.sh") == 0o751
    assert (patch.mode_before, patch.mode_after, patch.change_type) == (0o751, 0o751, "modified")


def test_a_write_may_change_only_the_mode(spool: Spool, root: Path) -> None:
    spool.write("run.sh", "same", mode=0o644)
    before = os.lstat(root / "run.sh")
    patch = spool.write("run.sh", "same", mode=0o4755)
    after = os.lstat(root / "run.sh")
    assert (patch.change_type, patch.mode_after) == ("mode", 0o4755)
    assert (after.st_ino, after.st_mtime_ns, mode(root / "run.sh")) == (before.st_ino, before.st_mtime_ns, 0o4755)


@pytest.mark.parametrize("bits", [-1, 0o10000, "755", True, 6.0])
def test_what_is_no_mode_is_refused(spool: Spool, root: Path, bits: Any) -> None:
    with pytest.raises(UsageError):
        spool.write("a.txt", "x", mode=bits)
    assert disk(root) == {}


def test_an_empty_file_exists(spool: Spool, root: Path) -> None:
    patch = spool.write("empty", "")
    assert disk(root) == {"empty": (b"", 0o644, "file")}
    assert (patch.change_type, patch.size_after, patch.sha_before) == ("created", 0, None)
    commit = spool.commit("empty")
    assert commit is not None
    assert spool.journal.tree()["empty"].size == 0
    assert spool.delete("empty").change_type == "deleted"


def test_writing_what_stands_there_changes_nothing(spool: Spool, root: Path) -> None:
    spool.write("a.txt", "x")
    before = os.lstat(root / "a.txt")
    assert not spool.write("a.txt", "x").changed
    assert os.lstat(root / "a.txt") == before


@pytest.mark.parametrize("size", [STREAM_ABOVE, STREAM_ABOVE + 1, 5_000_000])
@pytest.mark.parametrize("kind", ["bytes", "memoryview", "pieces", "path"])
def test_a_large_content_is_streamed(spool: Spool, root: Path, tmp_path: Path, size: int, kind: str) -> None:
    data = noise(size)
    (tmp_path / "source").write_bytes(data)
    content: dict[str, Any] = {
        "bytes": data,
        "memoryview": memoryview(data).cast("I") if size % 4 == 0 else memoryview(data),
        "pieces": (data[at : at + PIECE_BYTES // 3] for at in range(0, size, PIECE_BYTES // 3)),
        "path": tmp_path / "source",
    }
    patch = spool.write("big.bin", content[kind])
    assert (root / "big.bin").read_bytes() == data
    assert patch.sha_after == hashlib.sha256(data).hexdigest()
    assert temp_files(root) == []
    assert spool.journal.blob(patch.sha_after).read() == data


def test_versions_of_a_large_file_share_what_they_have_in_common(spool: Spool, root: Path) -> None:
    data = noise(5_000_000)
    spool.write("big.bin", data)
    before = value(spool.journal, "SELECT sum(length(body)) FROM chunk")
    spool.write("big.bin", data[:2_000_000] + b"!" + data[2_000_000:])
    after = value(spool.journal, "SELECT sum(length(body)) FROM chunk")
    assert after - before < before // 4
    spool.reset()
    assert disk(root) == {}
    assert temp_files(root) == []


def test_a_large_file_of_someone_else_is_kept_before_it_is_replaced(spool: Spool, root: Path) -> None:
    data = noise(3_000_000)
    (root / "theirs.bin").write_bytes(data)
    patch = spool.write("theirs.bin", "small now")
    assert patch.sha_before is not None
    assert spool.journal.blob(patch.sha_before).read() == data
    spool.reset()
    assert (root / "theirs.bin").read_bytes() == data


@pytest.mark.parametrize("size", [3_000, 30_000, 400_000])
def test_a_file_of_someone_else_is_edited_and_comes_back(spool: Spool, root: Path, size: int) -> None:
    data = noise(size)
    (root / "theirs").write_bytes(data)
    spool.write("theirs", data[: size // 2] + b"!" + data[size // 2 :])  # kept as little more than the difference
    assert value(spool.journal, "SELECT sum(length(body)) FROM chunk") < size * 1.1
    spool.reset()
    assert (root / "theirs").read_bytes() == data


@pytest.mark.parametrize("theirs", [b"line\n", b"line\n" * 2000, b"line\n" * 100_000])
def test_a_large_content_replaces_a_small_one_that_the_journal_does_not_hold_yet(
    spool: Spool, root: Path, theirs: bytes
) -> None:
    (root / "theirs").write_bytes(theirs)
    spool.write("theirs", b"line\n" * 400_000)
    spool.batch([Write("new", theirs + b"1"), Write("new", b"line\n" * 400_001), Write("new", theirs + b"2")])
    assert (root / "new").read_bytes() == theirs + b"2"
    spool.reset()
    assert disk(root) == {"theirs": (theirs, 0o644, "file")}


def test_a_large_content_that_stands_there_already_leaves_no_temp_file(spool: Spool, root: Path) -> None:
    data = noise(2_000_000)
    spool.write("a", data)
    before = os.lstat(root / "a")
    assert not spool.write("a", data).changed
    spool.batch([Write("a", data + b"1"), Write("b", data), Write("a", data), Write("b", "small")])
    assert os.lstat(root / "a") == before
    assert temp_files(root) == []


def test_a_large_content_in_a_batch_that_is_refused_leaves_nothing(spool: Spool, root: Path) -> None:
    with pytest.raises(UsageError):
        spool.batch([Write("big.bin", noise(2_000_000)), Write("../out", "x")])
    assert disk(root) == {}
    assert temp_files(root) == []
    assert spool.journal.verify().ok
