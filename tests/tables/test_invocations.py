"""Audited acts: written before, closed once, never changed, and chained so that a change is seen."""

import contextlib
import hashlib
import struct
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal.database import Database, Read
from journal.errors import CorruptionError
from journal.ids import InvocationId
from journal.tables import intents, invocations, paths
from journal.tables.intents import IntentRow
from journal.tables.invocations import Asked, Chain, Opened, Outcome
from journal.tables.states import ABSENT
from tests.tables import rows
from tests.tables.rows import Home

OPENED = (
    "id, session_id, parent_id, call_id, kind, name, request, decision, decision_reason, rule, started_at, inverse,"
    " trace_id"
)
CLOSED = OPENED + ", state, finished_at, duration_us, error, sandbox"
AUDIT = [
    *("invocation_id", "session_id", "parent_id", "call_id", "kind", "name", "request", "decision", "decision_reason"),
    *("rule", "state", "started_at", "finished_at", "duration_us", "error", "sandbox", "trace_id"),
]
FINISHED = rows.MOMENT + 1_500_000


class Abandoned(Exception):
    """A transaction that is taken back."""


def asked(at: Home, kind: str = "tool", name: str = "lint") -> Asked:
    """An act that is allowed."""
    return Asked(at.session, kind, name, '{"argument":"é"}', rows.MOMENT)


def encoded(fields: Iterable[int | str | bytes | None]) -> bytes:
    """Canonical bytes, worked out here once more."""
    made = b""
    for field in fields:
        if field is None:
            made += b"\xff" * 8
            continue
        data = struct.pack(">q", field) if isinstance(field, int) else field
        data = data.encode() if isinstance(data, str) else data
        made += struct.pack(">Q", len(data)) + data
    return made


def broken_links(tx: Read) -> list[int]:
    """The links that do not follow from the one before and from what the acts say now."""
    wrong = []
    before = bytes(32)
    for at, (seq, act, phase, digest, link) in enumerate(tx.rows("SELECT * FROM audit_link ORDER BY seq"), start=1):
        columns = OPENED if phase == "opened" else CLOSED
        said = tx.row(f"SELECT {columns} FROM invocation WHERE id = :id", id=act)
        told = hashlib.sha256(encoded(["spool audit 1", phase, *(said or ())])).digest()
        followed = hashlib.sha256(encoded([before, seq, phase, act, digest])).digest()
        if said is None or seq != at or (told, followed) != (digest, link):
            wrong.append(seq)
        before = link
    return wrong


def filled(database: Database, at: Home) -> list[Opened]:
    """Three acts: one done, one refused, one that runs."""
    with database.begin() as tx:
        chain = Chain(tx)
        done = chain.record(asked(at), Outcome("ok", FINISHED, 1_500_000))
        refusal = asked(at, "shell", "rm")._replace(decision="deny", decision_reason="not there", rule="r-1")
        refused = chain.record(refusal, Outcome("denied", FINISHED, 0, "refused"))
        return [done, refused, chain.open(asked(at, "fetch", "get"))]


def test_an_act_is_written_before_it_runs_and_closed_after(database: Database, home: Home) -> None:
    with database.begin() as tx:
        opened = Chain(tx).open(asked(home))
    assert invocations.running(database.look(), home.branch) == [opened]
    assert opened[:2] == (1, home.session) and opened.request == '{"argument":"é"}'
    with database.begin() as tx:
        Chain(tx).close(opened, Outcome("failed", FINISHED, 1_500_000, "it broke"))
    assert invocations.running(database.look(), home.branch) == []
    found = database.look().row("SELECT state, finished_at, duration_us, error FROM invocation")
    assert found == ("failed", FINISHED, 1_500_000, "it broke")
    assert broken_links(database.look()) == []


def test_a_running_verb_is_told_by_what_it_promised(database: Database, home: Home) -> None:
    with database.begin() as tx:
        chain = Chain(tx)
        quiet, promised = chain.open(asked(home, "spool", "write")), chain.open(asked(home, "spool", "write"))
        tool = chain.open(asked(home))
        number, side = paths.number(tx, "a"), rows.columns(tx, rows.Side(b"x"))
        promise = (home.branch, number, promised.id, 0, 1, "put", 1, None)
        intents.put(tx, [IntentRow(*promise, ABSENT, (None, None), side, (None, None), None)])
    assert invocations.running(database.look(), home.branch) == [promised, tool]
    assert quiet.id < promised.id < tool.id


