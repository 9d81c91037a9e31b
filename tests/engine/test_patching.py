"""One file's diff as a verb: its hunks, its mode, its kind; alone and in a batch."""

import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from journal import (
    InvalidPatch,
    LimitExceeded,
    Patch,
    PatchConflict,
    PatchHunkReport,
    PathRefused,
    Spool,
    UnknownName,
    UsageError,
    Write,
    create_diff,
)
from journal.limits import EDIT_BYTES_MAX, PATH_BYTES_MAX
from tests.content.test_patching import contents
from tests.engine.looking import acts, disk, shape

NINE = "".join(f"{number}\n" for number in range(1, 10))
TWENTY = "".join(f"{number}\n" for number in range(1, 21))
EDITED = TWENTY.replace("3\n", "three\n", 1).replace("18\n", "eighteen\n")
HUNKS = create_diff("any/other", TWENTY, EDITED).diff


def test_hunks_land_and_say_where(spool: Spool, root: Path) -> None:
    spool.write("a.txt", TWENTY, mode=0o700)
    patch = spool.patch("a.txt", HUNKS)
    assert disk(root) == {"a.txt": (EDITED.encode(), 0o700, "file")}
    assert (patch.path, patch.change_type, patch.additions, patch.deletions) == ("a.txt", "modified", 2, 2)
    assert patch.report == (
        PatchHunkReport(1, "applied", "exact", 1, ""),
        PatchHunkReport(2, "applied", "exact", 15, ""),
    )
    assert spool.patch_report == patch.report
    assert patch.to_dict()["report"][0] == {"hunk": 1, "status": "applied", "level": "exact", "line": 1, "note": ""}
    assert acts(spool.journal)[-1][0] == "patch"


def test_bytes_and_crlf_and_missing_newlines_stay_as_they_are(spool: Spool, root: Path) -> None:
    before, after = b"\xff\r\na\r\n\x80", b"\xff\r\nb\r\n\x80\n"
    spool.write("a", before)
    spool.patch("a", create_diff("a", before, after).diff_bytes)
    assert (root / "a").read_bytes() == after


def test_a_hunk_that_does_not_fit_changes_nothing(spool: Spool, root: Path) -> None:
    spool.write("a.txt", TWENTY.replace("18\n", "XVIII\n"))
    before = shape(root)
    with pytest.raises(PatchConflict) as caught:
        spool.patch("a.txt", HUNKS)
    assert [each.status for each in caught.value.report] == ["applied", "refused"]
    assert caught.value.path == "a.txt"
    assert spool.patch_report == caught.value.report
    assert shape(root) == before
    assert acts(spool.journal)[-1] == ("patch", "failed")


def test_what_does_not_fit_may_be_left_out(spool: Spool, root: Path) -> None:
    spool.write("a.txt", TWENTY.replace("18\n", "XVIII\n"))
    patch = spool.patch("a.txt", HUNKS, ignore_conflicts=True)
    assert (root / "a.txt").read_text() == TWENTY.replace("18\n", "XVIII\n").replace("3\n", "three\n", 1)
    assert [each.status for each in patch.report] == ["applied", "refused"]
    results = spool.batch([Patch("a.txt", HUNKS, ignore_conflicts=True), Write("b", "x")])
    assert [(each.conflicted, each.applied, each.patch.changed) for each in results] == [
        (True, False, False),
        (False, True, True),
    ]
    assert [each.status for each in results[0].patch.report] == ["already", "refused"]


def test_what_was_applied_is_said_and_changes_nothing(spool: Spool, root: Path) -> None:
    spool.write("a.txt", TWENTY)
    spool.patch("a.txt", HUNKS)
    before = shape(root)
    patch = spool.patch("a.txt", HUNKS)
    assert (patch.changed, {each.status for each in patch.report}) == (False, {"already"})
    assert shape(root) == before


def test_files_are_made_and_removed(spool: Spool, root: Path) -> None:
    patch = spool.patch("deep/new", create_diff("x", None, "a\n").diff.replace("100644", "100755"))
    assert (patch.change_type, disk(root)) == ("created", {"deep/new": (b"a\n", 0o755, "file")})
    assert spool.patch("deep/new", create_diff("x", None, "a\n").diff.replace("100644", "100755")).changed is False
    assert spool.patch("deep/new", create_diff("x", None, "a\n").diff).change_type == "mode"
    assert spool.patch("headless", "@@ -0,0 +1 @@\n+a\n").change_type == "created"
    assert spool.patch("deep/new", create_diff("x", "a\n", None).diff).change_type == "deleted"
    assert spool.patch("deep/new", create_diff("x", "a\n", None).diff).changed is False
    assert list(disk(root)) == ["headless"]
    with pytest.raises(PathRefused):
        spool.patch("headless/below", create_diff("x", None, "a\n").diff)


