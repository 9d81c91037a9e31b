"""Files are prepared whole, under the bits they will have, also while somebody deletes the folder."""

import errno
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from journal.errors import PathRefused
from journal.workspace import calls
from journal.workspace.look import look, same_file
from journal.workspace.temp import Temp
from journal.workspace.walk import Root


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Root]:
    (tmp_path / "root").mkdir()
    opened = Root.open(os.path.realpath(tmp_path / "root"))
    yield opened
    opened.close()


@pytest.fixture
def temp(root: Root) -> Iterator[Temp]:
    opened = Temp.open(root)
    yield opened
    opened.close()


def folder(root: Root) -> Path:
    return Path(root.path, ".spool/tmp")


def test_the_folders_are_private_and_ignored(root: Root, temp: Temp) -> None:
    spool = Path(root.path, ".spool")
    assert stat.S_IMODE(spool.stat().st_mode) == 0o700
    assert stat.S_IMODE((spool / "tmp").stat().st_mode) == 0o700
    assert (spool / ".gitignore").read_bytes() == b"*\n"
    assert os.fstat(temp.fd).st_ino == (spool / "tmp").stat().st_ino
    assert os.fstat(temp.spool_fd).st_ino == spool.stat().st_ino


def test_opening_again_keeps_what_is_there(root: Root, temp: Temp) -> None:
    Path(root.path, ".spool/.gitignore").write_bytes(b"mine\n")
    Temp.open(root).close()
    assert Path(root.path, ".spool/.gitignore").read_bytes() == b"mine\n"


@pytest.mark.parametrize("name", [".spool", ".spool/tmp"])
@pytest.mark.parametrize("kind", ["file", "symlink"])
def test_something_else_at_their_names_is_refused(root: Root, tmp_path: Path, name: str, kind: str) -> None:
    path = Path(root.path, name)
    path.parent.mkdir(exist_ok=True)
    path.touch() if kind == "file" else path.symlink_to(tmp_path)
    with pytest.raises(PathRefused) as caught:
        Temp.open(root)
    assert caught.value.hint


def test_a_mount_at_their_name_is_refused(root: Root) -> None:
    root.dev += 1
    with pytest.raises(PathRefused):
        Temp.open(root)


def test_numbers_go_past_what_was_left(root: Root, temp: Temp) -> None:
    temp.fill(7, [b""], 0o600, None)
    (folder(root) / "x-41").touch()
    (folder(root) / "odd").touch()
    (folder(root) / "w-\u00b2").touch()
    again = Temp.open(root)
    assert again.number() == 42 and again.number() == 43
    assert again.leftovers() == sorted(["odd", "w-7", "w-\u00b2", "x-41"])
    again.close()


@pytest.mark.parametrize("mode", [0o644, 0o755, 0o600, 0o400, 0o000, 0o4755, 0o2755, 0o1777])
def test_a_filled_file_looks_as_it_will(root: Root, temp: Temp, mode: int) -> None:
    n = temp.number()
    ours = temp.fill(n, [b"ab", memoryview(b"cd"), b""], mode, None)
    found = look(temp.fd, f"w-{n}")
    assert found is not None
    assert found[:8] == ours[:8] and ours.mode == mode and ours.size == 4 and ours.kind == "file"
    fd = calls.open_path(f"w-{n}", temp.fd)
    calls.close(fd)


