"""Rules on every text of the project: no loose ends, no machine's own paths, and tables that explain themselves."""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from house.source import Breach

LOOSE_ENDS = re.compile(r"\b(TODO|FIXME|XXX|HACK|NotImplementedError)\b")
MACHINE_PATHS = re.compile(r"(?<![\w.)}*-])(/work/|/root/|/home/[A-Za-z])")
LISTS_THEM = "tools/house/words.py"
CREATE_TABLE = re.compile(r"^\s*CREATE\s+(?:TEMP\w*\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(\w+)(\s*\(\s*--)?", re.M)
MIGRATION_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")


def loose_words(path: str, text: str) -> Iterator[Breach]:
    """What is begun is finished, and a clone finds nothing that only one machine has."""
    if path == LISTS_THEM:
        return
    for number, line in enumerate(text.splitlines(), start=1):
        for found in LOOSE_ENDS.finditer(line):
            yield Breach(path, number, f"tells of a loose end: {found[0]}")
        for found in MACHINE_PATHS.finditer(line):
            yield Breach(path, number, f"names a path of one machine: {found[0]}")


def commented_tables(path: str, text: str) -> Iterator[Breach]:
    """The sentence about a table stands inside its parentheses, where SQLite keeps it."""
    for found in CREATE_TABLE.finditer(text):
        if not found[2]:
            number = text.count("\n", 0, found.start(1)) + 1
            yield Breach(path, number, f"the table {found[1]} does not open with a comment inside its parentheses")


def numbered_migrations(paths: Iterable[Path]) -> Iterator[Breach]:
    """Migrations are numbered from 0001 without a gap."""
    expected = 1
    for path in sorted(paths):
        found = MIGRATION_NAME.fullmatch(path.name)
        if not found:
            yield Breach(f"migrations/{path.name}", 1, "a migration is named NNNN_topic.sql")
            continue
        if int(found[1]) != expected:
            yield Breach(f"migrations/{path.name}", 1, f"this migration stands where {expected:04} is due")
        expected = int(found[1]) + 1
