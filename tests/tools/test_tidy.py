"""Each house rule finds the breach planted for it, and nothing else."""
from __future__ import annotations

from pathlib import Path

import pytest

import tidy

CLEAN = {
    "journal/__init__.py": '"""Public names."""\nfrom journal.engine.journal import Journal as Journal\n',
    "journal/__main__.py": '"""Runs it."""\nfrom journal.cli.main import entry\n\nraise SystemExit(entry())\n',
    "journal/errors.py": '"""Errors."""\nfrom typing import TYPE_CHECKING\n\nfrom journal import limits\n\n'
    "if TYPE_CHECKING:\n    from journal.records import Entry\n",
    "journal/limits.py": '"""Bounds."""\nPATH_MAX = 4096\n',
    "journal/records/entry.py": '"""Records."""\nfrom journal.errors import UsageError\n',
    "journal/content/text.py": '"""Text: e.g. lines."""\n'
    'LABELS = ("SELECT", "Update", "CREATE a thing", "BEGIN here")\n',
    "journal/database/transaction.py": '"""Transactions."""\n\n\ndef begin(connection, name):\n'
    '    """Begins one."""\n    connection.execute("BEGIN IMMEDIATE")\n    connection.execute(f"SAVEPOINT {name}")\n'
    '    connection.execute("PRAGMA foreign_keys = 1")\n',
    "journal/tables/blobs.py": '"""Blobs."""\nfrom journal.database import transaction\n\n'
    'SELECT_SIZE = """\nSELECT size FROM blob WHERE id = :id\n"""\nDELETE = "DELETE FROM blob"\n',
    "journal/workspace/places.py": '"""Places."""\nimport os\n\nHOME = os.environ.get("SPOOL_HOME")\n',
    "journal/engine/journal.py": '"""Journals."""\n'
    "from journal.rescue import check\nfrom journal.tables import blobs\n\n\n"
    'class Journal:\n    """A journal."""\n\n    def __init__(self, database):\n        with database.begin() as tx:\n'
    "            blobs.put(tx)\n",
    "journal/rescue/check.py": '"""Checks."""\nLOOK = "WITH t AS (SELECT 1) SELECT * FROM t"\n',
    "journal/executors/worker.py": '"""Workers."""\n\n\nasync def run(call):\n    """Runs one."""\n    await call\n',
    "journal/cli/main.py": '"""Commands."""\nimport sys\n\nfrom journal import Journal\n\n\n'
    'def entry():\n    """Runs."""\n    print(Journal, file=sys.stderr)\n    return 0\n',
    "migrations/0001_content.sql": "CREATE TABLE blob (  -- Whole contents.\n    id INTEGER PRIMARY KEY\n) STRICT;\n",
    "migrations/0002_commits.sql": "CREATE TABLE commits (\n    -- Published.\n    id INTEGER PRIMARY KEY\n) STRICT;\n",
    "tests/tables/test_blobs.py": '"""Blobs."""\n'
    'from journal.tables.blobs import _size\n\nDELETE = "DELETE FROM blob"\n',
    "README.md": "See `/usr/share/work/` and a/root/b.\n",
}
LONG_FUNCTION = '"""Long."""\n\n\ndef long():\n    """Is.\n\n    Long.\n    """\n' + "    pass\n" * 40
NO_END = "TO" + "DO"
FIRST_LINE = "the first line of the module's docstring is not one sentence with a full stop"
HIGHER = ", which is not on a lower floor"
OUTSIDE = " outside cli/ and journal/workspace/places.py"
UNEXPLAINED = "the table a does not open with a comment inside its parentheses"

