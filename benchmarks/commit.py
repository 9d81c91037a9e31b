"""Times a commit of one change, and of a thousand.

Budget: a commit of one change p50 <= 0.6 ms, p95 <= 2 ms. Beside it stands a bare transaction of as many rows as the
commit changed, with the same durability, by bare SQLite into one plain table; a commit of 1,000 changes has no budget.
"""

from pathlib import Path

import apsw

from _bench import Rounds, conclude, edited, fresh, text, timed
from _replay import connections
from journal import Spool, Write

ROUNDS = 5
COMMITS = 100
MANY = 1000
ROW = b"x" * 64


def plain(path: Path) -> apsw.Connection:
    """Makes a database of one table, with the settings of a durable commit."""
    connection = apsw.Connection(str(path))
    for setting in ("journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=0"):
        connection.execute(f"PRAGMA {setting}").fetchall()
    connection.execute("CREATE TABLE plain (id INTEGER PRIMARY KEY, body BLOB)")
    return connection


def bare_commit(connection: apsw.Connection, rows: int) -> None:
    """Commits so many rows."""
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT INTO plain (body) VALUES (?)", [(ROW,)] * rows)
    connection.execute("COMMIT")


def both(spool: Spool, bare: apsw.Connection, rounds: Rounds, counted: apsw.Connection) -> None:
    """Times a commit of what is staged, then a bare one of as many rows."""
    before = counted.total_changes()
    rounds.ours(timed(lambda: spool.commit("change")))
    rows = counted.total_changes() - before
    rounds.reference(timed(lambda: bare_commit(bare, rows)))


def one_round(one: Rounds, new: Rounds, edits: Rounds) -> None:
    """Commits single changes, then a thousand at once."""
    folder = fresh()
    (folder / "root").mkdir()
    bare = plain(folder / "plain.db")
    for each in (one, new, edits):
        each.begin()
    with Spool.open(folder / "root", journal=folder / "state" / "journal.db") as spool:
        counted = connections[-1]
        for number in range(COMMITS):
            spool.write("src/file.py", edited(text(1), number))
            both(spool, bare, one, counted)
        spool.batch(Write(f"src/{n}.py", text(n)) for n in range(MANY))
        both(spool, bare, new, counted)
        spool.batch(Write(f"src/{n}.py", edited(text(n), n)) for n in range(MANY))
        spool.diff()
        both(spool, bare, edits, counted)
    bare.close()


def main() -> None:
    """Runs the rounds, and prints what they cost."""
    one, new, edits = Rounds(), Rounds(), Rounds()
    for _ in range(ROUNDS):
        one_round(one, new, edits)
    conclude(
        [
            one.figure("one change, p50", most=0.6),
            one.figure("one change, p95", 0.95, most=2.0),
            new.figure("1,000 new files"),
            edits.figure("1,000 edited files, diffed before"),
        ]
    )


if __name__ == "__main__":
    main()
