"""What a caller takes a path to hold: checked at the moment of the verb, and the only consent to a hand edit."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from journal import (
    Delete,
    FilePatch,
    Operation,
    Patch,
    Replace,
    Spool,
    UnknownName,
    UsageError,
    WorkspaceChanged,
    Write,
    create_diff,
)
from tests.engine.looking import disk, shape, value

DIFF = create_diff("a", "by hand\n", "patched\n").diff
Verb = Callable[[Spool, str | None], FilePatch]
VERBS: dict[str, Verb] = {
    "write": lambda spool, expect: spool.write("a", "written\n", expect=expect),
    "replace": lambda spool, expect: spool.replace("a", "hand", "machine", expect=expect),
    "patch": lambda spool, expect: spool.patch("a", DIFF, expect=expect),
    "delete": lambda spool, expect: spool.delete("a", expect=expect),
}
AFTER = {"write": b"written\n", "replace": b"by machine\n", "patch": b"patched\n", "delete": None}
each_verb = pytest.mark.parametrize("name", VERBS)


def digest(content: bytes | str) -> str:
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


@each_verb
def test_what_stands_there_as_expected_is_changed(spool: Spool, root: Path, name: str) -> None:
    patch = spool.write("a", "by hand\n")
    assert VERBS[name](spool, patch.sha_after).changed
    assert spool.read("a") == AFTER[name]


@each_verb
@pytest.mark.parametrize("expect", [digest("another"), "absent"])
def test_anything_else_is_refused_with_both_digests(spool: Spool, root: Path, name: str, expect: str) -> None:
    spool.write("a", "by hand\n")
    before = shape(root)
    with pytest.raises(WorkspaceChanged) as caught:
        VERBS[name](spool, expect)
    error = caught.value
    assert (error.path, error.paths, error.found) == ("a", ("a",), digest("by hand\n"))
    assert error.expected == (None if expect == "absent" else expect)
    assert error.hint and error.invocation_id
    assert shape(root) == before
    assert VERBS[name](spool, None).changed


@each_verb
def test_what_is_not_there_was_not_expected(spool: Spool, name: str) -> None:
    with pytest.raises(WorkspaceChanged) as caught:
        VERBS[name](spool, digest("by hand\n"))
    assert (caught.value.expected, caught.value.found) == (digest("by hand\n"), None)


def test_absence_can_be_expected(spool: Spool, root: Path) -> None:
    assert spool.write("a", "new\n", expect="absent").change_type == "created"
    assert spool.delete("b", expect="absent").changed is False
    assert spool.patch("c", create_diff("c", None, "c\n").diff, expect="absent").change_type == "created"
    with pytest.raises(UnknownName):
        spool.replace("d", "x", "y", expect="absent")


def test_a_symlink_is_its_target(spool: Spool) -> None:
    spool.symlink("a", "target")
    with pytest.raises(WorkspaceChanged):
        spool.write("a", "x", expect=digest("other"))
    spool.write("a", "x", expect=digest("target"))


@each_verb
@pytest.mark.parametrize("expect", ["", "Absent", "ab" * 31, "AB" * 32, "ab" * 32 + "\n", b"ab" * 32, 3, True])
def test_what_is_no_digest_is_refused(spool: Spool, name: str, expect: Any) -> None:
    spool.write("a", "by hand\n")
    with pytest.raises(UsageError, match="expect is") as caught:
        VERBS[name](spool, expect)
    assert "64 lower-case" in caught.value.hint
    assert spool.read("a") == b"by hand\n"


def test_inside_a_batch_it_is_what_the_operations_before_made(spool: Spool, root: Path) -> None:
    plan: list[Operation] = [
        Write("a", "1", expect="absent"),
        Replace("a", "1", "2", expect=digest("1")),
        Patch("a", "@@ -1 +1 @@\n-2\n\\ No newline at end of file\n+3\n", expect=digest("2")),
        Delete("a", expect=digest("3\n")),
        Write("a", "4", expect="absent"),
    ]
    spool.batch(plan)
    assert disk(root) == {"a": (b"4", 0o644, "file")}
    with pytest.raises(WorkspaceChanged) as caught:
        spool.batch([Write("a", "5"), Write("b", "b"), Write("a", "6", expect=digest("4"))])
    assert (caught.value.index, caught.value.found) == (2, digest("5"))
    assert disk(root) == {"a": (b"4", 0o644, "file")}


@each_verb
def test_who_names_a_hand_edit_goes_on_over_it_and_nothing_is_lost(spool: Spool, root: Path, name: str) -> None:
    spool.write("a", "ours\n")
    (root / "a").write_text("by hand\n")
    with pytest.raises(WorkspaceChanged):
        VERBS[name](spool, None)
    with pytest.raises(WorkspaceChanged):
        VERBS[name](spool, digest("ours\n"))
    assert (root / "a").read_text() == "by hand\n"
    patch = VERBS[name](spool, digest("by hand\n"))
    assert (spool.read("a"), patch.sha_before) == (AFTER[name], digest("by hand\n"))
    assert spool.journal.blob(digest("by hand\n")).read() == b"by hand\n"
    versions = spool.journal.query("SELECT sha_before, sha_after FROM file_history ORDER BY edit_id")
    assert [(row["sha_before"], row["sha_after"]) for row in versions[1:]] == [
        (digest("ours\n"), digest("by hand\n")),
        (digest("by hand\n"), patch.sha_after),
    ]
    assert spool.status().conflicts == spool.status().edits == ()
    spool.reset()
    assert disk(root) == {}


def test_the_same_of_a_large_hand_edit(spool: Spool, root: Path) -> None:
    spool.write("a", "ours\n")
    large = b"by hand\n" * 400_000
    (root / "a").write_bytes(large)
    spool.write("a", "over it\n", expect=digest(large))
    assert spool.journal.blob(digest(large)).read() == large


def test_what_changes_nothing_leaves_a_hand_edit_one(spool: Spool, root: Path) -> None:
    spool.write("a", "ours\n")
    spool.commit("ours")
    (root / "a").write_text("by hand\n")
    assert spool.replace("a", "nowhere", "x", expect=digest("by hand\n")).replacements == 0
    assert spool.touched_files() == []
    assert [each.path for each in spool.status().edits] == ["a"]
    with pytest.raises(WorkspaceChanged):
        spool.batch([Replace("a", "nowhere", "x", expect=digest("by hand\n")), Replace("a", "hand", "machine")])
    assert value(spool.journal, "SELECT count(*) FROM file_history") == 1


def test_writing_it_as_it_stands_takes_it_over(spool: Spool, root: Path) -> None:
    spool.write("a", "ours\n")
    spool.commit("ours")
    (root / "a").write_text("by hand\n")
    patch = spool.write("a", "by hand\n", expect=digest("by hand\n"))
    assert (patch.sha_before, patch.sha_after) == (digest("ours\n"), digest("by hand\n"))
    assert spool.touched_files() == ["a"]


def test_a_file_that_came_back_by_hand_after_a_delete(spool: Spool, root: Path) -> None:
    spool.write("a", "ours\n")
    spool.commit("ours")
    spool.delete("a")
    (root / "a").write_text("by hand\n")
    with pytest.raises(WorkspaceChanged):
        spool.write("a", "over\n", expect="absent")
    spool.write("a", "over\n", expect=digest("by hand\n"))
    assert spool.journal.blob(digest("by hand\n")).read() == b"by hand\n"
    spool.reset()
    assert spool.read("a") == b"ours\n"


def test_expectations_stand_in_the_audit(spool: Spool) -> None:
    spool.write("a", "x", expect="absent")
    spool.delete("a", expect=digest("x"))
    rows = spool.journal.query("SELECT request ->> 'expect' AS expect FROM audit ORDER BY invocation_id DESC LIMIT 2")
    assert [row["expect"] for row in rows] == [digest("x"), "absent"]
