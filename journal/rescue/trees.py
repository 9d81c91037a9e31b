"""Whether every tree is what the changes made: each begins where the one before left its path, the last is head."""

from collections.abc import Iterator

from journal.content.paths import loaded
from journal.database import Read
from journal.limits import VERIFY_PAGE_ROWS
from journal.records import Finding
from journal.rescue.codes import finding
from journal.rescue.gauge import onward
from journal.tables import bases, paths

SELECT_HISTORY = """
SELECT c.path_id, c.commit_id, k.branch_id, c.before_blob, c.before_mode, c.before_kind,
       c.after_blob, c.after_mode, c.after_kind
FROM change AS c JOIN commits AS k ON k.id = c.commit_id
WHERE (c.path_id, c.commit_id) > (:path_id, :commit_id) ORDER BY c.path_id, c.commit_id LIMIT :most
"""
SELECT_ENTRIES = """
SELECT h.path_id, h.branch_id, h.blob_id, h.mode, h.kind
FROM branch AS b CROSS JOIN json_each(:ids) AS j
CROSS JOIN head_entry AS h ON h.branch_id = b.id AND h.path_id = j.value
"""
SELECT_UNMADE = """
SELECT p.name, p.raw FROM head_entry AS h LEFT JOIN path AS p ON p.id = h.path_id
WHERE NOT EXISTS (SELECT 1 FROM change AS c WHERE c.path_id = h.path_id)
"""
SELECT_BASE = """
SELECT b.id, h.blob_id, h.mode, h.kind
FROM branch AS b CROSS JOIN base_entry AS h ON h.branch_id = b.id AND h.path_id = :path_id
"""
SELECT_BASE_DRIFT = """
SELECT p.name, p.raw FROM base_entry AS b LEFT JOIN path AS p ON p.id = b.path_id
LEFT JOIN head_entry AS h ON h.branch_id = b.branch_id AND h.path_id = b.path_id
WHERE NOT EXISTS (SELECT 1 FROM change AS c WHERE c.path_id = b.path_id)
  AND (h.blob_id IS NOT b.blob_id OR h.mode IS NOT b.mode OR h.kind IS NOT b.kind)
"""
NOT_OF_A_BASE = """
  AND NOT EXISTS (SELECT 1 FROM base_entry AS b WHERE b.branch_id = h.branch_id AND b.path_id = h.path_id)
"""
SELECT_NAME = "SELECT name, raw FROM path WHERE id = :id"
SELECT_COMMIT = "SELECT sha256 FROM commits WHERE id = :id"
SELECT_STAGE_DRIFT = """
SELECT p.name, p.raw FROM staged AS s JOIN path AS p ON p.id = s.path_id LEFT JOIN edit AS e ON e.id = s.edit_id
WHERE e.id IS NULL OR e.path_id <> s.path_id OR e.after_blob IS NOT s.after_blob OR e.after_mode IS NOT s.after_mode
   OR e.after_kind IS NOT s.after_kind
"""
ABSENT = (None, None, None)

States = dict[int, tuple[int | None, int | None, str | None]]
"""what stands at one path, by branch."""


def trees(look: Read, checked: dict[str, int]) -> Iterator[Finding]:
    """Walks the history of each path once: so every tree of every commit is checked, a path at a time.

    Where a prune let older commits go, it begins with the tree of the newest of them.
    """
    based = bool(bases.all_of(look))
    ended: dict[int, States] = {}
    number, states, walked = 0, States(), 0
    for path, commit, branch, *sides in _history(look):
        walked += 1
        if path != number:
            if states:
                ended[number] = states
            number, states = path, _base(look, path) if based else States()
            if len(ended) >= VERIFY_PAGE_ROWS:
                yield from _heads(look, ended)
                ended.clear()
        before, after = tuple(sides[:3]), tuple(sides[3:])
        known = states.get(branch, ABSENT)
        if known not in (ABSENT, before):  # what stood at a path that head does not have, nobody can say
            name = look.value(SELECT_COMMIT, id=commit)
            yield finding("tree", _name(look, path), f"commit {name.hex()} begins with another state of it")
        states[branch] = after
    if states:
        ended[number] = states
    yield from _heads(look, ended)
    for row in look.rows(SELECT_UNMADE + NOT_OF_A_BASE if based else SELECT_UNMADE):
        yield finding("head-entry", loaded(row[0], row[1]), "no commit put it into the tree at head")
    for row in look.rows(SELECT_BASE_DRIFT) if based else ():
        yield finding("head-entry", loaded(row[0], row[1]), "no commit changed it, and it is not as they began with it")
    checked["history"] = walked


def _base(look: Read, path: int) -> States:
    """Gives what stood at a path, by branch, before the first commit that is kept."""
    return {branch: tuple(state) for branch, *state in look.rows(SELECT_BASE, path_id=path)}


def _history(look: Read) -> Iterator[tuple]:  # type: ignore[type-arg]  # the columns of SELECT_HISTORY
    at = (-(1 << 63), 0)
    while page := look.rows(SELECT_HISTORY, path_id=at[0], commit_id=at[1], most=VERIFY_PAGE_ROWS):
        yield from page
        at = onward(at, (page[-1][0], page[-1][1]))


def _heads(look: Read, ended: dict[int, States]) -> Iterator[Finding]:
    """Holds the last state of some paths against the tree at head."""
    entries: dict[int, States] = {path: {} for path in ended}
    for path, branch, *state in look.rows(SELECT_ENTRIES, ids=paths.ids(ended)):
        entries[path][branch] = tuple(state)
    for path, states in ended.items():
        if {branch: state for branch, state in states.items() if state != ABSENT} != entries[path]:
            yield finding("head-entry", _name(look, path), "the tree at head is not what the commits made")


def staged(look: Read, _checked: dict[str, int]) -> Iterator[Finding]:
    """Holds what is staged against the edits that it folds."""
    for name, raw in look.rows(SELECT_STAGE_DRIFT):
        yield finding("staged", loaded(name, raw), "what is staged is not what its last edit made")


def _name(look: Read, path: int) -> str:
    row = look.row(SELECT_NAME, id=path)
    return f"path {path}" if row is None else loaded(*row)