BREACHES = [
    ("journal/content/a.py", "from journal.tables import blobs", "content imports tables" + HIGHER),
    ("journal/content/a.py", "import journal.database", "content imports database" + HIGHER),
    ("journal/content/a.py", "from ..engine import spool", "content imports engine" + HIGHER),
    ("journal/content/a.py", "def _f():\n    import journal.cli.main", "content imports cli" + HIGHER),
    ("journal/content/a.py", "from journal import Spool", "content imports from the door, journal/__init__.py"),
    ("journal/content/a.py", "import journal", "content imports from the door, journal/__init__.py"),
    ("journal/rescue/a.py", "from journal.engine import spool", "rescue imports engine" + HIGHER),
    ("journal/limits.py", "from journal.records import Entry", "limits imports records" + HIGHER),
    ("journal/errors.py", "import journal.records", "errors imports records" + HIGHER),
    ("journal/attic/a.py", "", "the room attic has no floor: give it one in tools/house/imports.py"),
    ("journal/engine/a.py", "from journal.tables.blobs import _a", "imports the private name _a of another room"),
    (
        "journal/engine/a.py",
        "from journal.tables import blobs\nA = blobs._cache",
        "reaches the private name blobs._cache of another room",
    ),
    ("journal/engine/a.py", "A = 'SELECT 1'", "a reading statement outside tables/: SELECT 1 ..."),
    ("journal/rescue/a.py", "A = 'INSERT INTO a'", "a writing statement outside tables/: INSERT INTO ..."),
    ("journal/engine/a.py", "A = f'UPDATE {1} SET'", "a writing statement outside tables/: UPDATE ..."),
    ("journal/engine/a.py", "A = '-- x\\n REPLACE INTO a'", "a writing statement outside tables/: -- x ..."),
    ("journal/cli/a.py", "A = 'DELETE FROM a'", "a writing statement outside tables/: DELETE FROM ..."),
    ("journal/tables/a.py", "A = 'CREATE TABLE a (b)'", "a shaping statement outside migrations/: CREATE TABLE ..."),
    ("journal/tables/a.py", "A = 'PRAGMA a'", "a pragma statement outside database/: PRAGMA a ..."),
    ("journal/engine/a.py", "A = 'ROLLBACK'", "a transaction statement outside database/: ROLLBACK ..."),
    ("journal/engine/a.py", "print(1)", "prints outside cli/"),
    ("journal/engine/a.py", "raise SystemExit", "ends the process by SystemExit outside cli/"),
    ("journal/engine/a.py", "import sys\nsys.exit(1)", "uses sys.exit outside cli/"),
    ("journal/engine/a.py", "from sys import stderr", "uses sys.stderr outside cli/"),
    ("journal/engine/a.py", "import os\nA = os.environ", "uses os.environ" + OUTSIDE),
    ("journal/engine/a.py", "from os import getenv", "uses os.getenv" + OUTSIDE),
    ("journal/tables/a.py", "A = connection.begin()", "begins a transaction outside engine/"),
    ("journal/engine/a.py", "async def _f(): pass", "awaits outside executors/"),
    ("journal/engine/a.py", "\n" * 400, "the file has 401 lines, more than 400"),
    ("tests/a.py", "\n" * 400, "the file has 401 lines, more than 400"),
    ("journal/engine/a.py", "def f(): pass", "f is public and has no docstring"),
    ("journal/engine/a.py", "class _A: pass\nclass B: pass", "B is public and has no docstring"),
    ("tools/a.py", "class A:\n    'An a.'\n    def f(self): pass", "A.f is public and has no docstring"),
    ("journal/engine/a.py", f"# {NO_END}: more", f"tells of a loose end: {NO_END}"),
    ("tests/a.py", "A = '/ro" + "ot/a'", "names a path of one machine: /ro" + "ot/"),
]
WHOLE = [
    ("journal/engine/a.py", LONG_FUNCTION, "long has 41 lines, more than 40"),
    ("journal/engine/a.py", "A = 1\n", "the module has no docstring"),
    ("journal/engine/__init__.py", "", "the module has no docstring"),
    ("journal/engine/a.py", '"""No stop"""\n', FIRST_LINE),
    ("journal/engine/a.py", '"""One. Two."""\n', FIRST_LINE),
    ("journal/engine/a.py", '"""A."""\nA = (\n', "this is not Python"),
    ("migrations/0003_a.sql", "CREATE TABLE a (id) STRICT;\n", UNEXPLAINED),
    ("migrations/0004_a.sql", "", "this migration stands where 0003 is due"),
    ("migrations/a.sql", "", "a migration is named NNNN_topic.sql"),
    ("README.md", "cd /wo" + "rk/main\n", "names a path of one machine: /wo" + "rk/"),
]


def plant(root: Path, files: dict[str, str]) -> None:
    """Writes files below `root`."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def sentences(root: Path) -> list[tuple[str, str]]:
    """The path and sentence of each breach."""
    return [(breach.path, breach.sentence) for breach in tidy.breaches(root)]


def test_a_clean_tree_yields_nothing(tmp_path: Path) -> None:
    plant(tmp_path, CLEAN)
    assert sentences(tmp_path) == []


@pytest.mark.parametrize(("path", "body", "sentence"), BREACHES)
def test_a_planted_breach_is_found(tmp_path: Path, path: str, body: str, sentence: str) -> None:
    plant(tmp_path, CLEAN | {path: f'"""A module."""\n{body}'})
    assert sentences(tmp_path) == [(path, sentence)]


@pytest.mark.parametrize(("path", "text", "sentence"), WHOLE)
def test_a_planted_file_is_found(tmp_path: Path, path: str, text: str, sentence: str) -> None:
    plant(tmp_path, CLEAN | {path: text})
    assert sentences(tmp_path) == [(path, sentence)]


def test_the_words_may_not_import_one_another_in_a_circle(tmp_path: Path) -> None:
    plant(tmp_path, CLEAN | {"journal/limits.py": '"""Bounds."""\nfrom journal import errors\n'})
    assert sentences(tmp_path) == [
        ("journal/errors.py", "errors imports limits, which imports errors in a circle"),
        ("journal/limits.py", "limits imports errors, which imports limits in a circle"),
    ]


def test_a_breach_names_its_line(tmp_path: Path) -> None:
    plant(tmp_path, CLEAN | {"journal/engine/a.py": '"""A."""\n\nprint(1)\n'})
    assert [str(breach) for breach in tidy.breaches(tmp_path)] == ["journal/engine/a.py:3: prints outside cli/"]


def test_a_migration_that_is_lacking_is_found(tmp_path: Path) -> None:
    plant(tmp_path, CLEAN)
    (tmp_path / "migrations/0001_content.sql").unlink()
    assert sentences(tmp_path) == [("migrations/0002_commits.sql", "this migration stands where 0001 is due")]


def test_what_needs_no_docstring_of_its_own(tmp_path: Path) -> None:
    text = (
        '"""A."""\nimport io\nfrom typing import overload\n\n\n'
        "@overload\ndef f(a: int) -> int: ...\n\n\n"
        'class Reader(io.BufferedIOBase):\n    """A reader."""\n\n    def readable(self):\n        return True\n\n'
        '    @property\n    def size(self):\n        """Bytes."""\n\n    @size.setter\n    def size(self, value):\n'
        "        def inner():\n            return value\n"
    )
    plant(tmp_path, CLEAN | {"journal/engine/a.py": text})
    assert sentences(tmp_path) == []
