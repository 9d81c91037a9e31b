"""Every verb in the situations that differ for it: what stands before, what is done, which paths it is about."""

import hashlib
from collections.abc import Callable
from typing import NamedTuple

from journal import Chmod, Delete, Move, Operation, Patch, Replace, Symlink, Write, create_diff
from tests.crash.place import Place, put

THEIRS = b"theirs, and in no journal yet\n"
LINES = "".join(f"line {number} of a file that is long but packs well\n" for number in range(34_000))
OTHER_LINES = LINES.replace("line 17000 ", "line seventeen thousand ")

Act = Callable[[Place], object]


class Scenario(NamedTuple):
    """One situation: `prepare` is done and acknowledged before the steps of `act` are counted.

    `paths` are those an editor may change; `meets` is a path that an editor changes in the middle of the act. When the
    process dies right then, a batch is taken back; of one write the row stays, and the path is `reported`.
    `empty` are folders without content that an act which is taken back then may have removed.
    """

    prepare: Act
    act: Act
    paths: tuple[str, ...] = ()
    new_root: bool = False
    meets: str = ""
    reported: bool = False
    empty: tuple[str, ...] = ()


def begin(place: Place, scenario: Scenario) -> None:
    """Brings a place to where the act begins: three files committed, one staged on top of each kind."""
    if scenario.new_root:
        return
    spool = place.open()
    spool.write("base.txt", "base\n")
    spool.write("other.txt", "other\n", mode=0o600)
    spool.write("dir/deep.txt", "deep\n")
    spool.symlink("link", "base.txt")
    spool.commit("the base")
    spool.write("kept.txt", "kept\n")
    spool.write("other.txt", "other, staged\n")
    scenario.prepare(place)


def begun(place: Place, scenario: Scenario) -> None:
    """Does what comes before the act, and ends the session."""
    begin(place, scenario)
    place.close()


def nothing(place: Place) -> None:
    """Leaves things as they are."""


def closed(place: Place) -> None:
    """Ends the session."""
    place.close()


def theirs(place: Place) -> None:
    """Lets someone else make a file."""
    put(place.root / "theirs.txt", THEIRS, 0o640)


def mixed(place: Place) -> None:
    """Stages a change of every kind."""
    theirs(place)
    spool = place.spool
    spool.write("base.txt", "base, changed\n")
    spool.delete("dir/deep.txt")
    spool.write("new/folder/file.txt", "new\n")
    spool.write("theirs.txt", "ours now\n")
    spool.symlink("link", "other.txt")
    spool.chmod("kept.txt", 0o755)


def created(place: Place) -> None:
    """Stages files in folders that have to be made."""
    place.spool.write("made/one/a.txt", "a\n")
    place.spool.write("made/two/b.txt", "b\n")


def deleted(place: Place) -> None:
    """Stages the removal of committed files."""
    place.spool.delete("base.txt")
    place.spool.delete("dir/deep.txt")


def file_to_folder(place: Place) -> None:
    """Stages a folder in the place of a file."""
    place.spool.delete("base.txt")
    place.spool.write("base.txt/inner.txt", "inner\n")


def folder_to_file(place: Place) -> None:
    """Stages a file in the place of a folder."""
    place.spool.delete("dir/deep.txt")
    (place.root / "dir").rmdir()
    place.spool.write("dir", "a file now\n")


def hand_edit(place: Place) -> None:
    """Lets someone else edit a staged and a committed file."""
    place.spool.write("base.txt", "base, changed\n")
    put(place.root / "base.txt", b"edited by hand\n")
    put(place.root / "dir" / "deep.txt", b"deeply edited by hand\n", 0o600)


def row_only(place: Place) -> None:
    """Stages three files; someone else puts one back as it is at head, and removes one that head does not have."""
    for path in ("base.txt", "dir/deep.txt"):
        place.spool.write(path, "staged\n")
    put(place.root / "dir" / "deep.txt", b"deep\n")
    (place.root / "kept.txt").unlink()


def second_commit(place: Place) -> None:
    """Publishes a folder where a file was and a file where a folder was, and stages a little on top."""
    spool = place.spool
    spool.batch([*TO_FOLDER, *TO_FILE, Delete("link"), Write("link", "a file\n"), Chmod("other.txt", 0o644)])
    spool.commit("the second")
    spool.write("other.txt", "staged again\n")
    spool.write("made/fresh.txt", "fresh\n")


def back(place: Place, *, force: bool = False) -> None:
    """Stages what takes the tree to the first commit."""
    place.spool.restore(next(place.spool.journal.commits(newest_first=False)).id, force=force)


def left_empty(place: Place) -> None:
    """Leaves folders where the first commit has a file: one that verbs emptied, and another in it of someone else."""
    spool = place.spool
    spool.batch(TO_FOLDER)
    spool.commit("a folder")
    spool.delete("base.txt/inner/file.txt")
    spool.commit("it is empty")
    (place.root / "base.txt" / "more" / "deep").mkdir(parents=True)
    spool.write("other.txt", "staged again\n")


