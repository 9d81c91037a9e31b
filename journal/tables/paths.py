"""The number of every path ever seen."""

import json
from collections.abc import Iterable, Sequence

from journal.content.paths import loaded, outermost, stored
from journal.content.paths import spans as spans_of
from journal.database import Read, Write
from journal.ids import PathId

SELECT_ID = "SELECT id FROM path WHERE name = :name"
SELECT_IDS = "SELECT p.name, p.id FROM json_each(:names) AS j CROSS JOIN path AS p ON p.name = j.value"
INSERT_PATH = "INSERT INTO path (name, raw) VALUES (:name, :raw) RETURNING id"
IN_SPANS = "json_each(:spans) AS j CROSS JOIN path AS p ON p.name >= j.value ->> 0 AND p.name < j.value ->> 1"
"""the paths at and below some others, by as many seeks in the index of names; see `spans`."""
IN_IDS = "IN (SELECT value FROM json_each(:ids))"
"""rows of some paths, or of other numbers, by a seek each; see `ids`."""
SELECT_NAME = "SELECT name, raw FROM path WHERE id = :id"
SELECT_ANY = f"SELECT EXISTS (SELECT 1 FROM {IN_SPANS})"


def find(tx: Read, path: str) -> PathId | None:
    """Gives a path's number, or None when it was never seen."""
    found = tx.value(SELECT_ID, name=stored(path)[0])
    return None if found is None else PathId(found)


def any_in(tx: Read, path: str) -> bool:
    """Tells whether a path, or one below it, was ever seen."""
    return bool(tx.value(SELECT_ANY, spans=spans([path])))


def find_many(tx: Read, many: Sequence[str]) -> dict[str, PathId]:
    """Gives the numbers of those paths that were seen before."""
    names = {stored(path)[0]: path for path in many}
    found = tx.rows(SELECT_IDS, names=json.dumps(list(names)))
    return {names[name]: PathId(path_id) for name, path_id in found}


def number(tx: Write, path: str) -> PathId:
    """Gives a path's number, a new one when it was never seen."""
    name, raw = stored(path)
    found = tx.value(SELECT_ID, name=name)
    return PathId(found if found is not None else tx.value(INSERT_PATH, name=name, raw=raw))


def name(tx: Read, path_id: PathId) -> str:
    """Gives the path of a number."""
    row = tx.row(SELECT_NAME, id=path_id)
    if row is None:
        raise LookupError(f"path {path_id}")
    return loaded(row[0], row[1])


def spans(starts: Iterable[str]) -> str:
    """Spells for IN_SPANS which paths are meant: those given and all below them, each once."""
    return json.dumps([span for start in outermost(starts) for span in spans_of(start)])


def ids(many: Iterable[int]) -> str:
    """Spells the numbers of paths, or of other rows, for `json_each(:ids)`."""
    return "[" + ",".join(map(str, many)) + "]"
