"""Named places in the feed of changes: who follows, and up to where everything was acknowledged."""

from journal.database import Read, Write

SELECT_TABLE = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'follower'"
SELECT_FOLLOWER = "SELECT change_seq FROM follower WHERE name = :name"
SELECT_FOLLOWERS = "SELECT name, change_seq FROM follower ORDER BY name"
INSERT_FOLLOWER = """
INSERT INTO follower (name, change_seq, updated_at) VALUES (:name, 0, :updated_at) ON CONFLICT (name) DO NOTHING
"""
ADVANCE = """
INSERT INTO follower (name, change_seq, updated_at) VALUES (:name, :change_seq, :updated_at)
ON CONFLICT (name) DO UPDATE SET change_seq = excluded.change_seq, updated_at = excluded.updated_at
WHERE excluded.change_seq > follower.change_seq
"""
GO_BACK = """
UPDATE follower SET change_seq = :change_seq, updated_at = :updated_at
WHERE name = :name AND change_seq > :change_seq
"""


def place(tx: Read, name: str) -> int | None:
    """Gives the cursor that a follower has acknowledged; None when nobody follows by that name."""
    found = tx.value(SELECT_FOLLOWER, name=name)
    return None if found is None else int(found)


def places(tx: Read) -> dict[str, int]:
    """Gives all of them by name; none in a journal that an older release made and nobody has written to since."""
    if tx.row(SELECT_TABLE) is None:
        return {}
    return dict(tx.rows(SELECT_FOLLOWERS))


def enter(tx: Write, name: str, now: int) -> None:
    """Takes a new follower in, before the first change; one that is known stays where it is."""
    tx.run(INSERT_FOLLOWER, name=name, updated_at=now)


def advance(tx: Write, name: str, cursor: int, now: int) -> None:
    """Acknowledges everything up to a cursor; a lower one changes nothing."""
    tx.run(ADVANCE, name=name, change_seq=cursor, updated_at=now)


def go_back(tx: Write, name: str, cursor: int, now: int) -> None:
    """Takes acknowledgements back as far as a cursor; a higher one changes nothing."""
    tx.run(GO_BACK, name=name, change_seq=cursor, updated_at=now)