def one_back(place: Place) -> None:
    """Stages what takes one path to the first commit."""
    place.spool.restore(next(place.spool.journal.commits(newest_first=False)).id, ["base.txt"])


def edited(place: Place) -> None:
    """Lets someone else edit what the second commit made."""
    second_commit(place)
    put(place.root / "dir", b"edited by hand\n")


def write_over(place: Place) -> None:
    """Writes over what someone else edited."""
    place.spool._desk.on_conflict = "overwrite"
    place.spool.write("base.txt", "ours\n")


def large(place: Place) -> None:
    """Stages a file that is streamed."""
    place.spool.write("large.txt", LINES)


BATCH: tuple[Operation, ...] = (
    Write("base.txt", "first\n"),
    Write("base.txt", "second, folded over the first\n"),
    Replace("other.txt", "staged", "replaced"),
    Patch("theirs.txt", create_diff("theirs.txt", THEIRS, b"theirs, patched\n").diff),
    Move("kept.txt", "new/kept.txt"),
    Delete("link"),
    Write("link", "a file where a link was\n"),
    Delete("dir/deep.txt"),
    Write("new/folders/file.txt", "new\n"),
    Chmod("new/folders/file.txt", 0o755),
    Symlink("new/link", "kept.txt"),
)
TO_FOLDER: tuple[Operation, ...] = (Delete("base.txt"), Write("base.txt/inner/file.txt", "inner\n"))
TO_FILE: tuple[Operation, ...] = (Delete("dir/deep.txt"), Write("dir", "a file now\n"))
PAIR: tuple[Operation, ...] = (Write("base.txt", "half\n"), Write("fresh/file.txt", "x\n"), Delete("other.txt"))

EDITED = create_diff("base.txt", "base\n", "patched\n").diff
MANY = (
    "diff --git a/base.txt b/kept.txt\nrename from base.txt\nrename to kept.txt\n"
    "diff --git a/kept.txt b/base.txt\nrename from kept.txt\nrename to base.txt\n"
    "--- a/kept.txt\n+++ b/base.txt\n@@ -1 +1 @@\n-kept\n+kept, patched\n"
    "diff --git a/dir/deep.txt b/moved/deep.txt\nrename from dir/deep.txt\nrename to moved/deep.txt\n"
    "diff --git a/link b/copied\ncopy from link\ncopy to copied\n"
    + create_diff("other.txt", "other, staged\n", None).diff
    + create_diff("fresh/file.txt", None, "x\n").diff
)
EMPTY = ("base.txt", "base.txt/inner", "base.txt/more", "base.txt/more/deep")
NAMED = hashlib.sha256(b"edited by hand\n").hexdigest()