def test_the_content_is_never_under_wider_bits(root: Root, temp: Temp, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    real = calls.write

    def watch(fd: int, data: bytes) -> None:
        real(fd, data)
        seen.append(stat.S_IMODE(os.fstat(fd).st_mode))

    monkeypatch.setattr(calls, "write", watch)
    temp.fill(1, [b"a", b"b"], 0o644, None)
    assert seen == [0o600, 0o600]


def test_attributes_come_from_the_replaced_file(root: Root, temp: Temp) -> None:
    path = Path(root.path, "a")
    path.touch()
    try:
        os.setxattr(path, "user.origin", b"here")
        has = True
    except (OSError, AttributeError):
        has = False
    temp.fill(1, [b"new"], 0o640, (root.fd, "a"))
    assert not has or os.getxattr(folder(root) / "w-1", "user.origin") == b"here"
    assert stat.S_IMODE((folder(root) / "w-1").stat().st_mode) == 0o640


def test_nothing_is_taken_from_what_is_no_file(root: Root, temp: Temp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "copy_attributes", lambda *_: pytest.fail("copied"))
    Path(root.path, "link").symlink_to("x")
    Path(root.path, "dir").mkdir()
    os.mkfifo(Path(root.path, "fifo"))
    for n, name in enumerate(("link", "dir", "fifo", "missing"), 1):
        temp.fill(n, [b"new"], 0o640, (root.fd, name))


def test_a_new_file_takes_after_its_folder_and_a_replaced_one_does_not(
    root: Root, temp: Temp, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(calls, "inherit", lambda given, fd: asked.append(given))
    Path(root.path, "a").touch()
    given = calls.Inheritance(group=12345)
    temp.fill(1, [b""], 0o644, None, given)
    temp.fill(2, [b""], 0o644, (root.fd, "missing"), given)
    temp.fill(3, [b""], 0o644, (root.fd, "a"), given)
    temp.fill(4, [b""], 0o644, None, calls.Inheritance())
    assert asked == [given, given]


def test_the_group_of_a_set_gid_folder(root: Root, temp: Temp) -> None:
    path = Path(root.path, "shared")
    path.mkdir()
    if os.getuid() == 0:
        os.chown(path, -1, 12345)
    path.chmod(0o2775)
    fd, _ = root.parent("shared/x")
    temp.fill(1, [b"x"], 0o2755, None, calls.inheritance(fd))
    found = (folder(root) / "w-1").stat()
    assert found.st_gid == path.stat().st_gid and stat.S_IMODE(found.st_mode) == 0o2755


def test_a_failed_fill_leaves_nothing(root: Root, temp: Temp) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"a"
        raise OSError(errno.ENOSPC, "full")

    with pytest.raises(OSError):
        temp.fill(1, pieces(), 0o644, None)
    assert temp.leftovers() == []


@pytest.mark.parametrize("target", [b"a", b"\xff\n", b"t" * 1000])
def test_symlinks(root: Root, temp: Temp, target: bytes) -> None:
    ours = temp.link_to(1, target)
    assert ours.kind == "symlink" and os.readlink(os.fsencode(folder(root) / "w-1")) == target
    found = look(temp.fd, "w-1")
    assert found is not None and same_file(ours, found)


def test_discard_takes_either(root: Root, temp: Temp) -> None:
    temp.fill(1, [b""], 0o644, None)
    temp.discard(1)
    (folder(root) / "x-2").touch()
    temp.discard(2)
    temp.discard(3)
    assert temp.leftovers() == []


@pytest.mark.parametrize("step", [lambda temp: temp.fill(5, [b"ab"], 0o644, None), lambda temp: temp.link_to(5, b"ab")])
def test_the_folder_is_made_again(root: Root, temp: Temp, step: Callable[[Temp], object]) -> None:
    calls_back = []
    temp.on_remade = lambda: calls_back.append(os.fstat(temp.spool_fd).st_nlink)
    shutil.rmtree(Path(root.path, ".spool"))
    step(temp)
    assert len(calls_back) == 1 and calls_back[0] > 0
    assert temp.leftovers() == ["w-5"] and (folder(root) / "w-5").is_symlink() | (folder(root) / "w-5").is_file()
    assert (folder(root).parent / ".gitignore").exists()


def test_it_is_made_again_once(root: Root, temp: Temp) -> None:
    before = temp.fd
    shutil.rmtree(Path(root.path, ".spool"))
    assert temp.leftovers() == []
    temp.remake(before)
    after = temp.fd
    temp.remake(before)
    assert temp.fd == after != before
    os.fstat(before)  # another thread may be using it


def test_deleted_while_it_is_filled(root: Root, temp: Temp) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"a"
        shutil.rmtree(Path(root.path, ".spool"))
        yield b"b"

    ours = temp.fill(1, pieces(), 0o644, None)
    assert ours.size == 2 and ours.nlink == 0


def test_closing_twice(root: Root) -> None:
    opened = Temp.open(root)
    opened.close()
    opened.close()


def test_an_opening_that_failed_leaves_no_folder(root: Root, temp: Temp) -> None:
    temp.unmake()
    assert os.listdir(root.path) == []


def test_what_is_not_of_its_making_stays(root: Root, temp: Temp) -> None:
    (folder(root) / "x-1").write_bytes(b"theirs")
    temp.unmake()
    assert (folder(root) / "x-1").read_bytes() == b"theirs"


def test_a_folder_that_goes_again_while_it_is_made_is_closed_once(
    root: Root, temp: Temp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise FileNotFoundError

    fds = len(os.listdir("/proc/self/fd"))
    for _ in range(2):
        shutil.rmtree(Path(root.path, ".spool"))
        with monkeypatch.context() as patched, pytest.raises(FileNotFoundError):
            patched.setattr(calls, "mkdir", gone)
            temp.remake(temp.fd)
        temp.remake(temp.fd)
    assert len(os.listdir("/proc/self/fd")) == fds + 4
    temp.drop_old()
    assert len(os.listdir("/proc/self/fd")) == fds
    temp.close()
    assert len(os.listdir("/proc/self/fd")) == fds - 2
