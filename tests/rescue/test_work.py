"""What is staged comes over where it agrees with its edit; what others name and is gone gets a stand-in."""

from __future__ import annotations

from collections.abc import Iterable

from journal.database import Write
from journal.records import VerifyReport
from journal.rescue import work
from journal.rescue.cells import Values
from journal.rescue.losses import Losses
from journal.tables import salvaged

EDIT: Values = (1, 1, 1, 1, 0, None, None, None, 1, 0o644, "file", None, None)
STAGED: Values = (1, 1, None, None, None, 1, 0o644, "file", 1)


def losses_of(tx: Write, staged: Values, chunks: bytes) -> list[str]:
    losses, found = Losses(), {"edit": [EDIT], "staged": [staged]}
    salvaged.put(tx, "path", (1, "a", None))
    salvaged.put(tx, "blob", (1, bytes(32), 3, 1, 1, 0, "whole", chunks))

    def rows(table: str) -> Iterable[Values]:
        return found.get(table, [])

    work.actors(tx, rows)
    work.edits(tx, rows)
    work.staged(tx, rows, losses)
    work.trees(tx, rows, losses, commits_lost=False, tree_whole=True)
    report = losses.report("", {}, VerifyReport(True, {}, ()))
    assert {each.code for each in report.findings} == {"stand-in"}
    assert tx.value("SELECT name FROM branch") == "main"
    return [each.path for each in report.lost]


def test_what_is_staged_as_edited(tx: Write) -> None:
    assert losses_of(tx, STAGED, b"\0\0\0\1") == [] and salvaged.count(tx, "staged") == 1


def test_what_is_staged_otherwise(tx: Write) -> None:
    assert losses_of(tx, (*STAGED[:6], 0o600, *STAGED[7:]), b"\0\0\0\1") == ["a"]
    assert salvaged.count(tx, "staged") == 0


def test_what_is_staged_without_its_bytes(tx: Write) -> None:
    assert losses_of(tx, STAGED, bytes(4)) == ["a"]


def test_a_command_comes_over_with_what_it_printed_as_far_as_that_is_here(tx: Write) -> None:
    losses, run = Losses(), ("main", "ls", ".", 0, None, 0, 1, 9, 3, 4, 0, 1, 1, None, ".", 0)
    act: Values = (1, 1, None, None, "shell", "run", "{}", "allow", "", None, "ok", 0, 1, 1, None, None, None, None)
    found: dict[str, list[Values]] = {"invocation": [act], "shell_run": [(1, *run), (2, *run)]}
    salvaged.put(tx, "blob", (1, bytes(32), 3, 1, 1, 0, "whole", b"\0\0\0\1"))

    def rows(table: str) -> Iterable[Values]:
        return found.get(table, [])

    work.actors(tx, rows)
    work.commands(tx, rows, losses)
    assert tx.rows("SELECT invocation_id, command, stdout_blob, stderr_blob FROM shell_run") == [(1, "ls", 1, None)]
    report = losses.report("", {}, VerifyReport(True, {}, ()))
    assert {(each.code, each.subject) for each in report.findings} == {
        ("output", "invocation 1"),
        ("output", "invocation 2"),
    }
