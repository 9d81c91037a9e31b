"""SQLite as the journal uses it."""

from journal.database.connection import Database
from journal.database.guard import allows_reading
from journal.database.transaction import Read, Write

__all__ = ["Database", "Read", "Write", "allows_reading"]
