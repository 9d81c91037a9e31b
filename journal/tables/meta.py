"""The journal's facts about itself, among them which migrations made it."""

import time

from journal.database import Read, Write
from journal.database.migrate import Record

SELECT_FACT = "SELECT value FROM meta WHERE key = :key"
UPSERT_FACT = """
INSERT INTO meta (key, value) VALUES (:key, :value)
ON CONFLICT (key) DO UPDATE SET value = excluded.value
"""
SELECT_APPLIED = "SELECT version, name, sha256 FROM schema_migration ORDER BY version"
INSERT_APPLIED = """
INSERT INTO schema_migration (version, name, sha256, applied_at) VALUES (:version, :name, :sha256, :applied_at)
"""

JOURNAL_ID = "journal_id"
CREATED_AT = "created_at"
BOOT_ID = "boot_id"
TOKEN = "token"
"""with BOOT_ID of the last opening: whether the machine has forgotten anything since."""


def get(tx: Read, key: str) -> str | None:
    """Gives a fact."""
    value = tx.value(SELECT_FACT, key=key)
    return None if value is None else str(value)


def put(tx: Write, key: str, value: str) -> None:
    """Keeps a fact, over the one before."""
    tx.run(UPSERT_FACT, key=key, value=value)


def applied(tx: Read) -> list[tuple[int, str, bytes]]:
    """Lists the migrations that made this journal: number, name, digest."""
    return [(row[0], row[1], row[2]) for row in tx.rows(SELECT_APPLIED)]


def add(tx: Write, version: int, name: str, sha256: bytes) -> None:
    """Records a migration in the transaction that applies it."""
    tx.run(INSERT_APPLIED, version=version, name=name, sha256=sha256, applied_at=time.time_ns() // 1000)


MIGRATIONS = Record(applied, add)
