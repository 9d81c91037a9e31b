"""What a plan reads of a journal: who holds which content, and which act is named by whom."""

from pathlib import Path

from journal import Journal, Spool
from journal.database import Database
from journal.tables import retention


def test_a_journal_tells_what_it_holds(root: Path) -> None:
    with Spool.open(root) as spool:
        spool.write("a.txt", "one")
        first = spool.commit("first")
        spool.write("a.txt", "two")
        path = str(spool.journal.path)
    assert first is not None
    database = Database.open(path, readonly=True)
    look = database.look()
    (line,) = retention.commits(look)
    assert (line.sha256.hex(), line.n, line.cursor, line.files) == (first.id, 1, first.cursor, 1)
    with Journal.open(path) as journal:
        assert journal.invocation(line.act_id).name == "commit"
    assert [edit[0] for edit in retention.edits(look)][-1:] == sorted(retention.edits_in_use(look))[-1:]  # staged
    held = set(retention.held(look))
    assert held == {number for number, _, _ in retention.blobs(look)}  # at head, and staged
    assert len(list(retention.changes(look))) == 1 and not retention.stood_on(look)
    assert [link[0] for link in retention.links(look)] == list(range(1, len(list(retention.links(look))) + 1))
    room = retention.room(look)
    assert room.file_bytes == room.pages * room.page_bytes and room.free <= room.pages
    database.close()


def test_a_table_that_names_an_act_keeps_it(root: Path) -> None:
    with Spool.open(root) as spool:
        spool.write("a.txt", "one")
        path = str(spool.journal.path)
    database = Database.open(path, readonly=False)
    before = retention.oldest_named(database.look())
    with database.begin() as tx:
        tx.run("CREATE TABLE later (out_blob INTEGER, act INTEGER REFERENCES invocation (id))")
        tx.run("INSERT INTO later VALUES (1, 1)")
        assert retention.oldest_named(tx) == 1 and before in (None, 1, 2)
        assert 1 in set(retention.held(tx))
        tx.run("DROP TABLE later")
    database.close()
