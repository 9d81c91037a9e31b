"""The truth table of hand edits: what somebody did to a path, and what each verb then does, cell by cell.

In every cell each content that a person wrote is on disk afterwards, or the journal gives it by its digest.
"""

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from journal import Delete, JournalError, Move, Replace, Spool, UnknownName, UsageError, WorkspaceChanged, Write
from tests.engine.looking import acts, disk, shape, temp_files, value

HEAD, STAGED, THEIRS, NEW = (f"{word} line\n".encode() for word in ("head", "staged", "theirs", "new"))
LARGE = b"a large content of somebody\n" * 70_000
LINK = b"theirs line"
NOTE = b"a note of somebody\n"


def created(spool: Spool, root: Path) -> None:
    untracked(spool, root)
    spool.write("p", STAGED)


def modified(spool: Spool, root: Path) -> None:
    at_head(spool, root)
    spool.write("p", STAGED)


def deleted(spool: Spool, root: Path) -> None:
    at_head(spool, root)
    spool.delete("p")


def at_head(spool: Spool, root: Path) -> None:
    spool.write("p", HEAD)
    spool.commit("head")


def untracked(spool: Spool, root: Path) -> None:
    spool.write("other", "other")
    spool.commit("head")


def edited(path: Path) -> None:
    path.write_bytes(THEIRS)


def edited_by_rename(path: Path) -> None:
    (path.parent / "their~").write_bytes(THEIRS)
    os.replace(path.parent / "their~", path)


def edited_to_head(path: Path) -> None:
    path.write_bytes(HEAD)


def edited_to_staged(path: Path) -> None:
    path.write_bytes(STAGED)


def removed(path: Path) -> None:
    path.unlink()


def made_executable(path: Path) -> None:
    path.chmod(0o755)


def replaced_by_link(path: Path) -> None:
    path.unlink()
    path.symlink_to(os.fsdecode(LINK))


