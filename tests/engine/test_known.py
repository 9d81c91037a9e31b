"""Which paths a journal knows, to tell a mistyped one from one that did not change."""

from pathlib import Path

from journal import Journal, Spool
from journal.engine import known


def test_what_is_tracked_and_what_was_ever_seen(spool: Spool, root: Path) -> None:
    spool.write("b/c", "1")
    spool.write("a", "1")
    spool.commit()
    spool.delete("a")
    spool.write("d", "1")
    spool.write("taken/back", "1")
    spool.reset("taken")
    (root / "untracked").write_text("x")
    with Journal.open(root) as journal:
        assert known.tracked(journal, root) == ["a", "b/c", "d"]
        assert all(known.ever_seen(journal, path) for path in ("a", "b", "b/c", "d", "taken", "taken/back"))
        assert not any(known.ever_seen(journal, path) for path in ("untracked", "b/", "c", "tak", "taken0", "\udcff"))
