"""What was edited by hand, as patches from what the journal says to what stands there."""

import os
from pathlib import Path

import pytest

from journal import Journal, Spool
from journal.engine import by_hand
from tests.engine.looking import counts, shape


def edited(root: Path, *paths: str) -> list[tuple[str, str]]:
    with Journal.open(root) as journal:
        return [(each.path, each.change_type) for each in by_hand.patches(journal, root, paths or None)]


def test_contents_modes_and_removals_against_what_is_staged_or_committed(spool: Spool, root: Path) -> None:
    for name in ("a", "b", "c", "d", "same"):
        spool.write(name, f"{name}\n")
    spool.commit()
    spool.write("a", "staged\n")
    assert edited(root) == []
    (root / "a").write_text("theirs\n")
    (root / "b").unlink()
    (root / "c").chmod(0o755)
    (root / "d").unlink()
    (root / "d").mkdir()
    (root / "untracked").write_text("x")
    spool.status()  # closes what is promised
    before, rows = shape(root), counts(spool.journal)
    assert edited(root) == [("a", "modified"), ("b", "deleted"), ("c", "mode"), ("d", "deleted")]
    assert edited(root, "b", "c") == [("b", "deleted"), ("c", "mode")]
    with Journal.open(root) as journal:
        first, second, third, _ = by_hand.patches(journal, root)
    assert (shape(root), counts(spool.journal)) == (before, rows)
    assert "\n-staged\n+theirs\n" in first.diff and (first.additions, first.deletions) == (1, 1)
    assert "\n-b\n" in second.diff
    assert third.diff.endswith("old mode 100644\nnew mode 100755\n")


def test_binary_symlink_and_very_large_contents(
    spool: Spool, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool.write("bytes", b"\x00\x01")
    spool.symlink("link", "a")
    spool.write("large", "x\n" * 100)
    spool.commit()
    (root / "bytes").write_bytes(b"\x00\x02")
    (root / "link").unlink()
    os.symlink("b", root / "link")
    (root / "large").write_text("y\n" * 100)
    monkeypatch.setattr("journal.engine.compare.DIFF_TEXT_MAX", 300)
    monkeypatch.setattr(by_hand, "DIFF_TEXT_MAX", 150)
    with Journal.open(root) as journal:
        told = {each.path: each for each in by_hand.patches(journal, root)}
    assert told["bytes"].is_binary and "Binary files" in told["bytes"].diff
    assert told["large"].too_large and told["large"].size_after == 200
    assert "-a\n" in told["link"].diff and "+b\n" in told["link"].diff
