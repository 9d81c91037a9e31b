"""Where records find their journal: one hook, set once, and said plainly when it is not."""

import pytest

from journal.records import Blob, source_at, supply
from journal.records.source import _Nowhere
from tests.records.examples import FakeSource


def test_without_a_hook_a_record_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Nowhere, "find", None)
    with pytest.raises(RuntimeError, match="import `journal`"):
        Blob("22" * 32, 1, True).read()


def test_the_hook_is_asked_with_the_path_of_the_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Nowhere, "find", None)
    answers = FakeSource()
    asked = []

    def find(path: str) -> FakeSource:
        asked.append(path)
        return answers

    supply(find)
    assert source_at("a.db") is answers
    assert Blob("22" * 32, 12, True, "b.db").read() == b"some content"
    assert asked == ["a.db", "b.db"]
