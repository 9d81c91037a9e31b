"""Renames: what a verb moved, equal contents, similar ones; how they are told, and that nothing else breaks by them."""

import itertools
import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from journal import Delete, FilePatch, Journal, Move, Problem, Spool, Symlink, ValidationContext, Write
from journal.engine import reading, renames
from tests.engine.clerk import Clerk
from tests.engine.looking import by_path, disk, rescued

LINES = [f"line {number}\n" for number in range(20)]
TEXT = "".join(LINES)


def edited(*lines: int, text: list[str] = LINES) -> str:
    """The text with some of its lines changed, none longer."""
    return "".join("LINE" + line[4:] if number in lines else line for number, line in enumerate(text))


def told(patches: list[FilePatch]) -> list[tuple[str, str, str | None]]:
    return [(patch.path, patch.change_type, patch.renamed_from) for patch in patches]


def renamed(spool: Spool) -> dict[str, str]:
    return {patch.path: patch.renamed_from for patch in spool.diff() if patch.renamed_from}


def committed(spool: Spool, **files: str | bytes) -> None:
    spool.batch([Write(path.replace("__", "/"), content) for path, content in files.items()])
    assert spool.commit("head") is not None


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


def git(folder: Path, diff: bytes) -> None:
    subprocess.run(["git", "apply", "-"], cwd=folder, input=diff, check=True)


def patch(folder: Path, diff: bytes) -> None:
    subprocess.run(["patch", "-p1", "-s", "--posix" if b"rename from" not in diff else "-f"], cwd=folder, input=diff, check=True)


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


@pytest.mark.parametrize("name", STAGES)
@pytest.mark.parametrize("apply", [git, patch])
def test_git_and_patch_make_the_staged_files_of_the_diffs(
    spool: Spool, root: Path, tmp_path: Path, name: str, apply: Callable[[Path, bytes], None]
) -> None:
    before, after = STAGES[name]
    if apply is patch and any(each in name for each in ("itself", "folder", "shift", "blanks")):
        pytest.skip("GNU patch knows no file that is a folder, and takes a diff file by file")
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


def test_a_part_of_the_stage_is_told_by_itself(spool: Spool, root: Path, tmp_path: Path) -> None:
    committed(spool, old=TEXT)
    spool.journal.checkout("main", tmp_path / "other")
    spool.batch([Delete("old"), Write("new", edited(1))])
    assert told(spool.diff("old")) == [("old", "deleted", None)]
    assert told(spool.diff("new")) == [("new", "created", None)]
    git(tmp_path / "other", spool.diff("new")[0].diff_bytes)
    assert disk(tmp_path / "other").keys() == {"old", "new"}


# ---- history


@pytest.fixture
def moved(spool: Spool) -> Spool:
    """Two commits: the second renames and edits a, and renames a binary file."""
    committed(spool, a=TEXT, bin=b"\0" * 100, stays="x\n")
    spool.batch([Delete("a"), Write("dir/b", edited(1), mode=0o755), Move("bin", "box")])
    assert spool.commit("moved") is not None
    return spool


def test_a_commit_records_what_went_and_what_it_is_now(moved: Spool) -> None:
    journal = moved.journal
    found = journal.changes(commit="main")
    assert [(c.path, c.change_type, c.renamed_from, c.renamed_to, c.parted) for c in found] == [
        ("a", "deleted", None, "dir/b", False),
        ("bin", "deleted", None, "box", False),
        ("box", "renamed", "bin", None, False),
        ("dir/b", "renamed", "a", None, False),
    ]
    gone, _, _, now = found
    assert (now.sha_before, now.mode_before, now.kind_before) == (gone.sha_before, gone.mode_before, gone.kind_before)
    assert (gone.sha_after, now.mode_after, now.to_dict()["renamed_to"]) == (None, 0o755, None)
    assert journal.verify().findings == ()
    assert [(row["path"], row["renamed_from"]) for row in journal.query("SELECT * FROM history WHERE cursor > 3")] == [
        (c.path, c.renamed_from) for c in found
    ]
    assert set(journal.tree()) == {"box", "dir/b", "stays"}


def test_the_patches_of_a_commit_tell_each_thing_once(moved: Spool, root: Path, tmp_path: Path) -> None:
    first, second = moved.journal.commits(newest_first=False)
    patches = [change.patch for change in moved.journal.changes(commit=second.id)]
    assert [(patch.change_type, bool(patch.diff)) for patch in patches] == [
        ("deleted", False),
        ("deleted", False),
        ("renamed", True),
        ("renamed", True),
    ]
    assert sum(patch.additions for patch in patches) == second.additions == 1
    assert (patches[0].deletions, patches[0].hunks, patches[0].preview, patches[0].changed) == (0, (), "", True)
    moved.journal.checkout(first.id, tmp_path / "other")
    for each in patches:
        if each.diff:
            git(tmp_path / "other", each.diff_bytes)
    assert disk(tmp_path / "other") == disk(root)


def test_a_reader_of_one_side_sees_it_by_itself(moved: Spool) -> None:
    journal = moved.journal
    (gone,) = journal.changes(3, paths="a")
    assert (gone.parted, gone.renamed_to, gone.patch.deletions) == (True, "dir/b", 20)
    assert gone.patch.diff.startswith("diff --git a/a b/a\ndeleted file mode 100644\n")
    (come,) = journal.changes(3, paths="dir")
    assert (come.parted, come.change_type, come.renamed_from, come.ends_commit) == (True, "renamed", "a", True)
    assert (come.patch.change_type, come.patch.renamed_from, come.patch.additions) == ("created", None, 20)
    both = journal.changes(3, paths=["a", "dir/b"])
    assert [(change.parted, bool(change.patch.diff)) for change in both] == [(False, False), (False, True)]
    assert both == [change for change in journal.changes(3) if change.path in ("a", "dir/b")]


