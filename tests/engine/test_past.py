"""What was committed: trees and heads; `test_history` and `test_feed` hold the rest of it."""

import pytest

from journal import Entry, Spool, UnknownName


def test_a_tree_is_what_stood_there_at_a_commit(filled: Spool) -> None:
    journal = filled.journal
    first, second = list(journal.commits(newest_first=False))
    sha = {text: journal.blob(e.sha256).read() for text, e in journal.tree(first.id).items()}
    assert sha == {"a": b"1", "src/b": b"1"}
    tree = journal.tree(first.id)
    assert tree["src/b"] == Entry("src/b", tree["a"].sha256, 1, 0o755, "file")
    assert list(journal.tree(second.id)) == ["a", "src/c"]
    assert journal.tree() == journal.tree("main") == journal.tree(second.id[:9])
    assert journal.tree()["a"].kind == "symlink"
    assert list(journal.tree(first.id, paths="src")) == ["src/b"]
    assert list(journal.tree(paths=["a", "none"])) == ["a"]
    assert journal.tree(paths=[]) == {}
    with pytest.raises(UnknownName):
        journal.tree("0" * 64)


def test_what_is_staged_is_in_no_tree(filled: Spool) -> None:
    before = filled.journal.tree()
    filled.write("d", "staged")
    assert filled.journal.tree() == before


def test_head_and_cursor_follow_the_commits(filled: Spool) -> None:
    journal = filled.journal
    head = journal.head()
    assert head is not None
    assert (head.message, journal.cursor, head.cursor) == ("second", 5, 5)
    with pytest.raises(UnknownName) as caught:
        journal.head("none")
    assert caught.value.name == "none"
