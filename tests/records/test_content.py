"""Blobs and entries: a content is read through the journal it came from."""

from journal.records import Blob, Entry
from tests.records.examples import JOURNAL, ODD, ODD_AS_JSON, FakeSource

SHA = "22" * 32


def test_a_blob_reads_all_of_its_content(journal: FakeSource) -> None:
    assert Blob(SHA, 12, True, JOURNAL).read() == b"some content"
    assert journal.asked == ["whole 22"]


def test_a_blob_opens_as_a_file_that_seeks(journal: FakeSource) -> None:
    with Blob(SHA, 12, True, JOURNAL).open() as file:
        assert journal.asked == []
        assert file.read() == b"some content"
        file.seek(5)
        assert file.read(4) == b"cont"
    assert journal.asked == ["pieces 22 0", "pieces 22 5"]


def test_an_entry_as_json() -> None:
    entry = Entry(ODD, SHA, 12, 0o644, "file")
    assert entry.to_dict() == {"path": ODD_AS_JSON, "sha256": SHA, "size": 12, "mode": 0o644, "kind": "file"}
