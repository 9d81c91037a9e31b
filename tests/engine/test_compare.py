"""What is staged as patches: the sum of all acts on a path, by path bytes, below some paths."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from journal import Delete, PathRefused, Spool, UsageError, ValidationContext, Write
from journal.limits import DIFF_TEXT_MAX
from tests.engine.clerk import Patches
from tests.engine.looking import disk, value
from tests.engine.renaming import TEXT, committed, edited, git, told

CROSSED = [("a.txt", "renamed", "a.py"), ("b.py", "renamed", "src.txt")]
PYTHON = [("a.py", "deleted", None), ("b.py", "created", None)]


def test_a_diff_is_the_sum_of_all_acts(spool: Spool) -> None:
    spool.write("a", "one\n")
    spool.commit("a")
    spool.write("a", "two\n")
    spool.replace("a", "two", "three")
    spool.chmod("a", 0o755)
    (patch,) = spool.diff()
    assert (patch.path, patch.change_type, patch.mode_before, patch.mode_after) == ("a", "modified", 0o644, 0o755)
    assert (patch.additions, patch.deletions) == (1, 1)
    assert patch.diff == (
        "diff --git a/a b/a\nold mode 100644\nnew mode 100755\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-one\n+three\n"
    )
    spool.write("a", "one\n", mode=0o644)
    assert spool.diff() == []


def test_patches_come_by_path_bytes(spool: Spool) -> None:
    paths = ["ü", "b/c", "b", "a", "b-c", "\udcff", "Z", "\U0001f600"]
    for path in (path for path in paths if path != "b"):
        spool.write(path, "x")
    found = [patch.path for patch in spool.diff()]
    assert found == sorted(found, key=lambda path: path.encode("utf-8", "surrogateescape"))
    assert found == spool.touched_files()
    assert found == ["Z", "a", "b-c", "b/c", "ü", "\U0001f600", "\udcff"]


def test_a_move_is_told_once(spool: Spool) -> None:
    spool.write("a", "x\n")
    spool.commit("a")
    patch = spool.move("a", "b")
    assert (patch.change_type, patch.renamed_from) == ("renamed", "a")
    (told,) = spool.diff()
    assert (told.path, told.renamed_from, told.change_type) == ("b", "a", "renamed")
    assert [(entry.path, entry.change_type) for entry in spool.status().staged] == [("a", "deleted"), ("b", "created")]


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (None, ["a", "b/c", "b/d", "e"]),
        ("a", ["a"]),
        ("b", ["b/c", "b/d"]),
        (["b/c", "e"], ["b/c", "e"]),
        (iter(["b/c", "e"]), ["b/c", "e"]),
        ("?", ["a", "e"]),
        ("b/*", ["b/c", "b/d"]),
        ([], []),
        ("abc", []),
        (Path("b/c"), ["b/c"]),
    ],
)
def test_paths_choose_what_is_shown(spool: Spool, paths: Any, expected: list[str]) -> None:
    for path in ("a", "b/c", "b/d", "e"):
        spool.write(path, "x")
    assert [patch.path for patch in spool.diff(paths)] == expected


@pytest.mark.parametrize(("paths", "kind"), [("../a", PathRefused), (5, UsageError), ([b"a"], UsageError)])
def test_paths_of_no_use_are_refused(spool: Spool, paths: Any, kind: type[UsageError]) -> None:
    with pytest.raises(kind):
        spool.diff(paths)


def test_lines_are_compared_once(spool: Spool) -> None:
    spool.write("a", "one\n")
    spool.commit("a")
    spool.write("a", "two\n")
    first = spool.diff()
    assert value(spool.journal, "SELECT count(*) FROM patch WHERE before_id > 0") == 1
    assert [patch.additions for patch in first] == [patch.additions for patch in spool.diff()] == [1]
    assert value(spool.journal, "SELECT count(*) FROM patch WHERE before_id > 0") == 1


def test_binary_and_large_contents_are_told_by_their_sizes(spool: Spool) -> None:
    spool.write("binary", b"a\0b")
    spool.write("large", b"line\n" * (DIFF_TEXT_MAX // 5 + 1))
    binary, large = spool.diff()
    assert (binary.is_binary, binary.too_large, binary.additions, binary.hunks) == (True, False, 0, ())
    assert (large.is_binary, large.too_large, large.additions, large.hunks) == (False, True, 0, ())
    assert (binary.size_after, large.size_after) == (3, DIFF_TEXT_MAX // 5 * 5 + 5)


def test_git_makes_the_staged_files_of_the_diffs(spool: Spool, root: Path, tmp_path: Path) -> None:
    spool.write("a", "one\ntwo")
    spool.write("with blank", "x\n")
    spool.write("gone", "x\n")
    spool.commit("head")
    other = tmp_path / "other"
    other.mkdir()
    for path, (data, _, _) in disk(root).items():
        (other / path).write_bytes(data)
    spool.write("a", b"one\r\n\xff\n")
    spool.write("with blank", "x\ny", mode=0o755)
    spool.delete("gone")
    spool.write("deep/ü", "new\n")
    spool.symlink("link", "a")
    spool.write("empty", "")
    text = b"".join(patch.diff_bytes for patch in spool.diff())
    subprocess.run(["git", "apply", "-"], cwd=other, input=text, check=True)
    assert disk(other) == disk(root)


def crossed(spool: Spool) -> None:
    """Two alike files, each renamed to the ending the other had."""
    committed(spool, **{"a.py": TEXT, "src.txt": edited(1)})
    spool.batch([Delete("a.py"), Delete("src.txt"), Write("a.txt", TEXT), Write("b.py", edited(1))])


def test_a_part_of_the_stage_is_told_by_itself(spool: Spool, root: Path, tmp_path: Path) -> None:
    committed(spool, old=TEXT)
    spool.journal.checkout("main", tmp_path / "other")
    spool.batch([Delete("old"), Write("new", edited(1))])
    assert told(spool.diff("old")) == [("old", "deleted", None)]
    assert told(spool.diff("new")) == [("new", "created", None)]
    git(tmp_path / "other", spool.diff("new")[0].diff_bytes)
    assert disk(tmp_path / "other").keys() == {"old", "new"}


def test_what_is_shown_of_the_stage_is_paired_as_in_the_whole(spool: Spool) -> None:
    crossed(spool)
    assert told(spool.diff()) == CROSSED
    assert told(spool.diff("*.py")) == PYTHON
    assert told(spool.diff(["a.py", "a.txt"])) == CROSSED[:1]
    assert told(spool.diff(["a.py", "a.txt", "b.py"])) == [CROSSED[0], PYTHON[1]]


def test_a_validator_sees_its_part_paired_as_in_the_whole(spool: Spool) -> None:
    clerks = {paths: Told() for paths in ("*.py", "a.*", "*")}
    for paths, clerk in clerks.items():
        spool.register_validator(clerk, name=paths, paths=paths)
    crossed(spool)
    spool.validate()
    assert [clerk.last for clerk in clerks.values()] == [PYTHON, CROSSED[:1], CROSSED]


class Told:
    """A validator that agrees, and keeps what it was shown last."""

    def __init__(self) -> None:
        self.last: list[tuple[str, str, str | None]] = []

    def __call__(self, patches: Patches, context: ValidationContext) -> None:
        self.last = told(patches)


def test_two_commits_are_compared_as_a_whole_whatever_is_shown(spool: Spool) -> None:
    crossed(spool)
    crossing = spool.commit("crossed")
    assert crossing is not None
    assert told(spool.journal.diff(crossing.parent_id, "main")) == CROSSED
    assert told(spool.journal.diff(crossing.parent_id, "main", "*.py")) == PYTHON
    assert told(spool.journal.diff(crossing.parent_id, "main", ["src.txt", "b.py"])) == CROSSED[1:]
