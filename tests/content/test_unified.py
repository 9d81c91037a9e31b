"""Patches in git's form: `git apply` and GNU patch make exactly the after bytes of them."""

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from journal.content import diffing
from journal.content.diffing import Side, compare, hunks, unified
from tests.content.texts import edited, pairs, text

NEEDS_GIT = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
NEEDS_PATCH = pytest.mark.skipif(shutil.which("patch") is None, reason="needs GNU patch")

HOSTILE = [
    "a b", "a  b ", " a", "tab\there", 'quo"te', "back\\slash", "new\nline", "é", "\udcff\udcfe", "\x01\x7f", "a/b c/d",
    "b/a", "dev/null", "'", "-x", "a\rb", "…/x y\té", "timestamp\t2024-01-01", "a b/b c", "\x0b\x0c\x08\x07",
]  # fmt: skip


def put(folder: Path, path: str, side: Side | None) -> None:
    place = folder / path
    if place.is_symlink() or place.exists():
        place.unlink()
    if side is None:
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    if side.kind == "symlink":
        os.symlink(os.fsdecode(side.data), place)
    else:
        place.write_bytes(side.data)
        place.chmod(side.mode)


def look(folder: Path, path: str) -> Side | None:
    place = folder / path
    if place.is_symlink():
        return Side(os.fsencode(os.readlink(place)), 0o777, "symlink")
    if not place.exists():
        return None
    return Side(place.read_bytes(), 0o755 if place.stat().st_mode & 0o100 else 0o644, "file")


def git_apply(folder: Path, patch: bytes, *options: str) -> None:
    environment = os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    if not (folder / ".git").exists():
        subprocess.run(["git", "init", "-q", "."], cwd=folder, env=environment, check=True)
    command = ["git", "apply", "--whitespace=nowarn", *options, "-"]
    run = subprocess.run(command, cwd=folder, input=patch, capture_output=True, env=environment, check=False)
    assert run.returncode == 0, run.stderr.decode(errors="replace")[-2000:]


def gnu_patch(folder: Path, patch: bytes) -> None:
    command = ["patch", "-p1", "--binary", "-s", "-F0", "--no-backup-if-mismatch"]
    run = subprocess.run(command, cwd=folder, input=patch, capture_output=True, check=False)
    assert run.returncode == 0, run.stdout.decode(errors="replace")[-2000:]


def rendered(path: str, before: Side | None, after: Side | None, context: int = 3, old: str | None = None) -> bytes:
    found = compare(before.data if before else b"", after.data if after else b"")
    return unified(path, before, after, found.blocks, context, renamed_from=old)


def plain(data: bytes) -> Side:
    return Side(data, 0o644, "file")


def contents(seed: int, count: int) -> list[tuple[str, Side, Side]]:
    found = [pair for pair in pairs(seed, count) if pair[0] != pair[1]]
    choose = random.Random(seed)
    for _ in range(count // 20):
        before = text(choose, 400, 26)
        found.append((before, edited(choose, edited(choose, before)) + b"x"))
    return [(f"d{at % 37}/f{at}", plain(before), plain(after)) for at, (before, after) in enumerate(found)]


@NEEDS_GIT
@pytest.mark.parametrize("context", [3, 0, 1, 10])
def test_git_makes_the_after_bytes(tmp_path: Path, context: int) -> None:
    changes = contents(context, 2400 if context == 3 else 400)
    assert context != 3 or len(changes) >= 2000
    for path, before, _ in changes:
        put(tmp_path, path, before)
    patch = b"".join(rendered(path, before, after, context) for path, before, after in changes)
    git_apply(tmp_path, patch, *(["--unidiff-zero"] if context == 0 else []))
    for path, _, after in changes:
        assert look(tmp_path, path) == after
    git_apply(tmp_path, patch, "-R", *(["--unidiff-zero"] if context == 0 else []))
    for path, before, _ in changes:
        assert look(tmp_path, path) == before


@NEEDS_PATCH
def test_gnu_patch_makes_the_after_bytes(tmp_path: Path) -> None:
    changes = contents(21, 2400)
    for path, before, _ in changes:
        put(tmp_path, path, before)
    gnu_patch(tmp_path, b"".join(rendered(*change) for change in changes))
    for path, _, after in changes:
        assert look(tmp_path, path) == after


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
def test_gnu_patch_takes_names_with_blanks_and_modes(tmp_path: Path) -> None:
    for at, path in enumerate(["a b", "c/d e.txt", "é", 'quo"te', "tab\there"]):
        folder = tmp_path / str(at)
        folder.mkdir()
        for before, after in (
            (None, plain(b"a\nb")),
            (plain(b"a\nb"), plain(b"c\nb")),
            (plain(b"c\nb"), Side(b"c\n", 0o755, "file")),
            (Side(b"c\n", 0o755, "file"), None),
        ):
            gnu_patch(folder, rendered(path, before, after))
            assert look(folder, path) == after


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
