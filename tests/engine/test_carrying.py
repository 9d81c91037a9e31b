"""Keeping bytes of unknown origin, and carrying a path where it belongs."""

import os
from pathlib import Path

import pytest

from journal import Spool
from journal.engine import carrying
from journal.engine.carrying import Tally
from journal.ids import InvocationId
from journal.tables.intents import Intent
from journal.workspace import look as looking
from tests.engine.looking import disk, temp_files


@pytest.mark.parametrize("size", [0, 10, 3_000_000])
def test_bytes_are_kept_under_their_path_with_the_reason(spool: Spool, root: Path, size: int) -> None:
    data = os.urandom(size)
    (root / "theirs").write_bytes(data)
    found = looking.look(spool._desk.root.fd, "theirs")
    assert found is not None
    with spool._desk.lock:
        carrying.keep(spool._desk, "theirs", (spool._desk.root.fd, "theirs"), found, "why not")
    (row,) = spool.journal.query(
        "SELECT p.name, b.sha256, r.reason FROM rescued AS r JOIN path AS p ON p.id = r.path_id"
        " JOIN blob AS b ON b.id = r.blob_id"
    )
    assert (row["name"], row["reason"]) == ("theirs", "why not")
    assert spool.journal.blob(row["sha256"].hex()).read() == data


def test_a_path_is_carried_forward_and_back_and_what_stood_there_is_kept(spool: Spool, root: Path) -> None:
    spool.write("a", "old")
    spool.commit("old")
    spool.write("a", "new")
    spool.status()
    known = spool._desk.know("a")
    assert known.path_id is not None and known.staged is not None
    unknown = (None, None)
    promise = Intent(
        known.path_id, "a", InvocationId(1), 1, "put", 0, None, known.head, unknown, known.staged[1], unknown, None
    )
    for back, data in ((True, b"old"), (False, b"new")):
        (root / "a").write_bytes(b"torn")
        tally = Tally()
        with spool._desk.lock:
            carrying.carry(spool._desk, [promise], [], tally, back=back)
        assert (disk(root)["a"][0], temp_files(root)) == (data, [])
        assert tally.rescued == (["a"] if back else [])  # the second time the journal holds it
    assert spool.status().conflicts == ()
