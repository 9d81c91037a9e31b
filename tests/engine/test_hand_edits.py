"""The truth table of hand edits: what somebody did to a path, and what each verb then does, cell by cell.

In every cell each content that a person wrote is on disk afterwards, or the journal gives it by its digest.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from journal import JournalError, Spool, UsageError, WorkspaceChanged
from tests.engine.hands import (
    HEAD,
    LINK,
    NEW,
    NOTE,
    STAGED,
    at_head,
    copied_back,
    created,
    deleted,
    edited,
    edited_by_rename,
    edited_to_head,
    edited_to_staged,
    is_held,
    made_executable,
    modified,
    removed,
    replaced_by_folder,
    replaced_by_link,
    standing,
    touched,
    untracked,
)
from tests.engine.looking import disk, shape, temp_files

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


@pytest.mark.parametrize("given", ["", "Adopt", "keep", None, True, 0, ["adopt"]])
def test_anything_else_is_no_policy(root: Path, given: Any) -> None:
    with pytest.raises(UsageError) as caught:
        Spool.open(root, on_conflict=given)
    assert caught.value.hint
    assert list(root.iterdir()) == []


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize(("was", "now"), [("a", "a/x"), ("a/x", "a")])
def test_no_commit_holds_a_file_and_something_below_it(root: Path, was: str, now: str, policy: Any) -> None:
    with Spool.open(root, on_conflict=policy) as spool:
        spool.write(was, HEAD)
        spool.commit("head")
        shutil.rmtree(root / "a") if was == "a/x" else (root / "a").unlink()
        spool.write(now, NEW)
        if policy != "adopt":
            with pytest.raises(WorkspaceChanged) as caught:
                spool.commit("refused")
            assert (caught.value.path, caught.value.paths, spool.touched_files()) == (was, (was,), [now])
            assert caught.value.invocation_id is not None
            assert [patch.path for patch in spool.adopt()] == [was]
        commit = spool.commit("all")
        assert commit is not None
        assert (list(spool.journal.tree()), commit.files) == ([now], 2)
        assert spool.journal.checkout(commit.id, root.parent / "out") == 1
        assert spool.status().clean


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
