"""What named validators said of single changes of single paths, kept so that they are not asked again."""

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from journal.database import Read, Write
from journal.database.transaction import Value
from journal.ids import BranchId, PathId
from journal.limits import VERDICT_BYTES_MAX, VERDICTS_KEPT_MAX
from journal.records import Problem
from journal.tables.states import State

SELECT_KNOWN = """
SELECT s.path_id, v.problems
FROM staged AS s
LEFT JOIN blob AS x ON x.id = s.before_blob
LEFT JOIN blob AS y ON y.id = s.after_blob
JOIN verdict AS v ON v.path_id = s.path_id AND v.validator = :validator AND v.version = :version
    AND v.before_sha = coalesce(x.sha256, x'') AND v.after_sha = coalesce(y.sha256, x'')
    AND v.before_mode = coalesce(s.before_mode, 0) AND v.after_mode = coalesce(s.after_mode, 0)
    AND v.before_kind = coalesce(s.before_kind, '') AND v.after_kind = coalesce(s.after_kind, '')
WHERE s.branch_id = :branch_id
"""
INSERT_VERDICT = """
INSERT INTO verdict (path_id, validator, version, before_sha, before_mode, before_kind,
                     after_sha, after_mode, after_kind, problems)
VALUES (:path_id, :validator, :version, :before_sha, :before_mode, :before_kind,
        :after_sha, :after_mode, :after_kind, :problems)
ON CONFLICT (path_id, validator, version, before_sha, after_sha, before_mode, after_mode, before_kind, after_kind)
DO UPDATE SET problems = excluded.problems
"""
DELETE_OLDEST = "DELETE FROM verdict WHERE id <= (SELECT max(id) FROM verdict) - :kept"


class Said(NamedTuple):
    """One problem of a verdict: it belongs to the path of its row."""

    message: str
    line: int | None
    code: str


class Verdict(NamedTuple):
    """What a validator found in one change: nothing when it agreed."""

    path_id: PathId
    before: State | None
    after: State | None
    problems: tuple[Said, ...]


def said(problem: Problem) -> Said:
    """Takes from a problem what its path does not tell."""
    return Said(problem.message, problem.line, problem.code)


def known(tx: Read, branch_id: BranchId, validator: str, version: str) -> dict[PathId, tuple[Said, ...]]:
    """Gives what a validator said before of the changes that are staged now; what cannot be read was not said."""
    rows = tx.rows(SELECT_KNOWN, branch_id=branch_id, validator=validator, version=version)
    found = {PathId(path_id): _read(problems) for path_id, problems in rows}
    return {path_id: problems for path_id, problems in found.items() if problems is not None}


def put(tx: Write, validator: str, version: str, verdicts: Iterable[Verdict], kept: int = VERDICTS_KEPT_MAX) -> None:
    """Remembers what a validator said, over what it said before; the oldest of all are forgotten beyond `kept`."""
    texts = [(verdict, _text(verdict.problems)) for verdict in verdicts]
    rows: list[dict[str, Value]] = [
        {
            "path_id": verdict.path_id,
            "validator": validator,
            "version": version,
            "problems": text,
            **_side("before", verdict.before),
            **_side("after", verdict.after),
        }
        for verdict, text in texts
        if len(text) <= VERDICT_BYTES_MAX
    ]
    if rows:
        tx.run_many(INSERT_VERDICT, rows)
        tx.run(DELETE_OLDEST, kept=kept)


def _side(name: str, state: State | None) -> dict[str, Value]:
    sha, mode, kind = (b"", 0, "") if state is None else (state.sha256, state.mode, state.kind)
    return {f"{name}_sha": sha, f"{name}_mode": mode, f"{name}_kind": kind}


def _text(problems: Sequence[Said]) -> str:
    """Writes problems as JSON in ASCII, so that half a character of a message is no trouble."""
    return json.dumps([each._asdict() for each in problems])


def _read(text: str) -> tuple[Said, ...] | None:
    listed = json.loads(text)
    try:
        found = [Said(each["message"], each["line"], each["code"]) for each in listed]
    except (KeyError, TypeError):
        return None
    kinds = (str, int | None, str)
    whole = all(isinstance(part, kind) for each in found for part, kind in zip(each, kinds, strict=True))
    return tuple(found) if whole and isinstance(listed, list) else None
