"""Renames: what a verb moved, equal contents, similar ones; how they are told, and that nothing else breaks by them."""

import itertools
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from journal import Delete, Move, Spool, Symlink, Write
from journal.engine import reading, renames
from tests.engine.looking import disk, rescued
from tests.engine.renaming import LINES, TEXT, committed, edited, git, gnu_patch, told, two_commits


def renamed(spool: Spool) -> dict[str, str]:
    return {patch.path: patch.renamed_from for patch in spool.diff() if patch.renamed_from}


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The names of contents that are read to be compared."""
    found: list[bytes] = []
    original = reading.Reading.text

    def text(self: reading.Reading, state: Any) -> bytes:
        found.append(state.sha256)
        return original(self, state)

    monkeypatch.setattr(reading.Reading, "text", text)
    return found


# ---- what is a rename


def test_a_file_that_went_and_one_that_came_with_its_content(spool: Spool) -> None:
    committed(spool, old=TEXT)
    spool.batch([Delete("old"), Write("new", TEXT)])
    (patch,) = spool.diff()
    assert (patch.path, patch.change_type, patch.renamed_from, patch.changed) == ("new", "renamed", "old", True)
    assert patch.sha_before == patch.sha_after is not None
    assert (patch.additions, patch.deletions, patch.hunks, patch.preview) == (0, 0, (), "")
    assert patch.diff == "diff --git a/old b/new\nsimilarity index 100%\nrename from old\nrename to new\n"


def test_a_file_that_shares_half_of_the_larger_content(spool: Spool) -> None:
    committed(spool, old=TEXT, far="".join(reversed(LINES)))
    spool.batch([Delete("old"), Write("new", edited(*range(10))), Delete("far")])
    assert told(spool.diff()) in (
        [("far", "deleted", None), ("new", "renamed", "old")],
        [("new", "renamed", "far"), ("old", "deleted", None)],
    )
    spool.write("new", edited(*range(13)))
    assert told(spool.diff()) == [("far", "deleted", None), ("new", "created", None), ("old", "deleted", None)]


def test_only_changed_lines_of_a_renamed_file_count(spool: Spool) -> None:
    committed(spool, old=TEXT)
    spool.batch([Delete("old"), Write("new", edited(3, 4), mode=0o755)])
    (patch,) = spool.diff()
    assert (patch.renamed_from, patch.additions, patch.deletions) == ("old", 2, 2)
    assert patch.diff.startswith(
        "diff --git a/old b/new\nold mode 100644\nnew mode 100755\nsimilarity index 90%\nrename from old\n"
        "rename to new\n--- a/old\n+++ b/new\n@@ -1,8 +1,8 @@\n"
    )
    commit = spool.commit("moved")
    assert commit is not None
    assert (commit.files, commit.additions, commit.deletions) == (2, 2, 2)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([Write("old", "")], [Delete("old"), Write("new", "")]),
        ([Symlink("old", "x")], [Delete("old"), Write("new", "x")]),
        ([Symlink("old", "there/it/is")], [Delete("old"), Symlink("new", "there/it/was")]),
        ([Write("old", TEXT)], [Write("new", TEXT)]),
        ([Write("old", TEXT), Write("new", "x")], [Delete("old"), Write("new", TEXT)]),
        ([Write("old", TEXT)], [Delete("old"), Write("new", TEXT.encode() + b"\0")]),
    ],
    ids=["empty", "another kind", "another target", "a copy", "over a file", "text and binary"],
)
def test_what_is_no_rename(spool: Spool, before: list[Any], after: list[Any]) -> None:
    spool.batch(before)
    spool.commit("head")
    spool.batch(after)
    assert renamed(spool) == {}
    assert [patch.path for patch in spool.diff()] == spool.touched_files()


def test_a_symlink_with_the_same_target(spool: Spool) -> None:
    spool.symlink("old", "target")
    spool.commit("head")
    spool.batch([Delete("old"), Symlink("new", "target"), Write("other", "target")])
    assert renamed(spool) == {"new": "old"}


def test_among_equal_contents_the_names_decide(spool: Spool) -> None:
    committed(spool, a__x="same\n", b__x="same\n", a__y="same\n", c="same\n")
    spool.batch([Delete(path) for path in ("a/x", "b/x", "a/y", "c")])
    spool.batch([Write(path, "same\n") for path in ("n/b/x", "n/a/x", "n/y", "z")])
    assert renamed(spool) == {"n/b/x": "b/x", "n/a/x": "a/x", "n/y": "a/y", "z": "c"}


def test_equal_contents_come_before_similar_ones(spool: Spool) -> None:
    committed(spool, a=TEXT, b=edited(1))
    spool.batch([Delete("a"), Delete("b"), Write("x", edited(1)), Write("y", edited(1, 2))])
    assert renamed(spool) == {"x": "b", "y": "a"}


def test_the_most_alike_are_paired(spool: Spool) -> None:
    committed(spool, a=TEXT, b=edited(1, 2, 3, 4))
    spool.batch([Delete("a"), Delete("b"), Write("x", edited(1, 2, 3)), Write("y", edited(9))])
    assert renamed(spool) == {"x": "b", "y": "a"}


def test_binary_contents_are_compared_too(spool: Spool) -> None:
    data = random.Random(1).randbytes(5000)
    committed(spool, old=data)
    spool.batch([Delete("old"), Write("new", data[:4000] + b"\0end")])
    (patch,) = spool.diff()
    assert (patch.renamed_from, patch.is_binary, patch.additions) == ("old", True, 0)
    assert patch.diff == (
        "diff --git a/old b/new\nrename from old\nrename to new\nBinary files a/old and b/new differ\n"
    )


def test_large_contents_are_known_by_their_chunks_and_not_read(spool: Spool, reads: list[bytes]) -> None:
    data = random.Random(2).randbytes(3 << 20)
    committed(spool, old=data, other=random.Random(3).randbytes(3 << 20))
    spool.batch([Delete("old"), Delete("other"), Write("new", data[: 2 << 20] + b"x" * 1000)])
    assert renamed(spool) == {"new": "old"}
    assert reads == []


# ---- what a verb moved


def test_what_a_verb_moved_is_known_whatever_became_of_its_content(spool: Spool) -> None:
    committed(spool, a=TEXT, empty="")
    spool.move("a", "b")
    spool.write("b", "something else\n")
    spool.move("empty", "void")
    assert renamed(spool) == {"b": "a", "void": "empty"}
    (patch, _) = spool.diff()
    assert "similarity index 0%\nrename from a\nrename to b\n" in patch.diff


def test_a_file_that_was_moved_several_times(spool: Spool) -> None:
    committed(spool, a=TEXT, x="x\n")
    spool.move("a", "b")
    spool.write("b", "other\n")
    spool.batch([Move("b", "c"), Move("c", "d"), Write("d", "another\n")])
    spool.move("x", "b")
    assert renamed(spool) == {"d": "a", "b": "x"}
    spool.commit("moved")
    assert told(spool.journal.diff(list(spool.journal.commits())[1].id, None)) == [
        ("b", "renamed", "x"),
        ("d", "renamed", "a"),
    ]


def test_a_move_is_forgotten_where_its_file_went(spool: Spool) -> None:
    committed(spool, a=TEXT)
    spool.move("a", "b")
    spool.delete("b")
    spool.write("b", "new\n")
    assert told(spool.diff()) == [("a", "deleted", None), ("b", "created", None)]


def test_a_path_that_stands_again_is_no_origin(spool: Spool) -> None:
    committed(spool, a=TEXT, y="y\n")
    spool.move("y", "x")
    spool.commit("an older move")
    spool.write("y", "again\n")
    spool.commit("again")
    spool.batch([Move("x", "z"), Write("x", "1\n"), Delete("y"), Move("a", "b"), Write("a", "2\n")])
    assert renamed(spool) == {}


def test_a_path_that_went_for_another_reason_is_no_origin(spool: Spool) -> None:
    committed(spool, a=TEXT)
    spool.move("a", "b")
    spool.write("b", "new\n")
    spool.write("a", TEXT)
    spool.delete("a")
    assert renamed(spool) == {}


def test_a_file_that_two_moves_left_for_each_other_stays_what_it_is(spool: Spool) -> None:
    committed(spool, a=TEXT, b="b\n")
    spool.batch([Move("a", "t"), Move("b", "a"), Move("t", "b")])
    assert told(spool.diff()) == [("a", "modified", None), ("b", "modified", None)]


# ---- bounds


def many(spool: Spool, number: int) -> None:
    """Files that share nothing, moved to another folder with one line changed in each."""
    lines = {n: [f"line {n} {at}\n" for at in range(20)] for n in range(number)}
    spool.batch([Write(f"a/{n}", "".join(lines[n])) for n in lines])
    spool.commit("head")
    spool.batch([Delete(f"a/{n}") for n in lines])
    spool.batch([Write(f"b/{n}", edited(5, text=lines[n])) for n in lines])


def test_of_many_files_those_with_the_same_name_are_compared(spool: Spool, reads: list[bytes]) -> None:
    many(spool, 40)  # 1,600 pairs
    spool.move("b/0", "b/renamed")
    assert renamed(spool) == {f"b/{n}": f"a/{n}" for n in range(1, 40)} | {"b/renamed": "a/0"}
    assert len(reads) == len(set(reads)) + 80  # each once to find it, and once to count its lines


def test_above_the_bound_only_equal_contents_tell(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renames, "RENAME_CANDIDATES_MAX", 5)
    many(spool, 6)
    spool.write("b/0", "".join(f"line 0 {at}\n" for at in range(20)))
    assert renamed(spool) == {"b/0": "a/0"} | {f"b/{n}": f"a/{n}" for n in range(1, 6)}
    spool.write("b/1", "x\n")
    spool.write("b/0", "y\n")
    spool.write("b/x", "z\n")
    monkeypatch.setattr(renames, "RENAME_CANDIDATES_MAX", 3)
    spool.write("b/x", "".join(f"line 5 {at}\n" for at in range(20)))
    assert renamed(spool) == {"b/x": "a/5", "b/2": "a/2", "b/3": "a/3", "b/4": "a/4"}
    monkeypatch.setattr(renames, "RENAME_PATHS_MAX", 3)
    spool.write("b/1", "x\ny\n")
    assert renamed(spool) == {"b/x": "a/5"}


def test_only_so_many_bytes_are_read(spool: Spool, reads: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    committed(spool, a=TEXT, b="".join(f"other {at}\n" for at in range(20)))
    spool.batch([Delete("a"), Delete("b"), Write("c/a", edited(1)), Write("d/b", "")])
    monkeypatch.setattr(renames, "RENAME_BYTES_MAX", len(TEXT))
    assert (renamed(spool), reads) == ({}, [])
    spool.write("d/b", "x")
    monkeypatch.setattr(renames, "RENAME_BYTES_MAX", 2 * len(TEXT))
    assert renamed(spool) == {"c/a": "a"}


def test_a_stage_without_both_ends_asks_for_nothing(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    committed(spool, a=TEXT, b=TEXT)

    def never(*_: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(renames, "find", never)
    monkeypatch.setattr(renames, "moved", never)
    spool.write("c", TEXT)
    spool.write("a", "x\n")
    assert spool.commit("created") is not None
    spool.delete("a")
    spool.delete("b")
    assert spool.commit("deleted") is not None


def test_a_second_diff_reads_no_content(spool: Spool, reads: list[bytes]) -> None:
    many(spool, 5)
    first = spool.diff()
    assert reads
    reads.clear()
    spool._diff = (-1, [])  # as where the last diff was too large to be kept
    assert spool.diff() == first
    assert spool.diff("a") + spool.diff("b") != first
    assert (spool.diff([".", "a"]), spool.diff(["a", "b"])) == (first, first)
    assert spool.commit("after the diff") is not None
    assert reads == []


# ---- how it is told


STAGES: dict[str, tuple[list[Any], list[Any]]] = {
    "edited": ([Write("old", TEXT)], [Move("old", "deep/new"), Write("deep/new", edited(1, 18))]),
    "equal": ([Write("old", TEXT)], [Move("old", "new")]),
    "no newline": ([Write("old", TEXT + "end")], [Delete("old"), Write("new", edited(2) + "END")]),
    "below itself": ([Write("a", TEXT)], [Delete("a"), Write("a/b", edited(2))]),
    "instead of its folder": ([Write("a/b", TEXT)], [Delete("a/b"), Write("a", edited(2))]),
    "as it is, below itself": ([Write("a", TEXT)], [Delete("a"), Write("a/b", TEXT)]),
    "as it is, instead of its folder": ([Write("a/b", TEXT)], [Delete("a/b"), Write("a", TEXT)]),
    "names with blanks": ([Write("old name", TEXT)], [Move("old name", "ü 'new'\t"), Write("ü 'new'\t", edited(0))]),
    "a shift": ([Write("a", TEXT), Write("b", "b\n")], [Move("b", "c"), Move("a", "b"), Write("b", edited(1))]),
    "all anew": ([Write("a", TEXT)], [Move("a", "b"), Write("b", "other\n")]),
    "emptied": ([Write("a", TEXT)], [Move("a", "b"), Write("b", "")]),
}


APPLIED = [(git, name) for name in STAGES] + [
    (gnu_patch, name) for name in STAGES if "itself" not in name and "folder" not in name  # neither becomes the other
]


@pytest.mark.parametrize(("apply", "name"), APPLIED)
def test_git_and_patch_make_the_staged_files_of_the_diffs(
    spool: Spool, root: Path, tmp_path: Path, name: str, apply: Callable[[Path, bytes], None]
) -> None:
    before, after = STAGES[name]
    spool.batch(before)
    spool.commit("head")
    other = tmp_path / "other"
    spool.journal.checkout("main", other)
    spool.batch(after)
    apply(other, b"".join(patch.diff_bytes for patch in spool.diff()))
    assert disk(other) == disk(root)


@pytest.mark.parametrize("name", STAGES)
def test_our_own_diff_is_applied_again(spool: Spool, root: Path, name: str) -> None:
    before, after = STAGES[name]
    spool.batch(before)
    spool.commit("head")
    spool.batch(after)
    wanted, patches = disk(root), spool.diff()
    text = b"".join(patch.diff_bytes for patch in patches)
    spool.reset()
    assert told(spool.apply(text)) == told(patches)
    assert (disk(root), told(spool.diff())) == (wanted, told(patches))


# ---- the verbs


def test_reset_takes_a_rename_back_as_a_whole_or_by_its_paths(spool: Spool, root: Path) -> None:
    committed(spool, a=TEXT)
    before = disk(root)
    for paths in (None, ["a", "b"]):
        spool.move("a", "b")
        spool.write("b", edited(1))
        assert spool.reset(paths).restored == ("a", "b")
        assert (disk(root), spool.diff()) == (before, [])
    spool.move("a", "b")
    spool.reset("a")
    assert told(spool.diff()) == [("b", "created", None)]
    spool.commit("a copy")
    assert spool.journal.verify().findings == ()


def test_restore_and_checkout_go_to_any_commit_over_renames(spool: Spool, root: Path, tmp_path: Path) -> None:
    moved = two_commits(spool)
    first, second = (commit.id for commit in moved.journal.commits(newest_first=False))
    there = disk(root)
    moved.restore(first)
    assert renamed(moved) == {"a": "dir/b", "bin": "box"}
    back = moved.commit("back")
    assert back is not None
    here = disk(root)
    for commit, tree in ((first, here), (second, there), (back.id, here)):
        moved.journal.checkout(commit, tmp_path / commit)
        assert disk(tmp_path / commit) == tree
    moved.restore(second)
    assert disk(root) == there
    moved.commit("forth")
    assert moved.journal.verify().findings == ()


def test_what_someone_moved_by_hand_is_a_rename_once_it_is_adopted(spool: Spool, root: Path) -> None:
    committed(spool, a=TEXT)
    (root / "a").rename(root / "b")
    spool.adopt(["a", "b"])
    assert renamed(spool) == {"b": "a"}
    spool.commit("theirs")
    assert [change.renamed_from for change in spool.journal.changes(1)] == [None, "a"]
    assert rescued(spool) == []


def test_an_act_that_failed_moved_nothing(spool: Spool, root: Path) -> None:
    committed(spool, a=TEXT)
    with pytest.raises(Exception, match="does not exist"):
        spool.batch([Move("a", "b"), Delete("none"), Move("none", "x")])
    spool.delete("a")
    spool.write("b", "other\n")
    assert renamed(spool) == {}


def test_the_same_stage_is_told_the_same_in_any_order_of_its_verbs(root: Path, tmp_path: Path) -> None:
    found = []
    for number, order in enumerate(itertools.islice(itertools.permutations(range(4)), 0, 24, 5)):
        folder = tmp_path / str(number)
        folder.mkdir()
        with Spool.open(folder) as spool:
            committed(spool, a=TEXT, b=TEXT, c=edited(1), d=edited(2))
            for at in order:
                spool.delete("abcd"[at])
                spool.write("wxyz"[at], (TEXT, edited(3), edited(1, 3), edited(2, 3))[at])
            found.append(told(spool.diff()))
            spool.reset()
    assert all(each == found[0] for each in found)
