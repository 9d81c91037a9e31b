"""Writes `schema.sql` anew, the whole schema as SQLite keeps it: `python -m tests.database.regenerate`."""

from pathlib import Path

from journal.database import Database, Read
from journal.database.migrate import migrate
from journal.tables.meta import MIGRATIONS

GOLDEN = Path(__file__).with_name("schema.sql")
SCHEMA = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid"


def schema(tx: Read) -> str:
    """The whole schema, in the order in which it was made."""
    return "".join(f"{row[0]};\n\n" for row in tx.rows(SCHEMA)).removesuffix("\n")


def main() -> None:
    """Migrates a database in memory, then writes what it has become."""
    database = Database.open(":memory:", readonly=False, create=True)
    migrate(database, MIGRATIONS)
    GOLDEN.write_text(schema(database.look()), encoding="utf-8")
    database.close()


if __name__ == "__main__":
    main()
