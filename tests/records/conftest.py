"""A journal that answers the lazy parts of records."""

import pytest

from journal.records import source
from tests.records.examples import JOURNAL, FakeSource


@pytest.fixture
def journal(monkeypatch: pytest.MonkeyPatch) -> FakeSource:
    answers = FakeSource()

    def find(path: str) -> FakeSource:
        assert path == JOURNAL
        return answers

    monkeypatch.setattr(source._Nowhere, "find", staticmethod(find))
    return answers
