"""Roots, the branches checked out in them, and the sessions that work there."""

from typing import NamedTuple

from journal.content.paths import loaded, stored
from journal.database import Read, Write
from journal.ids import BranchId, CommitRow, RootId, SessionRow

SELECT_ROOT_BY_UUID = "SELECT id, uuid, path, raw, dev, inode FROM root WHERE uuid = :uuid"
SELECT_ROOT = "SELECT id, uuid, path, raw, dev, inode FROM root WHERE id = :id"
SELECT_ROOT_BY_PATH = "SELECT id, uuid, path, raw, dev, inode FROM root WHERE path = :path"
INSERT_ROOT = """
INSERT INTO root (uuid, path, raw, dev, inode) VALUES (:uuid, :path, :raw, :dev, :inode) RETURNING id
"""
UPDATE_ROOT = "UPDATE root SET path = :path, raw = :raw, dev = :dev, inode = :inode WHERE id = :id"
SELECT_BRANCH = "SELECT id, name, root_id, head_id, generation FROM branch WHERE name = :name"
SELECT_BRANCHES = """
SELECT b.name, c.sha256 FROM branch AS b LEFT JOIN commits AS c ON c.id = b.head_id ORDER BY b.name
"""
SELECT_BRANCH_IN = "SELECT id, name, root_id, head_id, generation FROM branch WHERE root_id = :root_id ORDER BY id"
INSERT_BRANCH = "INSERT INTO branch (name, root_id) VALUES (:name, :root_id) RETURNING id"
BUMP_GENERATION = "UPDATE branch SET generation = generation + 1 WHERE id = :id"
SELECT_GENERATION = "SELECT generation FROM branch WHERE id = :id"
UPDATE_HEAD = "UPDATE branch SET head_id = :head_id, generation = generation + 1 WHERE id = :id"
SELECT_SESSION = "SELECT id, branch_id, state, pid, host, metadata FROM session WHERE name = :name"
SELECT_OPEN = """
SELECT name, pid, host, started_at FROM session WHERE branch_id = :branch_id AND state = 'open' ORDER BY id DESC LIMIT 1
"""
SELECT_METADATA = "SELECT metadata FROM session WHERE id = :id"
INSERT_SESSION = """
INSERT INTO session (name, branch_id, started_at, pid, host, state, metadata)
VALUES (:name, :branch_id, :started_at, :pid, :host, 'open', :metadata)
RETURNING id
"""
CONTINUE_SESSION = """
UPDATE session SET state = 'open', ended_at = NULL, pid = :pid, host = :host,
       metadata = CASE :metadata WHEN '{}' THEN metadata ELSE :metadata END
WHERE id = :id
"""
END_SESSION = "UPDATE session SET state = 'closed', ended_at = :ended_at WHERE id = :id"
SELECT_OTHERS_OPEN = "SELECT 1 FROM session WHERE branch_id <> :branch_id AND state = 'open' LIMIT 1"
INSERT_VISIT = """
INSERT INTO session (name, branch_id, started_at, ended_at, pid, host, state, metadata)
VALUES (:name, :branch_id, :started_at, :started_at, :pid, :host, 'closed', :metadata)
RETURNING id
"""
SELECT_ROOTS = "SELECT id FROM root ORDER BY id"
SELECT_FIRST = "SELECT min(id) FROM branch"
BURY_SESSIONS = "UPDATE session SET state = 'died' WHERE branch_id = :branch_id AND state = 'open'"


class RootRow(NamedTuple):
    """A directory whose files are journaled, as it was last seen."""

    id: RootId
    uuid: str
    path: str
    dev: int
    inode: int


class BranchRow(NamedTuple):
    """A named head."""

    id: BranchId
    name: str
    root_id: RootId
    head_id: CommitRow | None
    generation: int


class SessionFacts(NamedTuple):
    """What a new session says of itself; metadata is compact JSON."""

    name: str
    pid: int
    host: str
    started_at: int
    metadata: str


def root_by_uuid(tx: Read, uuid: str) -> RootRow | None:
    """Finds a root by the id that stands in its `.spool/id`."""
    return _root(tx.row(SELECT_ROOT_BY_UUID, uuid=uuid))


def root_by_path(tx: Read, path: str) -> RootRow | None:
    """Finds a root by the place where it was last seen."""
    return _root(tx.row(SELECT_ROOT_BY_PATH, path=stored(path)[0]))


def root_of(tx: Read, root: RootId) -> RootRow | None:
    """Finds a root by its number."""
    return _root(tx.row(SELECT_ROOT, id=root))


