"""SQLite as the journal uses it."""

from journal.database.connection import Database
from journal.database.guard import allows_reading
from journal.database.lock import Aside, owned
from journal.database.transaction import Read, Write

__all__ = ["Aside", "Database", "Read", "Write", "allows_reading", "owned"]
