"""How many bytes each table of a journal takes, with its indexes."""

from pathlib import Path

import apsw

CONTENT = ("chunk", "blob")
"""the tables of contents."""

SELECT = """
SELECT m.tbl_name, sum(s.pgsize) FROM dbstat AS s JOIN sqlite_schema AS m ON m.name = s.name
WHERE s.aggregate = TRUE GROUP BY m.tbl_name
"""


def weigh(journal: Path) -> dict[str, int]:
    """Gives the bytes of each table of a closed journal."""
    connection = apsw.Connection(str(journal), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        return {str(table): int(size or 0) for table, size in connection.execute(SELECT)}
    finally:
        connection.close()