def test_what_runs_is_told_by_branch(database: Database, home: Home) -> None:
    with database.begin() as tx:
        other = rows.home(tx, "other")
        mine, theirs = Chain(tx).open(asked(home)), Chain(tx).open(asked(other))
    assert invocations.running(database.look(), home.branch) == [mine]
    assert invocations.running(database.look(), other.branch) == [theirs]


def test_the_chain_can_be_recomputed_by_anyone(database: Database, home: Home) -> None:
    done, refused, running = filled(database, home)
    with database.begin() as tx:
        Chain(tx).close(running, Outcome("interrupted", FINISHED, None))
        assert Chain(tx).link == tx.value("SELECT link FROM audit_link WHERE seq = 6")
    links = database.look().rows("SELECT seq, invocation_id, phase FROM audit_link ORDER BY seq")
    acts = [(act.id, phase) for act in (done, refused) for phase in ("opened", "closed")]
    expected = [*acts, (running.id, "opened"), (running.id, "closed")]
    assert links == [(seq, act, phase) for seq, (act, phase) in enumerate(expected, start=1)]
    assert broken_links(database.look()) == []


def test_a_chain_begins_with_zeros(database: Database) -> None:
    with database.begin() as tx:
        assert Chain(tx).link == bytes(32)


@given(st.lists(st.sampled_from(["record", "open", "close", "abandon"]), max_size=12))
def test_the_chain_holds_whatever_is_done(steps: list[str]) -> None:
    database = rows.migrated()
    with database.begin() as tx:
        at = rows.home(tx)
    for step in steps:
        before = database.look().value("SELECT count(*) FROM audit_link")
        with contextlib.suppress(Abandoned), database.begin() as tx:
            chain = Chain(tx)
            if step == "close":
                for opened in invocations.running(tx, at.branch):
                    chain.close(opened, Outcome("cancelled", FINISHED, 3))
            elif step == "open":
                chain.open(asked(at))
            else:
                chain.record(asked(at), Outcome("ok", FINISHED, 3))
            if step == "abandon":
                raise Abandoned
        assert step != "abandon" or database.look().value("SELECT count(*) FROM audit_link") == before
        assert broken_links(database.look()) == []
    links = [row[0] for row in database.look().rows("SELECT link FROM audit_link ORDER BY seq")]
    assert all(one != other for one, other in pairwise(links))
    database.close()


CHANGES = [
    "request = '{}'",
    "name = 'other'",
    "kind = 'shell'",
    "decision = 'deny', state = 'denied'",
    "decision_reason = 'why not'",
    "rule = 'r-2'",
    "session_id = session_id + 1",
    "parent_id = 1",
    "call_id = 'c'",
    "trace_id = 't'",
    "inverse = 'i'",
    "started_at = 0",
    "id = id + 100",
    "finished_at = 0",
    "duration_us = 7",
    "error = 'none'",
    "sandbox = 'none'",
    "state = 'running', finished_at = NULL",
    "name = name",
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_closed_act_is_never_changed(database: Database, home: Home, change: str) -> None:
    filled(database, home)
    before = database.look().rows("SELECT * FROM invocation")
    for act in (1, 2):
        with pytest.raises(CorruptionError, match="closed once and never changed"), database.begin() as tx:
            tx.run(f"UPDATE invocation SET {change} WHERE id = {act}")
    assert database.look().rows("SELECT * FROM invocation") == before


@pytest.mark.parametrize("change", CHANGES[:13])
def test_what_was_asked_is_never_changed_by_closing(database: Database, home: Home, change: str) -> None:
    filled(database, home)
    closing = "finished_at = 1" if "state" in change else "state = 'ok', finished_at = 1"
    with pytest.raises(CorruptionError, match="closed once and never changed"), database.begin() as tx:
        tx.run(f"UPDATE invocation SET {change}, {closing} WHERE id = 3")
    assert len(invocations.running(database.look(), home.branch)) == 1


def test_an_act_is_closed_once(database: Database, home: Home) -> None:
    running = filled(database, home)[2]
    with database.begin() as tx:
        Chain(tx).close(running, Outcome("ok", FINISHED, 3))
    links = database.look().value("SELECT count(*) FROM audit_link")
    with database.begin() as tx:
        Chain(tx).close(running, Outcome("failed", FINISHED, 3, "late"))
    assert database.look().value("SELECT count(*) FROM audit_link") == links
    with pytest.raises(CorruptionError, match="closed once"), database.begin() as tx:
        tx.run("UPDATE invocation SET state = 'failed', error = 'late' WHERE id = 3")
    assert broken_links(database.look()) == []
    assert database.look().value("SELECT state FROM invocation WHERE id = 3") == "ok"


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM invocation",
        "DELETE FROM invocation WHERE id = 3",
        "INSERT OR REPLACE INTO invocation SELECT * FROM invocation WHERE id = 1",
        "REPLACE INTO invocation SELECT * FROM invocation WHERE id = 3",
        "DELETE FROM audit_link",
        "UPDATE audit_link SET digest = zeroblob(32)",
        "UPDATE audit_link SET seq = seq + 10",
        "INSERT OR REPLACE INTO audit_link SELECT seq, 2, phase, digest, link FROM audit_link WHERE seq = 1",
    ],
)
def test_the_audit_is_never_rewritten(database: Database, home: Home, sql: str) -> None:
    filled(database, home)
    before = database.look().rows("SELECT * FROM invocation"), database.look().rows("SELECT * FROM audit_link")
    with pytest.raises(CorruptionError, match="never"), database.begin() as tx:
        tx.run(sql)
    after = database.look().rows("SELECT * FROM invocation"), database.look().rows("SELECT * FROM audit_link")
    assert after == before