@pytest.mark.parametrize("limit", [1, 2, 3, 9])
def test_a_follower_mirrors_files_by_what_changes_say(moved: Spool, root: Path, limit: int) -> None:
    mirror: dict[str, tuple[bytes, int]] = {}
    with Journal.open(moved.journal.path, readonly=False) as journal:
        follower = journal.follower("mirror")
        while page := follower.next(limit):
            for change in page:
                if change.sha_after is None:
                    del mirror[change.path]
                else:
                    mirror[change.path] = (journal.blob(change.sha_after).read(), change.mode_after or 0)
            follower.ack()
    assert mirror == {path: (data, mode) for path, (data, mode, _) in disk(root).items()}


def test_a_binary_rename_that_no_diff_tells_leaves_the_deletion_its_text(spool: Spool) -> None:
    data = random.Random(4).randbytes(2000)
    committed(spool, old=data)
    spool.batch([Delete("old"), Write("new", data[:1500] + b"\0")])
    spool.commit("moved")
    come, gone = (change.patch for change in spool.journal.changes(1))
    assert (come.renamed_from, gone.is_binary) == ("old", True)
    assert gone.diff == "diff --git a/old b/old\ndeleted file mode 100644\nBinary files a/old and /dev/null differ\n"


def test_any_two_commits_are_compared_with_what_was_renamed_in_between(moved: Spool) -> None:
    first, second = (commit.id for commit in moved.journal.commits(newest_first=False))
    moved.move("dir/b", "c")
    moved.write("c", "nothing in common\n")
    moved.batch([Move("box", "bin")])
    since = moved.diff(since=first)
    assert told(since) == [("c", "renamed", "a")]
    assert told(moved.diff(since=second)) == told(moved.diff()) == [("bin", "renamed", "box"), ("c", "renamed", "dir/b")]
    moved.commit("third")
    third = moved.journal.head()
    assert third is not None
    diff = moved.journal.diff
    assert told(diff(first, second)) == [("box", "renamed", "bin"), ("dir/b", "renamed", "a")]
    assert told(diff(second, first)) == [("a", "renamed", "dir/b"), ("bin", "renamed", "box")]
    assert told(diff(first, third.id)) == [("c", "renamed", "a")]
    assert told(diff(third.id, first)) == [("a", "renamed", "c")]
    assert told(diff(first, third.id, "a")) == [("a", "deleted", None)]
    assert told(diff(None, second)) == [(path, "created", None) for path in ("box", "dir/b", "stays")]


def test_a_path_that_two_commits_renamed_is_told_once(spool: Spool) -> None:
    committed(spool, a=TEXT)
    first = spool.journal.head()
    assert first is not None
    spool.move("a", "b")
    spool.commit("one")
    spool.write("a", "again\n")
    spool.commit("again")
    spool.move("a", "c")
    spool.commit("two")
    found = spool.journal.diff(first.id, None)
    assert by_path(found) == by_path(spool.journal.diff(first.id, None, ["a", "b", "c"]))
    assert told(found) == [("b", "renamed", "a"), ("c", "created", None)]


# ---- judges


def test_a_validator_is_told_of_a_rename_and_what_stood_at_the_old_path(spool: Spool) -> None:
    seen: list[tuple[str, str, bytes | None, bytes | None]] = []

    def look(patches: Any, context: ValidationContext) -> None:
        seen.extend((each.path, each.change_type, context.before(each), context.after(each)) for each in patches)

    committed(spool, a__x=TEXT)
    spool.register_validator(look)
    spool.batch([Move("a/x", "b/x"), Write("b/x", edited(1))])
    assert told(spool.validate()) == told(spool.diff())
    assert seen == [("b/x", "renamed", TEXT.encode(), edited(1).encode())]


def test_a_validator_that_sees_one_side_is_told_of_that(spool: Spool) -> None:
    committed(spool, a__x=TEXT)
    clerks = {paths: Clerk(lambda patches, _: [Problem(p.path, p.change_type) for p in patches]) for paths in ("a", "b")}
    for paths, clerk in clerks.items():
        spool.register_validator(clerk, name=paths, paths=paths)
    spool.move("a/x", "b/x")
    for _ in range(2):
        with pytest.raises(Exception, match="a/x: deleted; b/x: created"):
            spool.validate()
    assert [clerk.asked for clerk in clerks.values()] == [[["a/x"]], [["b/x"]]]  # and is remembered


def test_a_verdict_on_a_rename_is_not_remembered_nor_are_those_on_its_sides_used(spool: Spool) -> None:
    committed(spool, a=TEXT, other="x\n")
    clerk = Clerk()
    spool.register_validator(clerk, name="clerk", paths=["a", "b", "other"])
    spool.write("b", TEXT)
    spool.write("other", "y\n")
    spool.validate()
    spool.delete("a")
    spool.validate()
    spool.validate()
    assert clerk.asked == [["b", "other"], ["b"], ["b"]]
    assert spool.commit("moved") is not None


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


def test_restore_and_checkout_go_to_any_commit_over_renames(moved: Spool, root: Path, tmp_path: Path) -> None:
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


def test_a_half_rename_is_found(moved: Spool) -> None:
    from journal.ids import ChangeFields
    from journal.rescue.check import _half_renamed

    whole = [
        ChangeFields("a", b"1", 0o644, "file", None, None, None, None),
        ChangeFields("b", b"1", 0o644, "file", b"2", 0o644, "file", "a"),
    ]
    assert list(_half_renamed(whole)) == []
    assert list(_half_renamed(whole[1:])) == ["b"]
    assert list(_half_renamed([whole[0]._replace(sha_before=b"3"), whole[1]])) == ["b"]


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
