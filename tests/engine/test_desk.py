"""Which paths a verb takes: every other one is refused, with a reason and a row, and nothing happens."""

import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from journal import JournalError, PathRefused, Spool, UsageError, limits
from journal.engine.desk import Known
from journal.limits import NAME_BYTES_MAX
from tests.engine.looking import acts, disk, names, shape, temp_files

LONE = "\ud800"


def nothing(root: Path) -> None:
    """The root is empty."""


def folder(root: Path) -> None:
    (root / "it").mkdir()


def fifo(root: Path) -> None:
    os.mkfifo(root / "it")


def listening(root: Path) -> None:
    here = os.open(root, os.O_RDONLY)
    before = os.getcwd()
    os.fchdir(here)  # a socket's path has at most 107 bytes
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind("it")
    finally:
        os.chdir(before)
        os.close(here)


def device(root: Path) -> None:
    """The null device, or a folder where making one is not allowed."""
    try:
        os.mknod(root / "it", stat.S_IFCHR | 0o600, os.makedev(1, 3))
    except PermissionError:
        (root / "it").mkdir()


def link_out(root: Path) -> None:
    (root.parent / "outside").mkdir()
    (root / "link").symlink_to(root.parent / "outside")


def link_in(root: Path) -> None:
    (root / "inside").mkdir()
    (root / "link").symlink_to("inside")


def file_above(root: Path) -> None:
    (root / "file").write_text("theirs")


Make = Callable[[Path], None]

