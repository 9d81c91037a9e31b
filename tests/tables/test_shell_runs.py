"""The row of a command: written once, completed once, covered by its audit link."""

import pytest

from journal.database import Database
from journal.errors import CorruptionError
from journal.tables import blobs, shell_runs
from journal.tables.invocations import Asked, Chain, Opened, Outcome
from journal.tables.shell_runs import RunEnd, RunStart
from tests.tables import rows
from tests.tables.rows import Home

RUN = RunStart("main", "ls", ".")


def running(database: Database, home: Home) -> Opened:
    with database.begin() as tx:
        opened = Chain(tx).open(Asked(home.session, "shell", "run", "{}", rows.MOMENT))
        shell_runs.start(tx, opened.id, RUN)
    return opened


def test_it_is_written_and_completed(database: Database, home: Home) -> None:
    opened = running(database, home)
    assert shell_runs.details(database.look(), opened.id)["exit_code"] is None
    with database.begin() as tx:
        shell_runs.complete(tx, opened.id, RunEnd(3, stdout_size=0, truncated=0))
        Chain(tx).close(opened, Outcome("failed", rows.MOMENT + 1, 1, "exit code 3", "none"))
    told = shell_runs.details(database.look(), opened.id)
    assert (told["lane"], told["command"], told["cwd"], told["exit_code"]) == (*RUN, 3)
    covered = shell_runs.covered(database.look(), opened.id)
    assert covered[:4] == (*RUN, 3) and len(covered) == len(shell_runs.DETAILS)


def test_output_on_its_way_in_is_found(database: Database, home: Home) -> None:
    opened = running(database, home)
    with database.begin() as tx:
        first = blobs.begin(tx)
        shell_runs.hold(tx, opened.id, first, None)
        second = blobs.begin(tx)
        shell_runs.hold(tx, opened.id, None, second)
    assert shell_runs.output(database.look(), opened.id) == (first, second)
    with database.begin() as tx:
        shell_runs.release(tx, opened.id)
        blobs.drop_pending(tx)
    assert shell_runs.output(database.look(), opened.id) == (None, None)


def test_another_act_has_none(database: Database, home: Home) -> None:
    with database.begin() as tx:
        act = Chain(tx).open(Asked(home.session, "spool", "write", "{}", rows.MOMENT)).id
    look = database.look()
    assert (shell_runs.details(look, 99), shell_runs.covered(look, act)) == ({}, ())
    assert shell_runs.output(look, act) == (None, None)
    assert shell_runs.there(look)


@pytest.mark.parametrize(
    "end",
    [RunEnd(0, 9), RunEnd(signal=0), RunEnd(timed_out=2), RunEnd(stdout_size=-1), RunEnd(max_rss_bytes=0)],
)
def test_an_end_that_cannot_be_is_refused(database: Database, home: Home, end: RunEnd) -> None:
    opened = running(database, home)
    with pytest.raises(CorruptionError, match="CHECK"), database.begin() as tx:
        shell_runs.complete(tx, opened.id, end)