def test_in_a_batch_it_goes_on_from_what_the_others_made(spool: Spool, root: Path) -> None:
    results = spool.batch([Write("a", TWENTY), Patch("a", HUNKS), Patch("b", create_diff("b", None, "b\n").diff)])
    assert (root / "a").read_text() == EDITED
    assert [each.applied for each in results] == [False, True, True]
    with pytest.raises(PatchConflict) as caught:
        spool.batch([Write("c", "c"), Patch("a", create_diff("a", TWENTY, "").diff)])
    assert caught.value.index == 1
    assert not (root / "c").exists()


def test_a_mode_and_a_kind_come_with_the_diff(spool: Spool, root: Path) -> None:
    spool.write("a", "target\n")
    spool.patch("a", "diff --git a/a b/a\nold mode 100644\nnew mode 100755\n")
    assert disk(root)["a"][1] == 0o755
    spool.commit("file")
    spool.symlink("a", "target")
    to_link = spool.diff()[0].diff
    spool.reset()
    patch = spool.patch("a", to_link)
    assert (patch.kind_before, patch.kind, patch.changed) == ("file", "symlink", True)
    assert disk(root) == {"a": (b"target", 0o777, "symlink")}
    spool.patch(
        "a", "diff --git a/a b/a\nindex 1..2 120000\n" + create_diff("a", "target", "other").diff.partition("\n")[2]
    )
    assert disk(root) == {"a": (b"other", 0o777, "symlink")}


def test_a_symlink_in_the_way_is_told(spool: Spool) -> None:
    spool.write("a.txt", TWENTY)
    spool.symlink("link", "a.txt")
    with pytest.raises(PatchConflict, match=r"line 1 is 'a\.txt' without a newline") as caught:
        spool.patch("link", HUNKS)
    assert "symlink" in caught.value.hint


def test_a_target_has_a_bound(spool: Spool) -> None:
    for target, kind in (("x" * PATH_BYTES_MAX, LimitExceeded), ("", UsageError)):
        diff = create_diff("x", None, target or "\n").diff.replace("100644", "120000")
        with pytest.raises(kind):
            spool.patch("link", diff if target else "diff --git a/x b/x\nnew file mode 120000\nindex 000..e69\n")


@pytest.mark.parametrize(
    ("path", "diff", "kind"),
    [
        ("none", HUNKS, UnknownName),
        ("a.txt", "", InvalidPatch),
        ("a.txt", "words", InvalidPatch),
        ("a.txt", "diff --git a/a b/b\nrename from a\nrename to b\n", InvalidPatch),
        ("a.txt", HUNKS + create_diff("b", "1\n", "2\n").diff, UsageError),
        ("a.txt", 3, UsageError),
        ("a.txt", None, UsageError),
        ("link", HUNKS, PatchConflict),
        ("../a", HUNKS, PathRefused),
        ("a.txt", create_diff("b", None, "2\n").diff, PatchConflict),
        ("link", create_diff("b", None, "a.txt").diff, PatchConflict),
        ("a.txt", create_diff("b", None, TWENTY).diff.replace("100644", "120000"), PatchConflict),
    ],
)
def test_what_cannot_be_applied_is_refused(
    spool: Spool, root: Path, path: str, diff: Any, kind: type[Exception]
) -> None:
    spool.batch([Write("a.txt", TWENTY)])
    spool.symlink("link", "a.txt")
    before = shape(root)
    with pytest.raises(kind) as caught:
        spool.patch(path, diff)
    assert type(caught.value) is kind
    assert caught.value.hint  # type: ignore[attr-defined]
    assert shape(root) == before


def test_arguments_of_no_use_are_refused(spool: Spool) -> None:
    spool.write("a", TWENTY)
    with pytest.raises(UsageError, match="tolerance"):
        spool.patch("a", HUNKS, tolerance="lenient")  # type: ignore[arg-type]


def test_a_file_too_large_to_edit_is_refused(spool: Spool, root: Path) -> None:
    with (root / "sparse").open("wb") as file:
        file.truncate(EDIT_BYTES_MAX + 1)
    with pytest.raises(LimitExceeded):
        spool.patch("sparse", HUNKS)


def test_each_thread_has_a_report_of_its_own(spool: Spool) -> None:
    assert not list(spool.patch_report)
    spool.write("a", TWENTY)
    spool.patch("a", HUNKS)
    seen: list[tuple[PatchHunkReport, ...]] = []
    thread = threading.Thread(target=lambda: seen.append(spool.patch_report))
    thread.start()
    thread.join()
    assert seen == [()]
    assert len(spool.patch_report) == 2
    with pytest.raises(AttributeError):
        setattr(spool, "patch_report", ())  # noqa: B010


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(contents, contents)
def test_any_text_becomes_any_other(spool: Spool, root: Path, before: bytes | None, after: bytes | None) -> None:
    spool.delete("a")
    if before is not None:
        spool.write("a", before)
    diff = create_diff("a", before, after).diff_bytes
    if diff:
        spool.patch("a", diff)
    assert spool.read("a") == after