def add_root(tx: Write, uuid: str, path: str, dev: int, inode: int) -> RootRow:
    """Takes a new root in."""
    name, raw = stored(path)
    found = tx.value(INSERT_ROOT, uuid=uuid, path=name, raw=raw, dev=dev, inode=inode)
    return RootRow(RootId(found), uuid, path, dev, inode)


def place_root(tx: Write, root: RootRow, path: str, dev: int, inode: int) -> RootRow:
    """Records where a root stands now."""
    name, raw = stored(path)
    tx.run(UPDATE_ROOT, id=root.id, path=name, raw=raw, dev=dev, inode=inode)
    return root._replace(path=path, dev=dev, inode=inode)


def branch(tx: Read, name: str) -> BranchRow | None:
    """Finds a branch by its name."""
    return _branch(tx.row(SELECT_BRANCH, name=name))


def branch_in(tx: Read, root: RootId) -> BranchRow | None:
    """Finds the branch that is checked out in a root."""
    return _branch(tx.row(SELECT_BRANCH_IN, root_id=root))


def branches(tx: Read) -> list[tuple[str, bytes | None]]:
    """Lists the branches, each with the name of its newest commit."""
    return [(row[0], row[1]) for row in tx.rows(SELECT_BRANCHES)]


def add_branch(tx: Write, name: str, root_id: RootId) -> BranchRow:
    """Makes a branch without commits."""
    return BranchRow(BranchId(tx.value(INSERT_BRANCH, name=name, root_id=root_id)), name, root_id, None, 0)


def bump(tx: Write, branch_id: BranchId) -> None:
    """Counts a change of what is staged."""
    tx.run(BUMP_GENERATION, id=branch_id)


def generation(tx: Read, branch_id: BranchId) -> int:
    """Tells how often what is staged has changed."""
    return int(tx.value(SELECT_GENERATION, id=branch_id))


def set_head(tx: Write, branch_id: BranchId, commit: CommitRow) -> None:
    """Moves a branch to a commit."""
    tx.run(UPDATE_HEAD, id=branch_id, head_id=commit)


def living(tx: Read, branch_id: BranchId) -> tuple[str, int, str] | None:
    """Gives name, pid and host of the session that was last said to be open."""
    row = tx.row(SELECT_OPEN, branch_id=branch_id)
    return None if row is None else (row[0], row[1], row[2])


def others_open(tx: Read, branch_id: BranchId) -> bool:
    """Tells whether a session of another branch is open, or died and nobody has said so yet."""
    return tx.value(SELECT_OTHERS_OPEN, branch_id=branch_id) is not None


def find(tx: Read, name: str) -> tuple[SessionRow, BranchId, str] | None:
    """Finds a session by its name: number, branch, state."""
    row = tx.row(SELECT_SESSION, name=name)
    return None if row is None else (SessionRow(row[0]), BranchId(row[1]), row[2])


def metadata(tx: Read, session: SessionRow) -> str:
    """Gives what a session says of itself, as compact JSON."""
    return str(tx.value(SELECT_METADATA, id=session))


def start(tx: Write, branch_id: BranchId, facts: SessionFacts) -> SessionRow:
    """Opens a session: a new one, or the one of that name once more. Those that died are said to be dead."""
    tx.run(BURY_SESSIONS, branch_id=branch_id)
    found = find(tx, facts.name)
    if found is None:
        return SessionRow(tx.value(INSERT_SESSION, branch_id=branch_id, **facts._asdict()))
    tx.run(CONTINUE_SESSION, id=found[0], pid=facts.pid, host=facts.host, metadata=facts.metadata)
    return found[0]


def end(tx: Write, session: SessionRow, ended_at: int) -> None:
    """Closes a session."""
    tx.run(END_SESSION, id=session, ended_at=ended_at)


def visit(tx: Write, branch_id: BranchId, facts: SessionFacts) -> SessionRow:
    """Takes in whoever works on the journal itself and stays at no root; nobody is buried for it."""
    return SessionRow(tx.value(INSERT_VISIT, branch_id=branch_id, **facts._asdict()))


def roots(tx: Read) -> list[RootId]:
    """Lists the numbers of all roots."""
    return [RootId(row[0]) for row in tx.rows(SELECT_ROOTS)]


def first_branch(tx: Read) -> BranchId | None:
    """Gives the branch that was made first, None in a journal without a root."""
    found = tx.value(SELECT_FIRST)
    return None if found is None else BranchId(found)


def _branch(row: tuple[int, str, int, CommitRow | None, int] | None) -> BranchRow | None:
    return None if row is None else BranchRow(BranchId(row[0]), row[1], RootId(row[2]), row[3], row[4])


def _root(row: tuple[int, str, str, bytes | None, int, int] | None) -> RootRow | None:
    if row is None:
        return None
    return RootRow(RootId(row[0]), row[1], loaded(row[2], row[3]), row[4], row[5])