SCENARIOS: dict[str, Scenario] = {
    "open a new root": Scenario(nothing, Place.open, new_root=True),
    "open an existing root": Scenario(closed, Place.open),
    "write a new file": Scenario(nothing, lambda p: p.spool.write("new.txt", "new\n"), ("new.txt",)),
    "write a committed file": Scenario(nothing, lambda p: p.spool.write("base.txt", "changed\n"), ("base.txt",)),
    "write a staged file": Scenario(nothing, lambda p: p.spool.write("kept.txt", "again\n"), ("kept.txt",)),
    "write over a file of someone else": Scenario(
        theirs, lambda p: p.spool.write("theirs.txt", "ours now\n"), ("theirs.txt",)
    ),
    "write into new folders": Scenario(nothing, lambda p: p.spool.write("a/b/c/new.txt", "new\n"), ("a/b/c/new.txt",)),
    "replace": Scenario(nothing, lambda p: p.spool.replace("base.txt", "base", "root"), ("base.txt",)),
    "patch": Scenario(nothing, lambda p: p.spool.patch("base.txt", EDITED), ("base.txt",)),
    "apply": Scenario(nothing, lambda p: p.spool.apply(MANY), ("base.txt", "kept.txt", "other.txt", "moved/deep.txt")),
    "apply that meets an edit": Scenario(nothing, lambda p: p.spool.apply(MANY), ("base.txt",), meets="base.txt"),
    "write over a hand edit that is named": Scenario(
        hand_edit, lambda p: p.spool.write("base.txt", "ours\n", expect=NAMED), ("base.txt",)
    ),
    "delete": Scenario(nothing, lambda p: p.spool.delete("base.txt"), ("base.txt",)),
    "delete a file of someone else": Scenario(theirs, lambda p: p.spool.delete("theirs.txt"), ("theirs.txt",)),
    "move": Scenario(nothing, lambda p: p.spool.move("base.txt", "dir/moved.txt"), ("base.txt", "dir/moved.txt")),
    "move into new folders": Scenario(
        nothing, lambda p: p.spool.move("kept.txt", "a/b/moved.txt"), ("kept.txt", "a/b/moved.txt")
    ),
    "move over a file": Scenario(
        nothing, lambda p: p.spool.move("base.txt", "kept.txt", overwrite=True), ("base.txt", "kept.txt")
    ),
    "chmod": Scenario(nothing, lambda p: p.spool.chmod("base.txt", 0o755), ("base.txt",)),
    "symlink over a file": Scenario(nothing, lambda p: p.spool.symlink("base.txt", "kept.txt"), ("base.txt",)),
    "file over a symlink": Scenario(nothing, lambda p: p.spool.write("link", "a file\n"), ("link",)),
    "batch": Scenario(theirs, lambda p: p.spool.batch(BATCH), ("base.txt", "other.txt", "new/kept.txt", "kept.txt")),
    "batch of a pair": Scenario(nothing, lambda p: p.spool.batch(PAIR), ("base.txt", "fresh/file.txt", "other.txt")),
    "batch that meets an edit": Scenario(nothing, lambda p: p.spool.batch(PAIR), ("base.txt",), meets="base.txt"),
    "write that meets an edit": Scenario(
        nothing, lambda p: p.spool.write("base.txt", "x\n"), ("base.txt",), meets="base.txt", reported=True
    ),
    "batch of a file to a folder": Scenario(nothing, lambda p: p.spool.batch(TO_FOLDER), ("base.txt/inner/file.txt",)),
    "batch of a folder to a file": Scenario(nothing, lambda p: p.spool.batch(TO_FILE), ("dir",)),
    "batch of both that meets an edit": Scenario(
        nothing, lambda p: p.spool.batch([*TO_FOLDER, *TO_FILE, *PAIR[2:]]), ("other.txt",), meets="other.txt"
    ),
    "write over an edit": Scenario(hand_edit, write_over, ("base.txt",)),
    "adopt": Scenario(hand_edit, lambda p: p.spool.adopt("."), ("base.txt", "dir/deep.txt")),
    "restore": Scenario(second_commit, back, ("base.txt", "other.txt", "made/fresh.txt")),
    "restore by force": Scenario(edited, lambda p: back(p, force=True), ("other.txt",)),
    "restore that meets an edit": Scenario(second_commit, back, ("other.txt",), meets="other.txt"),
    "restore over empty folders": Scenario(left_empty, back, ("other.txt", "base.txt")),
    "restore of one path over empty folders": Scenario(left_empty, one_back, ("base.txt",)),
    "restore over empty folders that meets an edit": Scenario(
        left_empty, back, ("other.txt",), meets="other.txt", empty=EMPTY
    ),
    "reset of rows without files that meets an edit": Scenario(
        row_only, lambda p: p.spool.reset(), ("base.txt",), meets="base.txt"
    ),
    "diff": Scenario(mixed, lambda p: p.spool.diff()),
    "status": Scenario(mixed, lambda p: p.spool.status()),
    "commit": Scenario(mixed, lambda p: p.spool.commit("all of it"), ("base.txt", "theirs.txt")),
    "reset": Scenario(mixed, lambda p: p.spool.reset(), ("base.txt", "theirs.txt", "new/folder/file.txt")),
    "reset of one path": Scenario(mixed, lambda p: p.spool.reset(["base.txt"]), ("base.txt",)),
    "reset of created files": Scenario(created, lambda p: p.spool.reset(), ("made/one/a.txt", "made/two/b.txt")),
    "reset of deleted files": Scenario(deleted, lambda p: p.spool.reset(), ("base.txt", "dir/deep.txt")),
    "reset of a folder to a file": Scenario(file_to_folder, lambda p: p.spool.reset(), ("base.txt/inner.txt",)),
    "reset of a file to a folder": Scenario(folder_to_file, lambda p: p.spool.reset(), ("dir",)),
    "reset of a folder to a file that meets an edit": Scenario(
        file_to_folder, lambda p: p.spool.reset(), ("other.txt",), meets="other.txt"
    ),
    "reset of a file to a folder that meets an edit": Scenario(
        folder_to_file, lambda p: p.spool.reset(), ("other.txt",), meets="other.txt"
    ),
    "commit of a folder over a file": Scenario(file_to_folder, lambda p: p.spool.commit("below")),
    "reset by force": Scenario(hand_edit, lambda p: p.spool.reset(force=True), ("base.txt", "dir/deep.txt")),
    "write a large file": Scenario(nothing, lambda p: p.spool.write("large.txt", LINES), ("large.txt",)),
    "write over a large file": Scenario(large, lambda p: p.spool.write("large.txt", OTHER_LINES), ("large.txt",)),
    "reset of a large file": Scenario(large, lambda p: p.spool.reset(), ("large.txt",)),
    "close": Scenario(mixed, lambda p: p.close()),
}
