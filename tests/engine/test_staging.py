"""The verbs that change files: called by many threads at once, and given diffs as agents send them."""

import threading
from pathlib import Path

import pytest

from journal import InvalidPatch, PatchConflict, Spool, UsageError, Write, create_diff
from tests.engine.looking import acts, disk, shape, temp_files


def test_verbs_may_be_called_from_many_threads(spool: Spool, root: Path) -> None:
    failures: list[BaseException] = []

    def work(mine: int) -> None:
        try:
            for n in range(20):
                spool.write(f"{mine}/{n % 3}", f"{mine} {n}\n")
                spool.batch([Write(f"{mine}/b{n % 2}", f"{n}\n"), Write("shared", f"{mine} {n}\n")])
                assert spool.read(f"{mine}/{n % 3}") == f"{mine} {n}\n".encode()
                spool.diff(f"{mine}")
                spool.status()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(mine,)) for mine in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(spool.touched_files()) == 4 * 5 + 1
    assert temp_files(root) == []
    assert {state for _, state in acts(spool.journal)} == {"ok"}
    commit = spool.commit("all")
    assert commit is not None
    assert commit.files == 21


def test_each_thread_has_the_report_of_its_own_patch(spool: Spool) -> None:
    spool.batch([Write("a", "1\n"), Write("b", "1\n2\n")])
    spool.patch("a", create_diff("a", "1\n", "one\n").diff)
    found = []

    def other() -> None:
        found.append(spool.patch_report)
        spool.patch("b", create_diff("b", "1\n2\n", "1\ntwo\n").diff)
        found.append(spool.patch_report)

    thread = threading.Thread(target=other)
    thread.start()
    thread.join(20)
    assert found[0] == ()
    assert ([hunk.status for hunk in found[1]], found[1][0].line) == (["applied"], 1)
    assert len(spool.patch_report) == 1


def files(root: Path) -> dict[str, bytes]:
    """What the files of a root hold."""
    return {name: found[0] for name, found in disk(root).items()}


@pytest.mark.parametrize("dry_run", [False, True])
def test_an_envelope_makes_moves_and_removes_whatever_they_hold(spool: Spool, root: Path, dry_run: bool) -> None:
    (root / "a").write_text("1\n")
    (root / "b").write_bytes(b"other\n\0")
    (root / "link").symlink_to("a")
    before, held = shape(root), disk(root)
    diff = "*** Begin Patch\n*** Add File: d/n\n+1\n\n+2\n*** Delete File: b\n*** Delete File: link\n"
    diff += "*** Delete File: gone\n*** Update File: a\n*** Move to: c\n*** End Patch\n"
    found = spool.apply(diff, dry_run=dry_run)
    assert [(each.path, each.change_type, each.renamed_from) for each in found] == [
        ("d/n", "created", None),
        ("b", "deleted", None),
        ("link", "deleted", None),
        ("c", "renamed", "a"),
    ]
    if dry_run:
        assert shape(root) == before
        return
    assert files(root) == {"d/n": b"1\n\n2\n", "c": b"1\n"}
    spool.reset()
    assert disk(root) == held


def test_a_diff_that_was_sent_in_prose_is_applied(spool: Spool, root: Path) -> None:
    (root / "a").write_text("1\n")
    (root / "b").write_text("2\n")
    two = create_diff("a", "1\n", "one\n").diff + create_diff("b", "2\n", "two\n").diff
    sent = "These two:\n\n```diff\n" + two.replace("@@ -1 +1 @@", "@@ -1,4 +1,4 @@") + "```\n\n- both are new\n"
    with pytest.raises(InvalidPatch):
        spool.apply(sent, tolerance="strict")
    assert [each.path for each in spool.apply(sent)] == ["a", "b"]
    assert files(root) == {"a": b"one\n", "b": b"two\n"}


def test_parts_about_one_file_count_their_hunks_on(spool: Spool) -> None:
    spool.write("a.txt", "1\n2\n")
    one, two = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-1\n+one\n", "--- a/x\n+++ b/x\n@@ -2 +2 @@\n-2\n+two\n"
    with pytest.raises(PatchConflict, match="hunk 2 of 2") as caught:
        spool.patch("a.txt", one + two.replace("\n-2", "\n-3"))
    assert [(each.hunk, each.status) for each in caught.value.report] == [(1, "applied"), (2, "refused")]
    assert [(each.hunk, each.status) for each in spool.patch("a.txt", one + two).report] == [
        (1, "applied"),
        (2, "applied"),
    ]
    assert spool.read("a.txt") == b"one\ntwo\n"
    with pytest.raises(UsageError, match="moves"):
        spool.patch("a.txt", "*** Update File: x\n*** Move to: y\n" + "*** Update File: y\n-1\n+2\n" * 2)


def test_an_envelope_may_take_the_file_away(spool: Spool, root: Path) -> None:
    spool.write("a.txt", "1\n")
    assert spool.patch("a.txt", "*** Begin Patch\n*** Delete File: a.txt\n*** End Patch\n").change_type == "deleted"
    assert files(root) == {}
    assert not spool.patch("a.txt", "*** Begin Patch\n*** Delete File: a.txt\n*** End Patch\n").changed
