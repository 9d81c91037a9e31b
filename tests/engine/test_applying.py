"""A diff over many files: what git makes of it, all of it or nothing, and a dry run that touches nothing."""

import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from journal import (
    Closed,
    InvalidPatch,
    PatchConflict,
    PathRefused,
    Spool,
    UnknownName,
    UsageError,
    WorkspaceChanged,
    Write,
    create_diff,
)
from tests.content.texts import edited, text
from tests.engine.looking import acts, counts, disk, shape, value

NEEDS_GIT = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
GIT = os.environ | {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}
TEXT = "".join(f"line {number}\n" for number in range(1, 31))
ONE, TWO_OTHER = (b"".join(b"%b %d\n" % (word, n * n) for n in range(90)) for word in (b"one", b"another word"))


def git(folder: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    done = subprocess.run(["git", *arguments], cwd=folder, env=GIT, input=stdin, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout


def fill(folder: Path, files: dict[str, tuple[bytes, int | None]]) -> None:
    """Writes files; a mode of None is a symlink."""
    for name, (content, mode) in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if mode is None:
            place.symlink_to(os.fsdecode(content))
        else:
            place.write_bytes(content)
            place.chmod(mode)


def clear(folder: Path) -> None:
    for each in folder.iterdir():
        if each.name in (".git", ".spool"):
            continue
        shutil.rmtree(each) if each.is_dir() and not each.is_symlink() else each.unlink()


def diff_of(
    folder: Path, before: dict[str, tuple[bytes, int | None]], after: dict[str, tuple[bytes, int | None]], *how: str
) -> bytes:
    """What `git diff` says of two trees, in a repository of its own."""
    folder.mkdir()
    git(folder, "init", "-q", ".")
    fill(folder, before)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "before", "--allow-empty")
    clear(folder)
    fill(folder, after)
    git(folder, "add", "-A")
    return git(folder, "diff", "--cached", *how, "HEAD")


BEFORE: dict[str, tuple[bytes, int | None]] = {
    "kept.txt": (b"kept\n", 0o644),
    "edited.txt": (TEXT.encode(), 0o644),
    "no newline": (b"a\nb", 0o644),
    "crlf": (b"a\r\nb\r\nc\r\n", 0o644),
    "latin": (b"caf\xe9\nna\xefve\n", 0o644),
    "gone": (b"gone\n", 0o755),
    "gone empty": (b"", 0o644),
    "run.sh": (b"#!/bin/sh\n", 0o644),
    "was/moved.txt": (TEXT.encode(), 0o644),
    "was/moved and edited.txt": (TEXT.replace("line", "row").encode(), 0o644),
    "src/origin": (TEXT.replace("line", "col").encode(), 0o755),
    "link": (b"kept.txt", None),
    "link gone": (b"nowhere", None),
    "was/link": (b"a target of its own", None),
    "was/other link": (b"../another target\nof two lines\nand a third one", None),
    "file to link": (b"content\n", 0o644),
    "link to file": (b"kept.txt", None),
    'quo"ted\tné\\.txt': (b"1\n2\n3\n", 0o644),
}
AFTER: dict[str, tuple[bytes, int | None]] = {
    "kept.txt": (b"kept\n", 0o644),
    "edited.txt": (TEXT.replace("line 3\n", "zeile 3\n").replace("line 20\n", "").encode() + b"more", 0o644),
    "no newline": (b"a\nb\n", 0o644),
    "crlf": (b"a\r\nB\r\nc\r\nd", 0o644),
    "latin": (b"caf\xe9s\nna\xefve\n", 0o644),
    "run.sh": (b"#!/bin/sh\necho\n", 0o755),
    "is/moved.txt": (TEXT.encode(), 0o644),
    "is/moved and edited.txt": (TEXT.replace("line", "row").replace("row 9\n", "nine\n").encode(), 0o755),
    "src/origin": (TEXT.replace("line", "col").encode() + b"origin\n", 0o755),
    "src/copy": (TEXT.replace("line", "col").encode() + b"copy\n", 0o755),
    "src/copied whole": (TEXT.replace("line", "col").encode(), 0o755),
    "link": (b"edited.txt", None),
    "link new": (b"../out", None),
    "is/link": (b"a target of its own", None),
    "is/other link": (b"../another target\nof two lines\nand a third", None),
    "file to link": (b"kept.txt", None),
    "link to file": (b"content\n", 0o755),
    'quo"ted\tné\\.txt': (b"1\nzwei\n3\n", 0o644),
    'new "é"/a b.txt': (b"new", 0o755),
    "new empty": (b"", 0o755),
    "\udcff": (b"undecodable\n", 0o644),
}
WAYS = [
    ("-M",),
    ("-M", "-C", "--find-copies-harder"),
    ("--no-renames",),
    ("-M", "-U0"),
    ("-M", "--no-prefix"),
    ("-M", "--src-prefix=left/", "--dst-prefix=right/"),
    ("-M", "-U20"),
]


@NEEDS_GIT
@pytest.mark.parametrize("how", WAYS, ids=" ".join)
def test_it_makes_of_a_diff_what_git_makes_of_it(
    spool: Spool, root: Path, tmp_path: Path, how: tuple[str, ...]
) -> None:
    diff = diff_of(tmp_path / "repo", BEFORE, AFTER, *how)
    fill(root, BEFORE)
    patches = spool.apply(diff)
    fill(tmp_path / "expected", AFTER)
    assert disk(root) == disk(tmp_path / "expected")
    if "--no-prefix" not in how:
        fill(tmp_path / "by git", BEFORE)
        git(tmp_path / "by git", "init", "-q", ".")
        git(tmp_path / "by git", "apply", *(["--unidiff-zero"] if "-U0" in how else []), "-", stdin=diff)
        shutil.rmtree(tmp_path / "by git/.git")
        assert disk(root) == disk(tmp_path / "by git")
    assert all(patch.changed and patch.invocation_id == patches[0].invocation_id for patch in patches)
    assert acts(spool.journal)[-1][0] == "apply"
    spool.reset()
    fill(tmp_path / "was", BEFORE)
    assert disk(root) == disk(tmp_path / "was")


@NEEDS_GIT
@pytest.mark.parametrize("seed", range(8))
def test_random_trees_go_the_way_that_git_says(spool: Spool, root: Path, tmp_path: Path, seed: int) -> None:
    choose = random.Random(seed)
    before: dict[str, tuple[bytes, int | None]] = {}
    after: dict[str, tuple[bytes, int | None]] = {}
    for number in range(12):
        content = text(choose, 40, 20).replace(b"\0", b"0")
        if choose.random() < 0.8:
            before[f"d{number % 3}/f{number}"] = (content, choose.choice([0o644, 0o755]))
        if choose.random() < 0.8:
            place = f"d{number % 3}/f{number}" if choose.random() < 0.6 else f"e/g{number}"
            after[place] = (edited(choose, content).replace(b"\0", b"0"), choose.choice([0o644, 0o755]))
    diff = diff_of(tmp_path / "repo", before, after, *choose.choice(WAYS))
    fill(root, before)
    spool.apply(diff)
    fill(tmp_path / "expected", after)
    assert disk(root) == disk(tmp_path / "expected")


@NEEDS_GIT
def test_files_that_change_places_are_meant_as_they_were(spool: Spool, root: Path, tmp_path: Path) -> None:
    one, two = ONE, TWO_OTHER
    before: dict[str, tuple[bytes, int | None]] = {"a": (one, 0o644), "b": (two, 0o755), "c": (b"c\n", 0o644)}
    after: dict[str, tuple[bytes, int | None]] = {
        "a": (two, 0o755),
        "b": (one + b"more\n", 0o644),
        "c": (b"c\n", 0o644),
    }
    diff = diff_of(tmp_path / "repo", before, after, "-B", "-M")
    assert diff.count(b"rename from") == 2
    fill(root, before)
    patches = spool.apply(diff)
    assert {path: found[0] for path, found in disk(root).items()} == {"a": two, "b": one + b"more\n", "c": b"c\n"}
    assert {patch.path: patch.renamed_from for patch in patches} == {"a": "b", "b": "a"}
    assert spool.journal.verify().ok
    spool.reset()
    assert disk(root)["a"][0] == one


@NEEDS_GIT
def test_a_new_file_takes_the_place_of_one_that_is_moved_away(spool: Spool, root: Path, tmp_path: Path) -> None:
    one, new = ONE, TWO_OTHER
    diff = diff_of(tmp_path / "repo", {"a": (one, 0o644)}, {"a": (new, 0o644), "b": (one, 0o644)}, "-B", "-M")
    assert b"rename from a" in diff or b"copy from a" in diff
    fill(root, {"a": (one, 0o644)})
    spool.apply(diff)
    assert {path: found[0] for path, found in disk(root).items()} == {"a": new, "b": one}


def test_a_series_of_patches_is_applied_one_after_the_other(spool: Spool, root: Path) -> None:
    spool.write("a", "1\n2\n3\n")
    series = (
        create_diff("a", "1\n2\n3\n", "one\n2\n3\n").diff
        + create_diff("n", None, "n\n").diff
        + create_diff("a", "one\n2\n3\n", "one\n2\nthree\n").diff
        + "diff --git a/a b/b\nrename from a\nrename to b\n"
        + create_diff("b", "one\n2\nthree\n", "one\nthree\n").diff
        + create_diff("n", "n\n", None).diff
    )
    patches = spool.apply(series)
    assert disk(root) == {"b": (b"one\nthree\n", 0o644, "file")}
    (patch,) = [patch for patch in patches if patch.path == "b"]
    assert (patch.renamed_from, patch.change_type, len(patch.report)) == ("a", "renamed", 3)
    assert patch.hunks[0].removed == ("1", "2", "3")
    assert [each.path for each in patches if each.changed] == ["b"]


def test_a_renamed_file_keeps_its_inode(spool: Spool, root: Path) -> None:
    (root / "a").write_text("x\n")
    before = os.lstat(root / "a").st_ino
    (patch,) = spool.apply("diff --git a/a b/deep/b\nsimilarity index 100%\nrename from a\nrename to deep/b\n")
    assert os.lstat(root / "deep/b").st_ino == before
    assert (patch.path, patch.renamed_from, patch.sha_before) == ("deep/b", "a", patch.sha_after)


@pytest.mark.parametrize(
    ("bits", "asked", "become"),
    [(0o600, "100755", 0o700), (0o664, "100755", 0o775), (0o755, "100644", 0o644), (0o700, "100755", 0o700)],
)
def test_a_mode_is_the_bit_that_git_knows(spool: Spool, root: Path, bits: int, asked: str, become: int) -> None:
    spool.write("a", "x", mode=bits)
    other = "100644" if asked == "100755" else "100755"
    spool.apply(f"diff --git a/a b/a\nold mode {other}\nnew mode {asked}\n")
    assert disk(root)["a"][1] == become


def test_a_mode_beside_the_digests_asks_for_nothing(spool: Spool, root: Path) -> None:
    spool.write("a", "x\n", mode=0o755)
    spool.apply("diff --git a/a b/a\nindex 587be6b..975fbec 100644\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\n+y\n")
    assert disk(root) == {"a": (b"y\n", 0o755, "file")}


TWO = create_diff("a", "1\n", "one\n").diff + create_diff("b", "2\n", "two\n").diff
REFUSED = [
    (TWO, PatchConflict),
    (create_diff("a", "1\n", "one\n").diff + create_diff("none", "2\n", "two\n").diff, UnknownName),
    (create_diff("a", "1\n", "one\n").diff + create_diff("b", None, "two\n").diff, PatchConflict),
    (create_diff("a", "1\n", "one\n").diff + "--- a/../x\n+++ b/../x\n@@ -1 +1 @@\n-1\n+2\n", PathRefused),
    (create_diff("a", "1\n", "one\n").diff + "--- a/.git/x\n+++ b/.git/x\n@@ -1 +1 @@\n-1\n+2\n", PathRefused),
    (create_diff("a", "1\n", "one\n").diff + "--- /dev/null\n+++ b/a/below\n@@ -0,0 +1 @@\n+2\n", PathRefused),
    (create_diff("a", "1\n", "one\n").diff + "words\n", PatchConflict),
    ("diff --git a/a b/b\nrename from a\nrename to b\n", WorkspaceChanged),
    ("diff --git a/a b/b\ncopy from a\ncopy to b\n", WorkspaceChanged),
    ("diff --git a/link b/link\nindex 1..2 100644\n--- a/link\n+++ b/link\n@@ -1 +1 @@\n-a\n+b\n", PatchConflict),
    ("--- a/link\n+++ b/link\n@@ -1 +1 @@\n-a\n+b\n", PatchConflict),
    ("diff --git a/a b/a\nold mode 100644\nnew mode 120000\n", InvalidPatch),
    ("diff --git a/a b/a\nindex 1..2 100644\nBinary files a/a and b/a differ\n", InvalidPatch),
    ("@@ -1 +1 @@\n-1\n+one\n", InvalidPatch),
    ("", InvalidPatch),
    ("words\n", InvalidPatch),
    ("*** Begin Patch\n*** Add File: n\n+1\n*** Update File: none\n-1\n+2\n*** End Patch\n", UnknownName),
    ("*** Begin Patch\n*** Add File: b\n+1\n*** End Patch\n", PatchConflict),
    ("*** Begin Patch\n*** Delete File: b\n*** Add File: ../n\n+1\n*** End Patch\n", PathRefused),
    ("<<<<<<< SEARCH\n1\n=======\none\n>>>>>>> REPLACE\n", InvalidPatch),
    ("b\n<<<<<<< SEARCH\n=======\none\n>>>>>>> REPLACE\n", InvalidPatch),
    ("File: b\n<<<<<<< SEARCH\n=======\none\n>>>>>>> REPLACE\n", PatchConflict),
]


@pytest.mark.parametrize(
    ("diff", "kind"), REFUSED, ids=[f"{kind.__name__} {at}" for at, (_, kind) in enumerate(REFUSED)]
)
@pytest.mark.parametrize("dry_run", [False, True])
def test_it_is_all_or_nothing(spool: Spool, root: Path, diff: str, kind: type[Exception], dry_run: bool) -> None:
    fill(root, {"a": (b"1\n", 0o644), "b": (b"other\n", 0o644), "link": (b"a", None)})
    before = shape(root)
    with pytest.raises(kind) as caught:
        spool.apply(diff, dry_run=dry_run)
    assert type(caught.value) is kind
    assert caught.value.hint  # type: ignore[attr-defined]
    assert shape(root) == before
    assert spool.touched_files() == []
    spool.write("after", "it is usable")


def test_a_conflict_tells_the_path_and_its_hunks(spool: Spool, root: Path) -> None:
    fill(root, {"a": (b"1\n", 0o644), "b": (b"other\n", 0o644)})
    with pytest.raises(PatchConflict) as caught:
        spool.apply(TWO)
    assert (caught.value.path, [each.status for each in caught.value.report]) == ("b", ["refused"])
    row = spool.journal.query("SELECT state, error FROM audit ORDER BY invocation_id DESC LIMIT 1")[0]
    assert row == {"state": "failed", "error": str(caught.value)}
    assert caught.value.invocation_id is not None


def test_a_path_that_is_refused_is_denied_in_the_audit(spool: Spool) -> None:
    with pytest.raises(PathRefused):
        spool.apply("--- a/../x\n+++ b/../x\n@@ -1 +1 @@\n-1\n+2\n")
    assert acts(spool.journal)[-1] == ("apply", "denied")


def test_a_hand_edit_is_not_written_over(spool: Spool, root: Path) -> None:
    spool.write("a", "1\n")
    (root / "a").write_text("1\nby hand\n")
    with pytest.raises(WorkspaceChanged):
        spool.apply(create_diff("a", "1\nby hand\n", "one\nby hand\n").diff)
    assert (root / "a").read_text() == "1\nby hand\n"


def test_a_dry_run_tells_all_and_touches_nothing(spool: Spool, root: Path) -> None:
    fill(root, {"a": (b"1\n2\n3\n", 0o600), "m": (b"m\n", 0o644), "gone": (b"x\n", 0o644), "link": (b"a", None)})
    diff = (
        create_diff("a", "1\n2\n3\n", "1\nzwei\n3\n").diff
        + create_diff("new/é", None, "new\n").diff
        + create_diff("gone", "x\n", None).diff
        + "diff --git a/m b/n\nrename from m\nrename to n\n"
        + "diff --git a/link b/link\nindex 1..2 120000\n--- a/link\n+++ b/link\n@@ -1 +1 @@\n-a\n"
        + "\\ No newline at end of file\n+n\n\\ No newline at end of file\n"
    )
    before, rows = shape(root), counts(spool.journal)
    foreseen = spool.apply(diff, dry_run=True)
    assert shape(root) == before
    assert counts(spool.journal) == rows
    assert os.listdir(root / ".spool/tmp") == []
    done = spool.apply(diff)
    assert [each.to_dict() | {"invocation_id": None} for each in done] == [each.to_dict() for each in foreseen]
    assert [each.change_type for each in done] == ["modified", "created", "deleted", "renamed", "modified"]
    assert done[0].report[0].status == "applied"
    spool.close()
    assert foreseen[0].diff.endswith("@@ -1,3 +1,3 @@\n 1\n-2\n+zwei\n 3\n")
    with pytest.raises(Closed):
        spool.apply(diff, dry_run=True)


def test_a_large_file_is_moved_without_being_read(spool: Spool, root: Path) -> None:
    (root / "big").write_bytes(bytes(70 << 20))
    (patch,) = spool.apply("diff --git a/big b/moved\nrename from big\nrename to moved\n", dry_run=True)
    assert (patch.renamed_from, patch.diff.count("rename")) == ("big", 2)
    spool.apply("diff --git a/big b/moved\nrename from big\nrename to moved\n")
    assert (root / "moved").stat().st_size == 70 << 20


def test_its_own_diff_is_taken_back_and_put_again(spool: Spool, root: Path) -> None:
    spool.write("a", "1\n2\n")
    spool.write("b", "b\n", mode=0o755)
    spool.symlink("link", "a")
    spool.commit("first")
    spool.write("a", "1\nzwei\n")
    spool.delete("b")
    spool.symlink("c", "a")
    spool.symlink("link", "b")
    diff = b"".join(patch.diff_bytes for patch in spool.diff())
    after = disk(root)
    spool.reset()
    spool.apply(diff)
    assert disk(root) == after
    assert value(spool.journal, "SELECT count(*) FROM audit WHERE name = 'apply' AND state = 'failed'") == 0


def test_arguments_of_no_use_are_refused(spool: Spool) -> None:
    with pytest.raises(UsageError):
        spool.apply(3)  # type: ignore[arg-type]
    with pytest.raises(UsageError):
        spool.apply(TWO, tolerance="lenient")  # type: ignore[arg-type]


def test_a_content_may_come_from_a_dry_run_and_not_from_a_verb(spool: Spool, root: Path) -> None:
    def foreseen() -> Iterator[bytes]:
        yield from (patch.diff_bytes for patch in spool.apply(TWO, dry_run=True))

    def done() -> Iterator[bytes]:
        yield from (patch.diff_bytes for patch in spool.apply(TWO))

    spool.batch([Write("a", "1\n"), Write("b", "2\n")])
    spool.write("x", foreseen())
    assert (root / "x").read_text() == TWO
    with pytest.raises(UsageError, match="within another verb"):
        spool.write("x", done())
    assert (root / "a").read_text() == "1\n"