BAD: list[tuple[Make, Any, type[JournalError], str]] = [
    (nothing, "/etc/passwd", PathRefused, "absolute"),
    (nothing, "../out", PathRefused, ".."),
    (nothing, "a/../../out", PathRefused, ".."),
    (nothing, "a/..", PathRefused, ".."),
    (nothing, "", PathRefused, "empty"),
    (nothing, ".", PathRefused, "root itself"),
    (nothing, "a/", PathRefused, "folder"),
    (nothing, "a\0b", PathRefused, "NUL"),
    (nothing, "x" * (NAME_BYTES_MAX + 1), PathRefused, "256 bytes"),
    (nothing, "ü" * 128, PathRefused, "256 bytes"),
    (nothing, "/".join(["x" * 250] * 20), PathRefused, "5019 bytes"),
    (nothing, ".git/config", PathRefused, ".git"),
    (nothing, ".GIT/x", PathRefused, ".git"),
    (nothing, "sub/.Git/x", PathRefused, ".git"),
    (nothing, ".spool/id", PathRefused, "own folder"),
    (nothing, "./.SPOOL/x", PathRefused, "own folder"),
    (nothing, f"a{LONE}", PathRefused, "surrogate"),
    (folder, "it", PathRefused, "folder"),
    (fifo, "it", PathRefused, "fifo"),
    (listening, "it", PathRefused, "socket"),
    (device, "it", PathRefused, "a "),
    (link_out, "link/x", PathRefused, "outside the root"),
    (link_in, "link/x", PathRefused, "symlink"),
    (file_above, "file/x", PathRefused, "is a file"),
    (nothing, b"bytes", UsageError, "bytes"),
    (nothing, 5, UsageError, "int"),
    (nothing, None, UsageError, "NoneType"),
]
VERBS: dict[str, Callable[[Spool, Any], object]] = {
    "write": lambda spool, path: spool.write(path, "x"),
    "replace": lambda spool, path: spool.replace(path, "x", "y"),
    "delete": lambda spool, path: spool.delete(path),
    "move": lambda spool, path: spool.move(path, "new"),
    "chmod": lambda spool, path: spool.chmod(path, 0o600),
    "symlink": lambda spool, path: spool.symlink(path, "x"),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(("make", "path", "kind", "reason"), BAD)
def test_a_bad_path_is_refused(
    spool: Spool, root: Path, verb: str, make: Make, path: Any, kind: type[JournalError], reason: str
) -> None:
    make(root)
    before = shape(root)
    with pytest.raises(kind) as caught:
        VERBS[verb](spool, path)
    assert type(caught.value) is kind
    assert caught.value.hint
    assert shape(root) == before
    assert temp_files(root) == []
    if isinstance(caught.value, PathRefused):
        assert reason in caught.value.reason
        assert caught.value.path == caught.value.to_dict()["path"] or LONE in caught.value.path
        assert acts(spool.journal) == [(verb, "denied")]
        assert caught.value.invocation_id == 1
    else:
        assert reason in str(caught.value)
        assert acts(spool.journal) == []
    assert spool.write("good", "x").changed


@pytest.mark.parametrize(("make", "path", "kind", "reason"), BAD)
def test_a_bad_path_is_not_read_either(
    spool: Spool, root: Path, make: Make, path: Any, kind: type[JournalError], reason: str
) -> None:
    make(root)
    for read in (spool.read, spool.read_text, spool.open_read):
        with pytest.raises(kind) as caught:
            read(path)
        assert type(caught.value) is kind
        assert caught.value.hint
    assert acts(spool.journal) == []


@pytest.mark.parametrize("target", ["../out", "/etc/x", ".git/x", "it", "link/x", LONE])
def test_a_bad_target_of_a_move_is_refused(spool: Spool, root: Path, target: str) -> None:
    folder(root)
    link_out(root)
    spool.write("a", "x")
    before = disk(root)
    with pytest.raises(PathRefused) as caught:
        spool.move("a", target)
    assert caught.value.path
    assert disk(root) == before
    assert acts(spool.journal)[-1] == ("move", "denied")


@pytest.mark.parametrize(
    "path",
    [
        os.fsdecode(b"caf\xe9/\xff"),
        "two\nlines",
        " blank ",
        "-rf",
        "~",
        "*",
        "a\\b",
        "\x1b[31m",
        "e\u0301",
        "\u00e9",
        "x" * NAME_BYTES_MAX,
        "con/.gitx/aux",
        Path("as/path"),
        "./dotted//twice",
        "\U0001f600/" + "ü" * 127,
    ],
    ids=ascii,
)
def test_any_name_that_a_file_can_have_works(spool: Spool, root: Path, path: str | Path) -> None:
    patch = spool.write(path, "x\n")
    spelled = patch.path
    assert list(disk(root)) == spool.touched_files() == [spelled]
    assert spool.read(path) == b"x\n"
    commit = spool.commit("a name")
    assert commit is not None
    assert list(spool.journal.tree()) == [spelled]
    assert [change.path for change in spool.journal.changes(paths=[path])] == [spelled]
    spool.delete(path)
    assert spool.reset([path]).restored == (spelled,)
    assert list(disk(root)) == [spelled]


def test_git_is_open_to_who_asks_for_it(root: Path) -> None:
    with Spool.open(root, allow_git=True) as spool:
        spool.write(".git/config", "x")
        assert spool.read(".git/config") == b"x"
        with pytest.raises(PathRefused):
            spool.write(".spool/config.toml", "x")
        spool.commit("git")
    with Spool.open(root) as spool:
        assert ".git/config" in spool.journal.tree()


@pytest.mark.parametrize("place", ["journal.db", "state/journal.db"])
def test_a_journal_inside_the_root_is_protected(root: Path, place: str) -> None:
    with Spool.open(root, journal=root / place) as spool:
        own = [place, place + "-wal", place + "-shm", *(["state/other"] if "/" in place else [])]
        for path in own:
            with pytest.raises(PathRefused, match="journal's own"):
                spool.write(path, "x")
            with pytest.raises(PathRefused, match="journal's own"):
                spool.read(path)
        assert spool.write("journal.dbx", "x").changed
        spool.reset()
        assert not [name for name in names(root) if name.endswith("x")]


def test_memory_of_paths_is_bounded(spool: Spool, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "KNOWN_PATHS_MAX", 4)
    for n in range(30):
        spool.write(f"f{n % 7}", f"{n}\n")
    assert {path: state[0] for path, state in disk(root).items()} == {f"f{n % 7}": b"%d\n" % n for n in range(23, 30)}
    assert len(spool.touched_files()) == 7
    assert spool.commit("bounded") is not None


def test_what_is_learned_of_many_paths_is_what_each_would_tell(root: Path) -> None:
    def facts(known: Known) -> tuple[Any, ...]:
        return (known.path_id, known.head, known.staged, known.row, known.marked)

    names = ["committed", "staged", "both", "gone", "new folder/x", "never seen"]
    with Spool.open(root) as spool:
        for path in ("committed", "both", "gone"):
            spool.write(path, "x")
        spool.commit("three")
    with Spool.open(root) as spool:
        for path in ("staged", "both", "new folder/x"):
            spool.write(path, "y")
        spool.delete("gone")
        desk = spool._desk
        desk.forget()
        single = [facts(desk.know(path)) for path in names]
        desk.forget()
        desk.expect([*names, "staged"])
        assert [facts(desk.know(path)) for path in names] == single
        assert [desk.tracks(path) for path in names] == [True] * 5 + [False]
