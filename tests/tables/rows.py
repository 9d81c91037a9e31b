"""Rows to begin with: a root, its branch, a session, and short ways to write what the tests are about."""

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, NamedTuple

from journal import ids
from journal.content.packing import pack
from journal.database import Database, Read, Write
from journal.database.migrate import migrate
from journal.ids import BlobId, BranchId, CommitRow, EditId, InvocationId, PathId, RootId, SessionRow
from journal.records import Kind
from journal.tables import blobs, commits, paths, sessions, staged, trees
from journal.tables.commits import Draft, DraftChange
from journal.tables.invocations import Asked, Chain, Outcome
from journal.tables.meta import MIGRATIONS
from journal.tables.sessions import SessionFacts
from journal.tables.staged import EditRow
from journal.tables.states import ABSENT, Columns, State, change_type

MOMENT = 1_700_000_000_000_000
"""microseconds: 2023-11-14T22:13:20Z"""

STOCK = """
import json, sqlite3, sys
connection = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
cursor = connection.execute(sys.argv[2])
json.dump([[column[0] for column in cursor.description], cursor.fetchall()], sys.stdout)
"""


class Home(NamedTuple):
    """What nearly every row refers to."""

    root: RootId
    branch: BranchId
    session: SessionRow


class Side(NamedTuple):
    """What stands at a path in a test."""

    data: bytes
    mode: int = 0o644
    kind: Kind = "file"


def migrated(path: str = ":memory:") -> Database:
    """A journal of this release's format; without a path it is gone when closed."""
    database = Database.open(path, readonly=False, create=True)
    migrate(database, MIGRATIONS)
    return database


def home(tx: Write, name: str = "main") -> Home:
    """A root with a branch of some name, and a session in it."""
    root = sessions.add_root(tx, f"uuid of {name}", f"/somewhere/{name}", 1, 2)
    branch = sessions.add_branch(tx, name, root.id)
    facts = SessionFacts(f"session-{name}", 12, "host", MOMENT, "{}")
    return Home(root.id, branch.id, sessions.start(tx, branch.id, facts))


def blob(tx: Write, data: bytes) -> BlobId:
    """A content, packed without a base."""
    return blobs.put(tx, pack(data))


def columns(tx: Write, side: Side | None) -> Columns:
    """A side of a change as it is written."""
    return ABSENT if side is None else (blob(tx, side.data), side.mode, side.kind)


def state(side: Side) -> State:
    """A side of a change as it is read."""
    is_text = b"\0" not in side.data
    return State(ids.sha256(side.data), len(side.data), is_text, side.mode, side.kind)


def act(tx: Write, at: Home, name: str = "write", started_at: int = MOMENT) -> InvocationId:
    """A verb that was done."""
    asked = Asked(at.session, "spool", name, "{}", started_at)
    return Chain(tx).record(asked, Outcome("ok", started_at + 5, 5)).id


def edit(tx: Write, at: Home, path: str, before: Side | None, after: Side | None, act_id: InvocationId) -> EditRow:
    """One act on one path, logged."""
    number = EditId(staged.last_edit(tx) + 1)
    sides = columns(tx, before), columns(tx, after)
    row = EditRow(number, act_id, at.branch, paths.number(tx, path), 0, *sides, None)
    staged.log(tx, [row])
    return row


def commit(
    tx: Write,
    at: Home,
    changes: Mapping[str, Side | None],
    *,
    created_at: int = MOMENT,
    message: str = "why",
    act_id: InvocationId | None = None,
) -> CommitRow:
    """A commit of some paths, as the engine would write it: from head to these sides."""
    branch = next(row for row in tx.rows("SELECT head_id, name FROM branch WHERE id = :id", id=at.branch))
    n = 1 + (tx.value("SELECT max(n) FROM commits WHERE branch_id = :id", id=at.branch) or 0)
    drafts = []
    for path, side in changes.items():
        number = paths.number(tx, path)
        before = trees.at_head(tx, at.branch, number)
        kind = change_type(before, None if side is None else state(side))
        drafts.append(DraftChange(number, kind, stored(tx, before), columns(tx, side), None, act_id))
    sha = ids.sha256(f"{branch[1]} {n} {message}".encode())
    draft = Draft(
        sha, branch[0], at.branch, n, at.session, created_at, message, "{}", len(drafts), 2, 1, Chain(tx).link
    )
    made = commits.add(tx, draft, drafts)
    trees.advance(tx, at.branch, [(each.path_id, each.after) for each in drafts])
    sessions.set_head(tx, at.branch, made)
    return made


def stored(tx: Read, found: State | None) -> Columns:
    """A state that was read as it is written."""
    return ABSENT if found is None else (blobs.number(tx, found.sha256), found.mode, found.kind)


def path_id(tx: Read, path: str) -> PathId:
    """The number of a path that is known."""
    found = paths.find(tx, path)
    assert found is not None
    return found


def stock(path: str, sql: str) -> tuple[list[str], list[list[Any]]]:
    """What a stock client gives, in a process of its own: it would drop our locks in this one."""
    command = [sys.executable, "-c", STOCK, path, sql]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    names, rows = json.loads(done.stdout)
    return names, rows