def replaced_by_folder(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir()
    (path / "note").write_bytes(NOTE)


def touched(path: Path) -> None:
    os.utime(path, ns=(1, 1))


def copied_back(path: Path) -> None:
    shutil.copyfile(path, path.parent / "copy~")
    os.replace(path.parent / "copy~", path)


State = Callable[[Spool, Path], None]
Hand = Callable[[Path], None]

ROWS: dict[str, list[tuple[State, Hand]]] = {
    "as it was": [
        *((created, touched), (modified, copied_back), (at_head, touched)),
        *((modified, edited_to_staged), (at_head, edited_to_head)),
    ],
    "other content": [(created, edited), (modified, edited_by_rename), (at_head, edited)],
    "the content at head": [(modified, edited_to_head)],
    "a symlink": [(created, replaced_by_link), (modified, replaced_by_link), (at_head, replaced_by_link)],
    "another mode": [(created, made_executable), (modified, made_executable), (at_head, made_executable)],
    "removed": [(created, removed), (modified, removed), (at_head, removed)],
    "a folder": [(created, replaced_by_folder), (modified, replaced_by_folder), (at_head, replaced_by_folder)],
    "made again": [(deleted, edited)],
    "made again as it was": [(deleted, edited_to_head)],
    "a folder, made again": [(deleted, replaced_by_folder)],
    "untracked": [(untracked, edited)],
}
"""what somebody did: the ways to come there"""

VERBS: dict[str, Callable[[Spool], object]] = {
    "write": lambda spool: spool.write("p", NEW),
    "write as it stands": lambda spool: spool.write("p", spool.read("p") or b""),
    "replace": lambda spool: spool.replace("p", "line", "place"),
    "replace nothing": lambda spool: spool.replace("p", "no such text", "x"),
    "delete": lambda spool: spool.delete("p"),
    "move": lambda spool: spool.move("p", "q"),
    "chmod": lambda spool: spool.chmod("p", 0o600),
    "symlink": lambda spool: spool.symlink("p", "ours"),
    "commit": lambda spool: spool.commit("all"),
    "adopt": lambda spool: spool.adopt(),
    "adopt by name": lambda spool: spool.adopt("."),
    "reset": lambda spool: spool.reset(),
    "reset by force": lambda spool: spool.reset(force=True),
    "restore": lambda spool: spool.restore("main"),
    "restore by force": lambda spool: spool.restore("main", force=True),
}
POLICIES = ("refuse", "adopt", "overwrite")

# A cell says what stands at `p` afterwards (`q: ` for the path that a move went to), or which error was raised; one for
# all policies, or three: refuse, adopt, overwrite. `journal` is what the journal expects at `p`, `base` what it holds
# at head, or nothing; `disk` is what stood there before.
REFUSED, BARRED, UNKNOWN, USAGE = "WorkspaceChanged", "PathRefused", "UnknownName", "UsageError"
Cell = str | tuple[str, str, str]
TABLE: dict[str, dict[str, Cell]] = {
    "as it was": {
        "write": "new",
        "write as it stands": "disk",
        "replace": "disk, replaced",
        "replace nothing": "disk",
        "delete": "",
        "move": "q: disk",
        "chmod": "disk 600",
        "symlink": "ours",
        "commit": "disk",
        "adopt": "disk",
        "adopt by name": "disk",
        "reset": "base",
        "reset by force": "base",
        "restore": "base",
        "restore by force": "base",
    },
    "other content": {
        "write": (REFUSED, "new", "new"),
        "write as it stands": "disk",
        "replace": (REFUSED, "disk, replaced", "journal, replaced"),
        "replace nothing": (REFUSED, "disk", "disk"),
        "delete": (REFUSED, "", ""),
        "move": (REFUSED, "q: disk", "q: journal"),
        "chmod": (REFUSED, "disk 600", "journal 600"),
        "symlink": (REFUSED, "ours", "ours"),
        "commit": (REFUSED, "disk", "journal"),
        "adopt": "disk",
        "adopt by name": "disk",
        "reset": "disk",
        "reset by force": "base",
        "restore": REFUSED,
        "restore by force": "base",
    },
    "another mode": {
        "write": "new 755",
        "write as it stands": "disk 755",
        "replace": "disk, replaced 755",
        "replace nothing": "disk 755",
        "delete": "",
        "move": "q: disk 755",
        "chmod": "disk 600",
        "symlink": "ours",
        "commit": "disk 755",
        "adopt": "disk 755",
        "adopt by name": "disk 755",
        "reset": "base 644",
        "reset by force": "base 644",
        "restore": "base 644",
        "restore by force": "base 644",
    },
    "removed": {
        "write": "new",
        "write as it stands": "empty",
        "replace": UNKNOWN,
        "replace nothing": UNKNOWN,
        "delete": "",
        "move": UNKNOWN,
        "chmod": UNKNOWN,
        "symlink": "ours",
        "commit": (REFUSED, "", "journal"),
        "adopt": "",
        "adopt by name": "",
        "reset": "base",
        "reset by force": "base",
        "restore": "base",
        "restore by force": "base",
    },
    "a folder": {
        **dict.fromkeys(("write", "write as it stands", "replace", "replace nothing"), BARRED),
        **dict.fromkeys(("delete", "move", "chmod", "symlink"), BARRED),
        "commit": (REFUSED, "folder", REFUSED),
        "adopt": "folder",
        "adopt by name": "folder",
        "reset": "folder",
        "reset by force": "folder",
        "restore": "folder or refused",
        "restore by force": "folder or refused",
    },
    "made again": {
        "write": (REFUSED, "new", "new"),
        "write as it stands": "disk",
        "replace": (REFUSED, "disk, replaced", UNKNOWN),
        "replace nothing": (REFUSED, "disk", UNKNOWN),
        "delete": (REFUSED, "", ""),
        "move": (REFUSED, "q: disk", UNKNOWN),
        "chmod": (REFUSED, "disk 600", UNKNOWN),
        "symlink": (REFUSED, "ours", "ours"),
        "commit": (REFUSED, "disk", ""),
        "adopt": "disk",
        "adopt by name": "disk",
        "reset": "disk",
        "reset by force": "base",
        "restore": REFUSED,
        "restore by force": "base",
    },
    "untracked": {
        "write": "new",
        "write as it stands": "disk",
        "replace": "disk, replaced",
        "replace nothing": "disk",
        "delete": "",
        "move": "q: disk",
        "chmod": "disk 600",
        "symlink": "ours",
        "commit": "disk",
        "adopt": "disk",
        "adopt by name": "disk",
        "reset": "disk",
        "reset by force": "disk",
        "restore": "disk",
        "restore by force": "disk",
    },
}
TABLE["the content at head"] = TABLE["other content"] | {"reset": "base", "restore": "base"}
TABLE["a symlink"] = TABLE["other content"] | {
    "replace": (REFUSED, USAGE, "journal, replaced"),
    "replace nothing": (REFUSED, USAGE, "disk"),
    "chmod": (REFUSED, USAGE, "journal 600"),
    "write as it stands": (REFUSED, "link as a file", "link as a file"),
}
TABLE["made again as it was"] = TABLE["made again"] | {"reset": "base", "restore": "base"}
TABLE["a folder, made again"] = TABLE["a folder"] | {"commit": "folder"}
WAYS = [(row, state, hand) for row, ways in ROWS.items() for state, hand in ways]


def policies(row: str, verb: str, number: int) -> tuple[str, ...]:
    """All of them where they differ, else one in turn."""
    return (POLICIES[number % len(POLICIES)],) if isinstance(TABLE[row][verb], str) else POLICIES


CELLS = [
    pytest.param(row, state, hand, verb, policy, id=f"{state.__name__}, {hand.__name__}: {verb}, {policy}")
    for at, (row, state, hand) in enumerate(WAYS)
    for number, verb in enumerate(VERBS, at)
    for policy in policies(row, verb, number)
]


def is_held(spool: Spool, root: Path, content: bytes) -> bool:
    """Whether a content is on disk, or in the journal under its digest."""
    if any(found == content for found, _, _ in disk(root).values()):
        return True
    try:
        return spool.journal.blob(hashlib.sha256(content).hexdigest()).read() == content
    except UnknownName:
        return False


def standing(root: Path, path: str) -> bytes | None:
    found = disk(root).get(path)
    return None if found is None else found[0]


@pytest.mark.parametrize(("row", "state", "hand", "verb", "policy"), CELLS)
def test_every_cell(root: Path, row: str, state: State, hand: Hand, verb: str, policy: Any) -> None:
    with Spool.open(root, on_conflict=policy) as spool:
        state(spool, root)
        hand(root / "p")
        before, staged, stood = shape(root), spool.touched_files(), standing(root, "p")
        theirs = [content for content in (stood, standing(root, "p/note")) if content is not None]
        cell = TABLE[row][verb]
        expected = cell if isinstance(cell, str) else cell[POLICIES.index(policy)]
        if expected == "folder or refused":
            expected = "folder" if state is created else REFUSED
        if verb == "commit" and state is at_head:
            expected = "folder" if row == "a folder" else "disk"  # nothing of it is staged
        if expected in (REFUSED, BARRED, UNKNOWN, USAGE):
            with pytest.raises(JournalError) as caught:
                VERBS[verb](spool)
            assert (type(caught.value).__name__, bool(caught.value.hint)) == (expected, True)
            assert (shape(root), spool.touched_files()) == (before, staged)
        else:
            VERBS[verb](spool)
            stands_as_said(root, expected, state, stood)
        assert [content for content in theirs if not is_held(spool, root, content)] == []
        assert temp_files(root) == []
        spool.write("later", "the spool goes on")


def stands_as_said(root: Path, expected: str, state: State, stood: bytes | None) -> None:
    """Holds the disk against a cell."""
    journal = {"created": STAGED, "modified": STAGED, "at_head": HEAD}.get(state.__name__)
    base = None if state in (created, untracked) else HEAD
    contents = {"disk": stood, "journal": journal, "base": base, "new": NEW, "ours": b"ours", "empty": b"", "": None}
    contents |= {"link as a file": LINK, "folder": None}
    path = "q" if expected.startswith("q: ") else "p"
    said, _, mode = expected.removeprefix("q: ").rpartition(" ")
    said = said if mode in ("600", "644", "755") else expected.removeprefix("q: ")
    content = contents[said.removesuffix(", replaced")]
    if said.endswith(", replaced"):
        assert content is not None
        content = content.replace(b"line", b"place")
    assert standing(root, path) == content
    if content is not None and mode in ("600", "644", "755"):
        assert disk(root)[path][1] == int(mode, 8)
    if path == "q":
        assert standing(root, "p") is None
    assert (standing(root, "p/note") == NOTE) == (expected == "folder")


def test_every_row_has_every_column() -> None:
    assert {row: set(cells) for row, cells in TABLE.items()} == {row: set(VERBS) for row in ROWS}


def history(spool: Spool, path: str = "p") -> list[tuple[str, str | None, str | None]]:
    """Act, content before and content after of every edit of a path, in order."""
    sql = "SELECT a.name, f.sha_before, f.sha_after FROM file_history AS f JOIN audit AS a USING (invocation_id)"
    rows = spool.journal.query(sql + " WHERE f.path = ? ORDER BY f.edit_id", [path])
    return [(row["name"], text(spool, row["sha_before"]), text(spool, row["sha_after"])) for row in rows]


def text(spool: Spool, digest: str | None) -> str | None:
    """The first word of a content."""
    return None if digest is None else spool.journal.blob(digest).read().split()[0].decode()


def rescued(spool: Spool) -> list[tuple[str, str | None, str]]:
    """Path, content and reason of what was kept before it was written over."""
    sql = "SELECT p.name, lower(hex(b.sha256)) AS sha, r.reason FROM rescued AS r JOIN path AS p ON p.id = r.path_id"
    rows = spool.journal.query(sql + " JOIN blob AS b ON b.id = r.blob_id ORDER BY r.id")
    return [(row["name"], text(spool, row["sha"]), row["reason"]) for row in rows]


@pytest.mark.parametrize("given", ["", "Adopt", "keep", None, True, 0, ["adopt"]])
def test_anything_else_is_no_policy(root: Path, given: Any) -> None:
    with pytest.raises(UsageError) as caught:
        Spool.open(root, on_conflict=given)
    assert caught.value.hint
    assert list(root.iterdir()) == []


def test_an_adopted_edit_is_an_edit_of_its_own(root: Path) -> None:
    with Spool.open(root, on_conflict="adopt") as spool:
        modified(spool, root)
        edited(root / "p")
        patch = spool.replace("p", "theirs", "new")
        assert (text(spool, patch.sha_before), text(spool, patch.sha_after)) == ("theirs", "new")
        assert history(spool)[2:] == [("replace", "staged", "theirs"), ("replace", "theirs", "new")]
        assert (rescued(spool), [text(spool, p.sha_before) for p in spool.diff()]) == ([], ["head"])
        spool.reset()
        assert standing(root, "p") == HEAD


def test_what_is_written_over_is_kept_and_told(root: Path) -> None:
    with Spool.open(root, on_conflict="overwrite") as spool:
        modified(spool, root)
        edited(root / "p")
        patch = spool.replace("p", "staged", "new")
        assert (text(spool, patch.sha_before), text(spool, patch.sha_after)) == ("theirs", "new")
        assert history(spool)[2:] == [("replace", "theirs", "new")]
        assert rescued(spool) == [("p", "theirs", "overwrite")]
        assert [text(spool, each.sha_before) for each in spool.diff()] == ["head"]


@pytest.mark.parametrize("policy", ["adopt", "overwrite"])
def test_a_batch_meets_edits_of_several_paths(root: Path, policy: Any) -> None:
    with Spool.open(root, on_conflict=policy) as spool:
        for name in "abcd":
            spool.write(name, HEAD)
        spool.commit("head")
        for name in "abc":
            edited(root / name)
        batch = [Replace("a", "line", "place"), Move("b", "e"), Write("a", "last", mode=0o600), Delete("c")]
        with pytest.raises(UnknownName):
            spool.batch([*batch, Replace("none", "x", "y")])
        assert (spool.touched_files(), [standing(root, name) for name in "abc"]) == ([], [THEIRS] * 3)
        results = spool.batch(batch)
        assert [result.applied for result in results] == [False, True, True, True]
        moved = THEIRS if policy == "adopt" else HEAD
        assert {path: content for path, (content, _, _) in disk(root).items()} == {"a": b"last", "d": HEAD, "e": moved}
        assert is_held(spool, root, THEIRS)
        assert [name for name, _, _ in rescued(spool)] == ([] if policy == "adopt" else ["a", "b", "c"])
        spool.reset()
        assert {content for content, _, _ in disk(root).values()} == {HEAD}


@pytest.mark.parametrize("policy", ["adopt", "overwrite"])
@pytest.mark.parametrize("verb", ["write", "delete", "move", "symlink", "commit"])
def test_a_large_edit_is_kept_whole(root: Path, policy: Any, verb: str) -> None:
    with Spool.open(root, on_conflict=policy) as spool:
        modified(spool, root)
        (root / "p").write_bytes(LARGE)
        VERBS[verb](spool)
        kept = spool.journal.blob(hashlib.sha256(LARGE).hexdigest())
        assert kept.read() == LARGE


@pytest.mark.parametrize("policy", ["adopt", "overwrite"])
def test_bytes_of_someone_else_are_synced_before_they_leave_the_disk(
    root: Path, policy: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Spool.open(root, on_conflict=policy) as spool:
        spool.write("p", THEIRS)  # the journal knows these bytes, in a transaction that was not synced
        spool.write("p", STAGED)
        edited(root / "p")
        asked, begin = list[bool](), spool._desk.database.begin
        monkeypatch.setattr(spool._desk.database, "begin", lambda sync=False: (asked.append(sync), begin(sync=sync))[1])
        spool.write("p", NEW)
        assert asked == [True]


def test_a_move_goes_over_nothing_that_it_was_not_told_to(root: Path) -> None:
    with Spool.open(root, on_conflict="overwrite") as spool:
        deleted(spool, root)
        edited(root / "p")
        spool.write("q", NEW)
        with pytest.raises(WorkspaceChanged, match="exists already"):
            spool.move("q", "p")
        assert standing(root, "p") == THEIRS
        spool.move("q", "p", overwrite=True)
        assert (standing(root, "p"), is_held(spool, root, THEIRS)) == (NEW, True)


def test_a_commit_adopts_what_stands_there(root: Path) -> None:
    with Spool.open(root, on_conflict="adopt") as spool:
        for name in "abcd":
            spool.write(name, HEAD)
        spool.commit("head")
        for name in "abc":
            spool.write(name, STAGED)
        edited(root / "a")
        (root / "b").unlink()
        edited_to_head(root / "c")
        edited(root / "d")  # not staged, so not part of it
        commit = spool.commit("all")
        assert commit is not None
        assert [(c.path, c.change_type) for c in spool.journal.changes(commit=commit.id)] == [
            ("a", "modified"),
            ("b", "deleted"),
        ]
        assert spool.journal.blob(spool.journal.tree()["a"].sha256).read() == THEIRS
        assert (acts(spool.journal)[-2:], history(spool, "a")[-1]) == (
            [("adopt", "ok"), ("commit", "ok")],
            ("adopt", "staged", "theirs"),
        )
        assert [edit.path for edit in spool.status().edits] == ["d"]


def test_a_commit_of_edits_that_undo_all_that_is_staged_is_none(root: Path) -> None:
    with Spool.open(root, on_conflict="adopt") as spool:
        modified(spool, root)
        edited_to_head(root / "p")
        assert (spool.commit("nothing left"), spool.touched_files()) == (None, [])


def test_a_commit_writes_over_and_keeps_who_staged_it(root: Path) -> None:
    with Spool.open(root, on_conflict="overwrite") as spool:
        spool.write("other", HEAD)
        modified(spool, root)
        spool.delete("other")
        staged_by = [patch.invocation_id for patch in spool.diff()]
        edited(root / "p")
        (root / "other").write_bytes(THEIRS)
        commit = spool.commit("ours")
        assert commit is not None
        changes = spool.journal.changes(commit=commit.id)
        assert [change.invocation_id for change in changes] == staged_by
        assert disk(root) == {"p": (STAGED, 0o644, "file")}
        assert rescued(spool) == [("other", "theirs", "overwrite"), ("p", "theirs", "overwrite")]
        assert acts(spool.journal)[-2:] == [("overwrite", "ok"), ("commit", "ok")]
        assert spool.status().clean


def test_a_commit_that_cannot_write_over_publishes_nothing(root: Path) -> None:
    with Spool.open(root, on_conflict="overwrite") as spool:
        modified(spool, root)
        spool.write("q", STAGED)
        replaced_by_folder(root / "p")
        edited(root / "q")
        before = shape(root)
        with pytest.raises(WorkspaceChanged) as caught:
            spool.commit("no")
        assert caught.value.paths == ("p",)
        assert (shape(root), spool.touched_files()) == (before, ["p", "q"])
        assert acts(spool.journal)[-1] == ("commit", "failed")


def test_a_touch_is_no_edit_for_anybody(root: Path) -> None:
    with Spool.open(root) as spool:
        modified(spool, root)
        spool.write("q", STAGED)
        for hand in (touched, copied_back, edited_to_staged):
            hand(root / "p")
            assert (spool.status().conflicts, spool.adopt(), spool.adopt(".")) == ((), [], [])
        assert spool.commit("as it was") is not None
        for hand in (touched, copied_back, edited_to_staged):
            hand(root / "p")
            assert (spool.status().clean, spool.adopt(), spool.restore("main")) == (True, [], [])
            report = spool.reset()
            assert (report.plan, report.restored, report.conflicts) == ((), (), ())


def test_a_verb_that_finds_nothing_to_do_stages_nothing_of_an_edited_file(root: Path) -> None:
    for policy in POLICIES:
        with Spool.open(root, on_conflict=policy) as spool:  # type: ignore[arg-type]  # one of the three
            spool.write("p", STAGED)
            made_executable(root / "p")
            assert not spool.replace("p", "no such text", "x").changed
            assert [patch.mode_after for patch in spool.diff()] == [0o644]
            assert spool.write("p", STAGED).mode_after == 0o755
            assert [patch.mode_after for patch in spool.diff()] == [0o755]
            assert value(spool.journal, "SELECT count(*) FROM rescued") == 0
            spool.reset()
