"""Which paths a verb takes: every other one is refused, with a reason and a row, and nothing happens."""

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from journal import PathRefused, Spool, UnknownName, limits
from journal.limits import NAME_BYTES_MAX
from tests.engine.hostile import (
    CHANGING,
    CHOOSING,
    LONE,
    PATHS,
    READING,
    TARGETS,
    Hostile,
    folder,
    link_out,
)
from tests.engine.looking import acts, counts, disk, names, shape, temp_files

HOSTILE = pytest.mark.parametrize("hostile", PATHS, ids=lambda each: f"{each.make.__name__}-{each.path!a:.30}")


def everything(spool: Spool, root: Path) -> tuple[Any, ...]:
    """All that a refused call leaves as it was: the root, what is staged, every row but those of the audit."""
    spool.status()  # closes the acts that are done
    staged = spool.diff()  # and this remembers what it compared
    rows = counts(spool.journal)
    audit = {name: rows.pop(name) for name in ("invocation", "audit_link")}
    assert audit["audit_link"] == 2 * audit["invocation"]
    return shape(root), temp_files(root), staged, spool.journal.cursor, rows


@pytest.fixture
def kept(spool: Spool) -> Spool:
    """A session with a commit and something staged."""
    spool.write("kept", "at head")
    spool.commit("head")
    spool.write("kept", "staged")
    return spool


@HOSTILE
def test_no_verb_takes_a_hostile_path(kept: Spool, root: Path, hostile: Hostile) -> None:
    hostile.make(root)
    before, done = everything(kept, root), len(acts(kept.journal))
    for name, verb in (CHANGING | TARGETS).items():
        with pytest.raises(hostile.kind) as caught:
            verb(kept, hostile.path)
        error = caught.value
        assert (type(error), bool(error.hint), everything(kept, root)) == (hostile.kind, True, before), name
        if isinstance(error, PathRefused):
            assert hostile.reason in error.reason
            assert error.path == error.to_dict()["path"] or not error.path.isascii()
            done += 1
            assert acts(kept.journal)[done - 1 :] == [(name.partition(",")[0].partition(" ")[0], "denied")]
            assert error.invocation_id == done
        else:
            assert hostile.reason in str(error)
            assert len(acts(kept.journal)) == done
    assert kept.write("good", "x").changed
    assert kept.commit("good") is not None


@HOSTILE
def test_a_hostile_path_is_not_read_either(kept: Spool, root: Path, hostile: Hostile) -> None:
    hostile.make(root)
    before, done = everything(kept, root), acts(kept.journal)
    for name, verb in READING.items():
        with pytest.raises(hostile.kind) as caught:
            verb(kept, hostile.path)
        assert (type(caught.value), bool(caught.value.hint)) == (hostile.kind, True), name
    assert (everything(kept, root), acts(kept.journal)) == (before, done)


@HOSTILE
def test_a_hostile_path_selects_nothing_that_lies_elsewhere(kept: Spool, root: Path, hostile: Hostile) -> None:
    hostile.make(root)
    kept.commit("all")
    before = everything(kept, root)
    for name, verb in CHOOSING.items():
        if hostile.named:
            with pytest.raises(hostile.kind) as caught:
                verb(kept, hostile.path)
            assert (type(caught.value), bool(caught.value.hint)) == (hostile.kind, True), name
        else:
            verb(kept, hostile.path)
        assert everything(kept, root) == before, name
    assert kept.write("good", "x").changed


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


def test_what_a_verb_staged_is_known_though_others_forgot_and_asked_meanwhile(spool: Spool, root: Path) -> None:
    spool.write("old", "one")
    spool.write("new", "was here")
    spool.commit("base")
    spool.delete("new")
    base = spool.commit("without it")
    assert base is not None and base.parent_id is not None

    def content(path: str) -> Iterator[bytes]:
        yield b"two"
        thread = threading.Thread(target=meanwhile, args=(path,))
        thread.start()
        thread.join(20)

    def meanwhile(path: str) -> None:
        with pytest.raises(UnknownName):
            spool.replace("nothing", "a", "b")  # one that fails forgets
        spool.reset(path, dry_run=True)
        spool.restore(base.parent_id or "", dry_run=True)

    for path in ("old", "new"):
        spool.write(path, content(path))
        spool.write(path, "three")
    assert [(patch.path, patch.change_type) for patch in spool.diff()] == [("new", "created"), ("old", "modified")]
    spool.reset()
    assert {path: state[0] for path, state in disk(root).items()} == {"old": b"one"}


def test_a_path_whose_mark_was_taken_off_meanwhile_is_marked_with_a_sync(spool: Spool) -> None:
    desk = spool._desk
    spool.write("a", "x")
    known = desk.know("a")
    assert desk.is_marked("a", known)
    desk.forget()
    desk.unmark()
    assert not desk.is_marked("a", known)


def test_descriptors_do_not_grow_when_the_own_folder_is_removed_time_and_again(spool: Spool, root: Path) -> None:
    spool.write("a", "x")
    before = len(os.listdir("/proc/self/fd"))
    for n in range(10):
        shutil.rmtree(root / ".spool")
        spool.write("a", f"{n}")
    assert len(os.listdir("/proc/self/fd")) == before
