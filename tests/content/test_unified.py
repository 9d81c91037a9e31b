"""Patches in git's form: `git apply` and GNU patch make exactly the after bytes of them."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from journal.content import diffing
from journal.content import unified as rendering
from journal.content.diffing import Side, compare, exchanged, hunks, preview, unified
from tests.content.applying import (
    NEEDS_GIT,
    NEEDS_PATCH,
    git_apply,
    gnu_patch,
    goes_round,
    look,
    plain,
    put,
    rendered,
)
from tests.content.histories import Pairs, packages, this_checkout, versions
from tests.content.texts import edited, pairs, text

Change = tuple[str, Side, Side]

WAYS = [pytest.param(True, marks=NEEDS_GIT, id="git"), pytest.param(False, marks=NEEDS_PATCH, id="patch")]

HOSTILE = [
    "a b", "a  b ", " a", "tab\there", 'quo"te', "back\\slash", "new\nline", "é", "\udcff\udcfe", "\x01\x7f", "a/b c/d",
    "b/a", "dev/null", "'", "-x", "a\rb", "…/x y\té", "timestamp\t2024-01-01", "a b/b c", "\x0b\x0c\x08\x07",
]  # fmt: skip


def contents(seed: int, count: int) -> list[Change]:
    found = [pair for pair in pairs(seed, count) if pair[0] != pair[1]]
    choose = random.Random(seed)
    for _ in range(count // 20):
        before = text(choose, 400, 26)
        found.append((before, edited(choose, edited(choose, before)) + b"x"))
    return [(f"d{at % 37}/f{at}", plain(before), plain(after)) for at, (before, after) in enumerate(found)]


@pytest.mark.parametrize("git", WAYS)
def test_twenty_thousand_pairs_go_round(tmp_path: Path, git: bool) -> None:
    """A file takes long, so that most of the pairs stand ten to a file, parted by a line."""
    found = [pair for pair in pairs(3, 25_000) if pair[0] != pair[1]]
    assert len(found) >= 20_000
    alone, together = found[:2500], found[2500:]
    for at in range(0, len(together), 10):
        some = together[at : at + 10]
        part = b"\npair %d\n" % at
        alone.append((part.join(before for before, _ in some), part.join(after for _, after in some)))
    goes_round(tmp_path, alone, git=git)


@pytest.mark.parametrize("git", WAYS)
def test_long_pairs_go_round(tmp_path: Path, git: bool) -> None:
    choose = random.Random(12)
    found = []
    for _ in range(150):
        before = after = text(choose, 1500, choose.choice((3, 10, 26)))
        for _ in range(choose.randrange(1, 12)):
            after = edited(choose, after)
        found.append((before, after + b"x"))
    goes_round(tmp_path, found, git=git)


@pytest.mark.parametrize("git", WAYS)
@pytest.mark.parametrize("history", [versions, packages, this_checkout])
def test_files_with_a_history_go_round(tmp_path: Path, history: Callable[[int], Pairs], git: bool) -> None:
    found = history(120)
    if not found:
        pytest.skip("there is no such history here")
    goes_round(tmp_path, found, git=git)


@NEEDS_GIT
@pytest.mark.parametrize("context", [0, 1, 3, 10])
def test_git_goes_there_and_back_by_any_context(tmp_path: Path, context: int) -> None:
    changes = contents(context + 30, 400)
    if context == 0:  # without context git errs where a last line without newline goes, by its own diffs too
        changes = [each for each in changes if each[1].data[-1:] == each[2].data[-1:] == b"\n"]
    for path, before, _ in changes:
        put(tmp_path, path, before)
    patch = b"".join(rendered(path, before, after, context) for path, before, after in changes)
    git_apply(tmp_path, patch, *(["--unidiff-zero"] if context == 0 else []))
    for path, _, after in changes:
        assert look(tmp_path, path) == after
    git_apply(tmp_path, patch, "-R", *(["--unidiff-zero"] if context == 0 else []))
    for path, before, _ in changes:
        assert look(tmp_path, path) == before


@pytest.mark.parametrize("context", [0, 3, 40, 10**6])
def test_of_long_contents_the_same_is_shown(monkeypatch: pytest.MonkeyPatch, context: int) -> None:
    """They are split only where their changes are."""
    choose = random.Random(context)
    sides = []
    for _ in range(80):
        ends = text(choose, 400, 2), text(choose, 400, 5)
        middle = text(choose, 30, 5)
        sides.append((ends[0] + middle + ends[1], ends[0] + edited(choose, middle) + ends[1]))

    def shown() -> list[tuple[object, ...]]:
        made: list[tuple[object, ...]] = []
        for before, after in sides:
            blocks = compare(before, after).blocks
            patch = unified("f", plain(before), plain(after), blocks, context)
            made.append((patch, hunks(before, after, blocks, context), preview(before, after, blocks)))
        return made

    whole = shown()
    monkeypatch.setattr(rendering, "TRIM_ABOVE", -1)
    assert shown() == whole


SIDES = [
    None,
    plain(b""),
    plain(b"text\n"),
    plain(b"other\ntext"),
    Side(b"text\n", 0o755, "file"),
    Side(b"", 0o755, "file"),
    Side(b"target", 0o777, "symlink"),
    Side(b"other/target \xff", 0o777, "symlink"),
]


def ways() -> list[tuple[Side | None, Side | None]]:
    return [(before, after) for before in SIDES for after in SIDES if before != after]


@NEEDS_GIT
def test_git_makes_every_kind_of_file_of_every_other(tmp_path: Path) -> None:
    changes = [(f"f{at}", before, after) for at, (before, after) in enumerate(ways())]
    for path, before, _ in changes:
        put(tmp_path, path, before)
    for path, before, after in changes:
        patch = rendered(path, before, after)
        git_apply(tmp_path, patch)
        assert look(tmp_path, path) == after
        if before is not None and after is not None and before.kind != after.kind:
            continue  # git does not take the two halves the other way round
        git_apply(tmp_path, patch, "-R")
        assert look(tmp_path, path) == before


@NEEDS_GIT
def test_git_takes_hostile_names(tmp_path: Path) -> None:
    for at, path in enumerate(HOSTILE):
        for before, after in ways():
            folder = tmp_path / str(at)
            folder.mkdir(exist_ok=True)
            put(folder, path, before)
            if (
                before is None
                or after is None
                or (before.data, after.data) in {(b"text\n", b"other\ntext"), (b"", b"text\n")}
            ):
                git_apply(folder, rendered(path, before, after))
                assert look(folder, path) == after
            put(folder, path, None)


@NEEDS_GIT
def test_git_renames(tmp_path: Path) -> None:
    text = b"".join(b"%d\n" % at for at in range(20))
    for at, (old, new) in enumerate(zip(HOSTILE, HOSTILE[1:] + HOSTILE[:1], strict=True)):
        folder = tmp_path / str(at)
        folder.mkdir()
        for before, after in (
            (plain(text), plain(text)),
            (plain(text), plain(text + b"more")),
            (plain(text), Side(b"less\n", 0o755, "file")),
            (plain(b""), plain(b"")),
            (plain(b"x"), plain(b"")),
            (Side(b"to", 0o777, "symlink"), Side(b"to", 0o777, "symlink")),
            (plain(text), Side(b"to", 0o777, "symlink")),
        ):
            put(folder, old, before)
            git_apply(folder, rendered(new, before, after, old=old))
            assert look(folder, old) is None
            assert look(folder, new) == after
            put(folder, new, None)


@NEEDS_PATCH
def test_gnu_patch_takes_hostile_names_and_modes(tmp_path: Path) -> None:
    names = [name for name in HOSTILE if not name.endswith(" ")]  # which GNU patch takes for the end of the line
    steps = (
        (None, plain(b"a\nb")),
        (plain(b"a\nb"), plain(b"c\nb")),
        (plain(b"c\nb"), Side(b"c\n", 0o755, "file")),
        (Side(b"c\n", 0o755, "file"), None),
    )
    for before, after in steps:
        gnu_patch(tmp_path, b"".join(rendered(f"{at}/{path}", before, after) for at, path in enumerate(names)))
        for at, path in enumerate(names):
            assert look(tmp_path, f"{at}/{path}") == after, path


def test_the_form() -> None:
    patch = rendered("a b", plain(b"1\n2\n3\n"), Side(b"1\nx\n3", 0o755, "file"))
    assert patch == (
        b"diff --git a/a b b/a b\nold mode 100644\nnew mode 100755\n--- a/a b\t\n+++ b/a b\t\n"
        b"@@ -1,3 +1,3 @@\n 1\n-2\n-3\n+x\n+3\n\\ No newline at end of file\n"
    )
    assert rendered("é", None, plain(b"")) == (
        b'diff --git "a/\\303\\251" "b/\\303\\251"\nnew file mode 100644\nindex 0000000..e69de29\n'
    )
    assert rendered("n", plain(b"x\n"), plain(b"x\n"), old="o") == (
        b"diff --git a/o b/n\nsimilarity index 100%\nrename from o\nrename to n\n"
    )
    assert rendered("n", plain(b"x\ny\nz\n"), plain(b"x\ny\n"), old="o") == (
        b"diff --git a/o b/n\nsimilarity index 66%\nrename from o\nrename to n\n"
        b"--- a/o\n+++ b/n\n@@ -1,3 +1,2 @@\n x\n y\n-z\n"
    )
    assert rendered("l", plain(b"x\n"), Side(b"to", 0o777, "symlink")) == (
        b"diff --git a/l b/l\ndeleted file mode 100644\n--- a/l\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
        b"diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n"
        b"@@ -0,0 +1 @@\n+to\n\\ No newline at end of file\n"
    )


def test_only_what_changed_is_told() -> None:
    assert (
        rendered("f", plain(b"x"), Side(b"x", 0o755, "file"))
        == b"diff --git a/f b/f\nold mode 100644\nnew mode 100755\n"
    )
    assert rendered("f", plain(b"x"), Side(b"x", 0o600, "file")) == b""
    assert rendered("f", plain(b"x"), plain(b"x")) == b""
    assert rendered("f", None, None) == b""


def test_binary_contents_are_not_shown() -> None:
    binary = plain(b"\0")
    made = unified("a b", None, binary, (), 3, binary=True)
    assert made == b"diff --git a/a b b/a b\nnew file mode 100644\nBinary files /dev/null and b/a b differ\n"
    changed = unified("x", binary, plain(b"\1"), (), 3, binary=True)
    assert changed == b"diff --git a/x b/x\nBinary files a/x and b/x differ\n"
    turned = unified("x", binary, Side(b"to", 0o777, "symlink"), (), 3, binary=True)
    assert b"Binary files a/x and /dev/null differ\n" in turned
    assert b"+to\n" in turned


def test_hunks_are_records() -> None:
    before, after = b"".join(b"%d\n" % at for at in range(30)), b"".join(b"%d\n" % at for at in range(29)) + b"29 \xff"
    (hunk,) = hunks(before, after, compare(before, after).blocks, 2)
    assert (hunk.old_start, hunk.old_lines, hunk.new_start, hunk.new_lines) == (28, 3, 28, 3)
    assert hunk.lines == (" 27", " 28", "-29", "+29 \udcff", "\\ No newline at end of file")
    assert hunk.added == ("29 \udcff",)
    assert hunk.removed == ("29",)
    (created,) = hunks(b"", b"a\n", ((0, 0, 0, 1),), 3)
    assert (created.old_start, created.old_lines, created.new_start, created.new_lines) == (0, 0, 1, 1)
    assert hunks(b"a", b"a", (), 3) == ()


def test_hunks_meet_when_their_context_does() -> None:
    lines = [b"%d\n" % at for at in range(40)]
    for gap, count in ((6, 1), (7, 2)):
        changed = list(lines)
        changed[10] = changed[11 + gap] = b"x\n"
        before, after = b"".join(lines), b"".join(changed)
        assert len(hunks(before, after, diffing.compare(before, after).blocks, 3)) == count


def test_what_takes_the_place_of_something_else_is_a_deletion_and_a_creation() -> None:
    gone, made = exchanged(b"one\ntwo\n", b"three")
    assert (gone.old_start, gone.old_lines, gone.new_start, gone.new_lines) == (1, 2, 0, 0)
    assert gone.lines == ("-one", "-two")
    assert (made.old_start, made.old_lines, made.new_start, made.new_lines) == (0, 0, 1, 1)
    assert made.lines == ("+three", "\\ No newline at end of file")
    assert exchanged(b"", b"") == ()