@pytest.mark.parametrize(
    ("sql", "broken"),
    [
        ("UPDATE invocation SET request = '{}' WHERE id = 1", [1, 2]),
        ("UPDATE invocation SET error = 'none', state = 'failed' WHERE id = 1", [2]),
        ("DELETE FROM invocation WHERE id = 2", [3, 4]),
        ("DELETE FROM audit_link WHERE seq = 2", [3, 4, 5]),
        ("UPDATE audit_link SET digest = zeroblob(32) WHERE seq = 3", [3]),
        ("UPDATE audit_link SET link = zeroblob(32) WHERE seq = 3", [3, 4]),
    ],
)
def test_who_gets_past_the_triggers_breaks_the_chain(
    database: Database, home: Home, sql: str, broken: list[int]
) -> None:
    filled(database, home)
    assert broken_links(database.look()) == []
    with database.begin() as tx:
        for (name,) in tx.rows("SELECT name FROM sqlite_schema WHERE type = 'trigger'"):
            tx.run(f"DROP TRIGGER {name}")
        tx.run(sql)
    assert broken_links(database.look()) == broken


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome("done", FINISHED, 1),
        Outcome("denied", FINISHED, 1),
        Outcome("ok", FINISHED, 1, "an error"),
        Outcome("ok", FINISHED, -1),
    ],
    ids=["state", "denied", "error", "duration"],
)
def test_an_outcome_that_cannot_be_is_refused(database: Database, home: Home, outcome: Outcome) -> None:
    with pytest.raises(CorruptionError, match="CHECK"), database.begin() as tx:
        Chain(tx).record(asked(home), outcome)
    with database.begin() as tx:
        assert Chain(tx).record(asked(home), Outcome("ok", FINISHED, 1)).id == InvocationId(1)


def test_the_audit_is_read_by_a_stock_client(database: Database, home: Home) -> None:
    filled(database, home)
    names, listed = rows.stock(database.path, "SELECT * FROM audit ORDER BY invocation_id")
    assert names == AUDIT
    begun, over = "2023-11-14T22:13:20.000000Z", "2023-11-14T22:13:21.500000Z"
    request = '{"argument":"é"}'
    first = [1, "session-main", None, None, "tool", "lint", request, "allow", "", None]
    second = [2, "session-main", None, None, "shell", "rm", request, "deny", "not there", "r-1"]
    third = [3, "session-main", None, None, "fetch", "get", request, "allow", "", None]
    assert listed == [
        [*first, "ok", begun, over, 1_500_000, None, None, None],
        [*second, "denied", begun, over, 0, "refused", None, None],
        [*third, "running", begun, None, None, None, None, None],
    ]


def test_the_newest_act_of_a_name_that_ended_well(database: Database, home: Home) -> None:
    with database.begin() as tx:
        chain = Chain(tx)
        ends = [("prune", "ok"), ("optimize", "ok"), ("optimize", "failed"), ("prune", "failed")]
        made = [chain.record(asked(home, "spool", name), Outcome(state, FINISHED, 1)).id for name, state in ends]
        chain.record(asked(home, "tool", "optimize"), Outcome("ok", FINISHED, 1))
    look = database.look()
    found = invocations.newest_done(look, "optimize")
    assert found is not None and (found.id, found.name, found.kind) == (made[1], "optimize", "spool")
    assert invocations.newest_done(look, "write") is None
    assert invocations.any_since(look, "prune", made[1]) and not invocations.any_since(look, "prune", made[3])
